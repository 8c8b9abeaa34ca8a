import ClusterSimulator
import Foundation
import NetworkPrimitives
import WANDetection

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One `turnserver` process that answers STUN on the loopback: over UDP and TCP, and over TLS where it has a certificate.
final class Coturn: Sendable {
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    let address: HostPort
    /// Where it answers over TLS.
    let tlsPort: UInt16
    private let process: Process
    private let directory: URL

    /// Runs `body` with `count` servers that answer, and ends them afterwards.
    static func run(
        count: Int = 1, host: String = "127.0.0.1", identity: CertificateAuthority.Identity? = nil,
        _ body: ([Coturn]) async throws -> Void
    ) async throws {
        var servers: [Coturn] = []
        defer { servers.forEach { $0.stop() } }
        for _ in 0..<count { servers.append(try await start(host, identity)) }
        try await body(servers)
    }

    private static func start(
        _ host: String, _ identity: CertificateAuthority.Identity?
    ) async throws -> Coturn {
        // Between finding a free port and listening on it somebody else may take it; then another one is tried.
        for _ in 0..<5 {
            let server = try Coturn(host: host, port: try freePort(), tlsPort: try freePort(), identity: identity)
            if try await server.answers() { return server }
            server.stop()
        }
        throw Unavailable(description: "turnserver does not answer on any of five ports")
    }

    private init(
        host: String, port: UInt16, tlsPort: UInt16, identity: CertificateAuthority.Identity?
    ) throws {
        guard let program = Self.find("turnserver") else {
            throw Unavailable(
                description: "turnserver (coturn) is not installed; \"make test\" installs it before it runs the tests")
        }
        address = HostPort(host: host, port: port)
        self.tlsPort = tlsPort
        directory = FileManager.default.temporaryDirectory.appending(path: "coturn-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        process = Process()
        process.executableURL = program
        func path(_ name: String) -> String { directory.appending(path: name).path }
        var arguments = [
            "-n", "--listening-ip=\(host)", "--listening-port=\(port)", "--stun-only", "--no-dtls", "--no-cli",
            "--no-stdout-log", "--simple-log", "--log-file=\(path("log"))", "--pidfile=\(path("pid"))",
            "--userdb=\(path("db"))",
        ]
        if let identity {
            try Data(identity.certificatePEM.utf8).write(to: directory.appending(path: "server.crt"))
            try Data(identity.privateKeyPEM.utf8).write(to: directory.appending(path: "server.key"))
            arguments += [
                "--tls-listening-port=\(tlsPort)", "--cert=\(path("server.crt"))", "--pkey=\(path("server.key"))",
            ]
        } else {
            arguments.append("--no-tls")
        }
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// Whether the server comes up: it refuses until it listens, then it answers.
    private func answers() async throws -> Bool {
        let client = STUNClient(allowNonGlobal: true)
        let family: IPAddress.Family = address.host.contains(":") ? .ipv6 : .ipv4
        for _ in 0..<100 where process.isRunning {
            if (try? await client.mappedAddress(from: address, family: family)) != nil { return true }
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
