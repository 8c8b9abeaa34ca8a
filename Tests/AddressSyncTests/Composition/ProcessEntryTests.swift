import Foundation
import Testing

@testable import AddressSync

/// The built executables, as an operating system runs them.
@Suite struct ProcessEntryTests {
    struct Ended {
        var status: Int32
        var output: String
    }

    static func executable(_ name: String) throws -> URL {
        // Beside the tests themselves, wherever those were built.
        let candidates = [Bundle.main.bundleURL, URL(fileURLWithPath: CommandLine.arguments[0])].flatMap {
            [$0, $0.deletingLastPathComponent()]
        }
        return try #require(
            candidates.map { $0.appendingPathComponent(name) }
                .first { FileManager.default.isExecutableFile(atPath: $0.path) },
            "\(name) is not built")
    }

    /// Runs an executable to its end.
    private static func run(_ name: String, _ environment: [String: String]) throws -> Ended {
        let process = Process()
        process.executableURL = try executable(name)
        process.environment = environment
        let output = Pipe()
        process.standardError = output
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Ended(status: process.terminationStatus, output: text)
    }

    private static let secret = "c2VjcmV0LXRoYXQtbXVzdC1ub3QtYmUtc2Vlbg=="

    @Test func anUpdaterNamesEverythingThatIsWrongAndEndsWithEXCONFIG() throws {
        let ended = try Self.run(
            "esddns-updater",
            [
                "ESDDNS_RECORDS": "bad..name", "ESDDNS_QUORUM": "none", "ESDDNS_PROVIDER": "gandi",
                "ESDDNS_GANDI_TOKEN": Self.secret, "ESDDNS_GANDI_API_KEY": Self.secret, "ESDDNS_STALE_AFTR": "10m",
                "ESDDNS_LOG_FORMAT": "json",
            ])
        #expect(ended.status == 78)
        let lines = ended.output.split(separator: "\n")
        #expect(lines.count == 4, "\(ended.output)")
        for name in ["ESDDNS_RECORDS", "ESDDNS_QUORUM", "ESDDNS_GANDI_API_KEY", "ESDDNS_STALE_AFTR"] {
            #expect(lines.contains { $0.contains(name) }, "\(name)")
        }
        #expect(ended.output.contains("did you mean ESDDNS_STALE_AFTER?"))
        #expect(ended.output.contains("bad..name"))
        #expect(!ended.output.contains(Self.secret))
        for line in lines { #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) } }
    }

    @Test func aLeaderNamesWhatDoesNotFitTogether() throws {
        let ended = try Self.run(
            "esddns-leader", ["ESDDNS_LEASE_DURATION": "5s", "ESDDNS_LOG_LEVEL": "loud", "ESDDNS_LISTEN": "nowhere"])
        #expect(ended.status == 78)
        for name in ["ESDDNS_LEASE_DURATION, ESDDNS_RENEW_DEADLINE", "ESDDNS_LOG_LEVEL", "ESDDNS_LISTEN"] {
            #expect(ended.output.contains(name))
        }
    }

    @Test(arguments: ["esddns-leader", "esddns-updater"])
    func outsideOfAPodAProcessSaysSo(_ name: String) throws {
        let ended = try Self.run(
            name, ["ESDDNS_RECORDS": "a.example.com", "ESDDNS_GANDI_TOKEN": Self.secret, "ESDDNS_LISTEN": "off"])
        #expect(ended.status == 78)
        #expect(ended.output.contains("KUBERNETES_SERVICE_HOST"))
        #expect(!ended.output.contains(Self.secret))
    }

    @Test func badSettingsTouchNoNetwork() throws {
        // Where strace is at hand, the system calls say so themselves.
        let strace = "/usr/bin/strace"
        guard FileManager.default.isExecutableFile(atPath: strace) else { return }
        let log = FileManager.default.temporaryDirectory.appendingPathComponent("esddns-\(UUID().uuidString).strace")
        defer { try? FileManager.default.removeItem(at: log) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: strace)
        process.arguments = [
            "-f", "-e", "trace=connect,sendto,sendmsg,bind", "-o", log.path, try Self.executable("esddns-updater").path,
        ]
        process.environment = ["ESDDNS_RECORDS": "bad..name"]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 78)
        let calls = try String(contentsOf: log, encoding: .utf8)
        #expect(!calls.contains("AF_INET"))
    }
}
