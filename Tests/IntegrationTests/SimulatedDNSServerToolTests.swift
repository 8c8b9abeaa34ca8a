import ClusterSimulator
import Foundation
import NetworkPrimitives
import Testing

/// The simulated DNS server as the tools of Knot DNS see it (Debian's `knot-dnsutils`).
@Suite(
    .enabled(
        if: Tool.knsupdate != nil && Tool.kdig != nil,
        "SKIPPED: knsupdate and kdig are not here; install Debian's knot-dnsutils"), .timeLimit(.minutes(2)))
struct SimulatedDNSServerToolTests {
    private let zone: DomainName
    private let home: DomainName

    init() throws {
        zone = try DomainName(parsing: "example.com")
        home = try DomainName(parsing: "home.example.com")
    }

    private func withServer(
        _ algorithm: SimulatedTSIGKey.Algorithm = .hmacSHA256,
        _ body: (SimulatedDNSServer, SimulatedTSIGKey) async throws -> Void
    ) async throws {
        let key = SimulatedTSIGKey(
            name: try DomainName(parsing: "update-key"), algorithm: algorithm, secret: Array("0123456789abcdef".utf8))
        let records: [DNSRecord] = [
            .a(home, ttl: 300, IPv4Address(192, 0, 2, 1)),
            .cname(try DomainName(parsing: "www.example.com"), ttl: 60, home),
            .txt(home, ttl: 60, [Array("two words".utf8)]),
        ]
        let server = SimulatedDNSServer(zones: [try SimulatedZone(name: zone, records: records)], keys: [key])
        try await server.start()
        do { try await body(server, key) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private func keyArgument(_ key: SimulatedTSIGKey, secret: [UInt8]? = nil) -> [String] {
        ["-y", "\(key.algorithm.rawValue):\(key.name):\(Data(secret ?? key.secret).base64EncodedString())"]
    }

    private func dig(_ server: SimulatedDNSServer, _ arguments: [String]) async throws -> String {
        try await Tool.run(
            Tool.kdig, ["@127.0.0.1", "-p", "\(server.port)", "+timeout=5", "+retry=0"] + arguments
        ).output
    }

    private func update(_ server: SimulatedDNSServer, _ lines: [String], _ arguments: [String]) async throws
        -> Tool.Result
    {
        let script = (["server 127.0.0.1 \(server.port)", "zone example.com."] + lines + ["send"]).joined(
            separator: "\n")
        return try await Tool.run(Tool.knsupdate, ["-t", "5", "-r", "0"] + arguments, input: script + "\n")
    }

    @Test func kdigReadsTheAnswers() async throws {
        try await withServer { server, key async throws in
            let plain = try await dig(server, ["home.example.com", "A"])
            #expect(plain.contains("status: NOERROR") && plain.contains(" aa"))
            #expect(plain.contains("192.0.2.1"))
            let alias = try await dig(server, ["+tcp", "www.example.com", "A"])
            #expect(alias.contains("CNAME") && alias.contains("192.0.2.1"))
            #expect(try await dig(server, ["+short", "home.example.com", "TXT"]) == "\"two words\"\n")
            let absent = try await dig(server, ["x.example.com", "A"])
            #expect(absent.contains("status: NXDOMAIN") && absent.contains("SOA"))
            #expect(try await dig(server, ["example.org", "A"]).contains("status: REFUSED"))
            let signed = try await dig(server, keyArgument(key) + ["home.example.com", "A"])
            #expect(signed.contains("TSIG") && signed.contains("NOERROR"), "kdig verifies the signature")
            server.faults.inject(.truncate)
            #expect(try await dig(server, ["home.example.com", "A"]).contains("192.0.2.1"), "kdig goes over to TCP")
            #expect(server.messages.last?.isTCP == true)
        }
    }

    @Test(arguments: SimulatedTSIGKey.Algorithm.allCases)
    func knsupdateUpdates(algorithm: SimulatedTSIGKey.Algorithm) async throws {
        try await withServer(algorithm) { server, key async throws in
            let result = try await update(
                server,
                [
                    "prereq yxrrset home.example.com. A 192.0.2.1", "update delete home.example.com. A",
                    "update add home.example.com. 60 A 192.0.2.77",
                ], keyArgument(key))
            #expect(result.status == 0, "\(result.output)")
            #expect(server.records(home, .a).map(\.ipv4Address?.description) == ["192.0.2.77"])
            #expect(server.records(home, .txt).count == 1)
            #expect(server.zone(zone)?.startOfAuthority.serial == 2)
        }
    }

    @Test func knsupdateIsRefused() async throws {
        try await withServer { server, key async throws in
            let change = ["update add home.example.com. 60 A 192.0.2.77"]
            let unsigned = try await update(server, change, [])
            #expect(unsigned.status != 0 && unsigned.output.contains("REFUSED"), "\(unsigned.output)")
            let wrong = try await update(server, change, keyArgument(key, secret: Array("other".utf8)))
            #expect(wrong.status != 0, "\(wrong.output)")
            let unmet = try await update(
                server, ["prereq nxdomain home.example.com."] + change, keyArgument(key))
            #expect(unmet.status != 0 && unmet.output.contains("YXDOMAIN"), "\(unmet.output)")
            server.faults.inject(.corruptSignature)
            let corrupt = try await update(server, ["update add new.example.com. 60 A 192.0.2.77"], keyArgument(key))
            #expect(corrupt.status != 0, "knsupdate notices a wrong signature")
            #expect(server.records(home, .a).count == 1)
        }
    }
}

/// Runs programs that are installed on this machine.
enum Tool {
    static let knsupdate = find("knsupdate")
    static let kdig = find("kdig")

    struct Result: Sendable {
        var status: Int32
        var output: String
    }

    static func find(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        return path.split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs a program and returns what it wrote to both of its outputs.
    static func run(_ path: String?, _ arguments: [String], input: String = "") async throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(path))
        process.arguments = arguments
        let output = Pipe()
        let feed = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = feed
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { process in
                let data = output.fileHandleForReading.readDataToEndOfFile()
                continuation.resume(
                    returning: Result(
                        status: process.terminationStatus, output: String(decoding: data, as: UTF8.self)))
            }
            do {
                try process.run()
                feed.fileHandleForWriting.write(Data(input.utf8))
                feed.fileHandleForWriting.closeFile()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }
}
