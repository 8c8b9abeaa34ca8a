import Foundation
import NetworkPrimitives
import Testing
import WANDetection

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Detection against coturn, an independent and widely used STUN server.
///
/// Each test starts `turnserver` processes of its own on free loopback ports and ends them by their process identifiers.
@Suite struct STUNAgainstCoturnTests {
    private static let seen = IPAddress.v4(IPv4Address(127, 0, 0, 1))
    private static let settings = QuorumSettings(allowNonGlobal: true)

    private func detector(_ servers: [Coturn]) throws -> Detector {
        try Detector(
            sources: servers.map { AddressSource.stun($0.address) }, settings: Self.settings, http: nil)
    }

    @Test func confirmsTheAddressByAQuorum() async throws {
        try await Coturn.run(count: 3) { servers in
            let detector = try detector(servers)
            let verdict = await detector.detect(published: Self.seen)
            #expect(verdict.condition == .confirmed(Self.seen), "\(verdict)")
            #expect(verdict.votes.count >= 2)
            #expect(verdict.votes.allSatisfy { $0.address == Self.seen })
            for _ in servers {
                #expect(await detector.probe().address == Self.seen)
            }
        }
    }

    @Test func takesTwoRoundsForTheFirstAddress() async throws {
        try await Coturn.run(count: 3) { servers in
            let detector = try detector(servers)
            #expect(
                await detector.detect(published: nil).condition == .unconfirmed(.awaitingSecondRound(Self.seen)))
            #expect(await detector.detect(published: nil).condition == .confirmed(Self.seen))
        }
    }

    @Test func survivesTheDeathOfOneServer() async throws {
        try await Coturn.run(count: 3) { servers in
            servers[0].stop()
            let verdict = try await detector(servers).detect(published: Self.seen)
            #expect(verdict.condition == .confirmed(Self.seen), "\(verdict)")
            // Refused, not silent: nobody waits for the dead server.
            #expect(verdict.duration < .seconds(2))
        }
    }
}

/// One `turnserver` process that answers STUN over UDP on the loopback.
private final class Coturn: Sendable {
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    let address: HostPort
    private let process: Process
    private let directory: URL

    /// Runs `body` with `count` servers that answer, and ends them afterwards.
    static func run(count: Int, _ body: ([Coturn]) async throws -> Void) async throws {
        var servers: [Coturn] = []
        defer { servers.forEach { $0.stop() } }
        for _ in 0..<count { servers.append(try await start()) }
        try await body(servers)
    }

    private static func start() async throws -> Coturn {
        // Between finding a free port and listening on it somebody else may take it; then another one is tried.
        for _ in 0..<5 {
            let server = try Coturn(port: try freePort())
            if try await server.answers() { return server }
            server.stop()
        }
        throw Unavailable(description: "turnserver does not answer on any of five ports")
    }

    private init(port: UInt16) throws {
        guard let program = Self.find("turnserver") else {
            throw Unavailable(
                description: "turnserver (coturn) is not installed; \"make test\" installs it before it runs the tests")
        }
        address = HostPort(host: "127.0.0.1", port: port)
        directory = FileManager.default.temporaryDirectory.appending(path: "coturn-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        process = Process()
        process.executableURL = program
        process.arguments = [
            "-n", "--listening-ip=127.0.0.1", "--listening-port=\(port)", "--stun-only", "--no-tls", "--no-dtls",
            "--no-tcp", "--no-cli", "--no-stdout-log", "--simple-log",
            "--log-file=\(directory.appending(path: "log").path)", "--pidfile=\(directory.appending(path: "pid").path)",
            "--userdb=\(directory.appending(path: "db").path)",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// Whether the server comes up: it refuses until it listens, then it answers.
    private func answers() async throws -> Bool {
        let client = STUNClient(allowNonGlobal: true)
        for _ in 0..<100 where process.isRunning {
            if (try? await client.mappedAddress(from: address)) != nil { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    func stop() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: directory)
    }

    private static func find(_ name: String) -> URL? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/usr/local/bin"
        return path.split(separator: ":").map { URL(filePath: String($0)).appending(path: name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// A UDP port that nobody uses at the moment.
    private static func freePort() throws -> UInt16 {
        #if canImport(Darwin) || canImport(Musl)
            let descriptor = socket(AF_INET, SOCK_DGRAM, 0)
        #else
            let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        #endif
        guard descriptor >= 0 else { throw Unavailable(description: "no socket: errno \(errno)") }
        defer { close(descriptor) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 ? getsockname(descriptor, generic, &length) : -1
            }
        }
        guard status == 0 else { throw Unavailable(description: "no free port: errno \(errno)") }
        return UInt16(bigEndian: name.sin_port)
    }
}
