import ClusterSimulator
import CurlHTTP
import Foundation
import NetworkPrimitives
import StatusServer
import Testing

@testable import AddressSync

/// Whoever reaches the status page can neither hold up the work behind it nor keep others from the page.
@Suite(.serialized, .timeLimit(.minutes(3))) struct HostileClientsTests {
    private func waitForRenewals(_ count: Int, at site: Site) async throws {
        let before = renewals(at: site)
        while renewals(at: site) < before + count { try await Task.sleep(for: .milliseconds(10)) }
    }

    private func renewals(at site: Site) -> Int {
        site.cluster.api.count { $0.verb == "update" && $0.resource == "leases" && $0.status == 200 }
    }

    /// Whether the answer is 200.
    private func isAnswered(_ path: String, port: Int) async throws -> Bool {
        try await withHTTPClient { client in
            let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)", timeout: .seconds(30))
            return "\(try await client.send(request).status)".hasPrefix("200")
        }
    }

    /// In a crowd a connection may be the one that makes room for others. The kubelet asks again, too.
    private func isAnsweredInTheCrowd(_ path: String, port: Int) async throws -> Bool {
        for _ in 0..<20 {
            if (try? await isAnswered(path, port: port)) == true { return true }
        }
        return false
    }

    @Test func electionDetectionAndRecordsGoOn() async throws {
        try await Site.run(limit: .seconds(150)) { site in
            let leader = try site.start(.leader, "leader-1", ["LISTEN": "127.0.0.1:0"])
            let updater = try site.start(.updater, "updater-1", ["LISTEN": "127.0.0.1:0"])
            let leaderPort = try #require(try await leader.server?.waitUntilListening())
            let updaterPort = try #require(try await updater.server?.waitUntilListening())
            await site.waitForPublished(addressA)
            await site.waitForRecord(addressA)
            let crowds = [leaderPort, updaterPort].map { HostileCrowd(port: $0, places: 150) }
            defer { for crowd in crowds { crowd.halt() } }
            // Far more than there are places for, before anything is looked at.
            while crowds.contains(where: { $0.connections < 1000 }) { try await Task.sleep(for: .milliseconds(10)) }
            try await waitForRenewals(4, at: site)
            let heartbeat = site.published["heartbeat"].flatMap { UInt64($0) } ?? 0
            await site.cluster.api.waitForObject(.configMaps, "esddns-wan-address", namespace: Site.namespace) {
                $0?["data"]?["heartbeat"]?.string.flatMap { UInt64($0) }.map { $0 >= heartbeat + 3 } ?? false
            }
            site.cluster.setWANAddress(addressB.first)
            await site.waitForPublished(addressB)
            await site.waitForRecord(addressB)
            // A probe of the kubelet gets its answer in the middle of it.
            for port in [leaderPort, updaterPort] {
                #expect(try await isAnsweredInTheCrowd("/healthz", port: port))
            }
            #expect(leader.board.report().leading)
            for crowd in crowds { await crowd.stop() }
            for port in [leaderPort, updaterPort] { #expect(try await isAnswered("/readyz", port: port)) }
        }
    }

    /// The built executable, alone in its process, so that its memory is its own.
    @Test(arguments: [nil, 64]) func memoryAndDescriptorsAreBounded(descriptors: Int?) async throws {
        try await Site.run(limit: .seconds(150)) { site in
            try site.makeAccount("leader-1", .leader)
            let environment = site.environment(of: "leader-1", ["LISTEN": "127.0.0.1:0", "LOG_FORMAT": "json"])
            let (process, port) = try await ExecutableMetricsTests.start(
                "esddns-leader", environment, descriptors: descriptors)
            defer {
                process.terminate()
                process.waitUntilExit()
            }
            let number = try #require(Int(port))
            try await waitForRenewals(2, at: site)
            #expect(try await isAnswered("/", port: number))
            let before = try Self.memory(of: process)
            let crowd = HostileCrowd(port: number, places: 300)
            defer { crowd.halt() }
            while crowd.connections < 1500 { try await Task.sleep(for: .milliseconds(10)) }
            try await waitForRenewals(4, at: site)
            #expect(try await isAnsweredInTheCrowd("/healthz", port: number))
            let after = try Self.memory(of: process)
            await crowd.stop()
            #expect(process.isRunning)
            #expect(after - before < 40_000, "\(before) kB before, \(after) kB after \(crowd.connections) connections")
            #expect(try await isAnswered("/readyz", port: number))
            let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/fd")
            #expect(files.count < (descriptors ?? 250))
        }
    }

    /// Resident memory in kB.
    private static func memory(of process: Process) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
    }
}
