import ClusterSimulator
import Foundation
import OperatorCore
import StatusServer
import Testing

@testable import AddressSync

/// Whole processes with a webhook and a service that wants pings.
@Suite struct NotifiedSiteTests {
    /// Runs `work` at a site with a webhook server.
    private static func run(
        _ work: @escaping @Sendable (Site, SimulatedWebhookServer, [String: String]) async throws -> Void
    ) async throws {
        let server = try SimulatedWebhookServer()
        try await server.start()
        let settings = ["NOTIFY_URL": server.url + "/hook", "PING_URL": server.url + "/uuid", "PING_INTERVAL": "1s"]
        try await Site.run { site in try await work(site, server, settings) }
        await server.stop()
    }

    private static func announcements(_ server: SimulatedWebhookServer) throws -> [JSONValue] {
        try server.requests.filter { $0.path == "/hook" }.map { try JSONValue(parsing: $0.body) }
    }

    private static func wait(for kind: Announcement.Kind, _ text: String, at server: SimulatedWebhookServer) async {
        await server.waitForRequest {
            let body = String(decoding: $0.body, as: UTF8.self)
            return $0.path == "/hook" && body.contains("\"\(kind.rawValue)\"") && body.contains(text)
        }
    }

    @Test func ofEachChangeOneProcessOfAClusterTells() async throws {
        try await Self.run { site, server, settings in
            for leader in 1...2 { try site.start(.leader, "leader-\(leader)", settings) }
            for updater in 1...5 { try site.start(.updater, "updater-\(updater)", settings) }
            for address in [addressA, addressB] {
                site.cluster.setWANAddress(address.first)
                await site.waitForRecord(address)
                await Self.wait(for: .recordWritten, "\(address)", at: server)
                await Self.wait(for: .addressChanged, "\(address)", at: server)
            }
            await server.waitForRequest { $0.path == "/uuid" }
            let all = try Self.announcements(server)
            #expect(all.count == 4, "\(all)")
            let change = try #require(all.first { $0["previous"]?.string == addressA.description })
            #expect(change["address"]?.string == addressB.description && change["family"]?.string == "ipv4")
            #expect(change["source"]?.string?.hasPrefix("leader-") == true)
            let written = try #require(all.last { $0["event"]?.string == "record-written" })
            #expect(written["record"]?.string == "home.example.com A" && written["provider"]?.string == "rfc2136")
            #expect(written["source"]?.string == site.entry?.node)
        }
    }

    @Test func aRecordThatFailsForLongIsToldByOneAndSoIsItsEnd() async throws {
        try await Self.run { site, server, settings in
            try site.publish(addressA, heartbeat: 1)
            await site.cluster.dns.stop()
            let settings = settings.merging(["NOTIFY_AFTER": "1s"]) { $1 }
            for updater in 1...3 { try site.start(.updater, "updater-\(updater)", settings) }
            await Self.wait(for: .recordFailing, "home.example.com A", at: server)
            try await site.cluster.dns.start()
            await Self.wait(for: .recordRecovered, "home.example.com A", at: server)
            let all = try Self.announcements(server)
            #expect(all.count { $0["event"]?.string == "record-failing" } == 1)
            #expect(all.count { $0["event"]?.string == "record-recovered" } == 1)
            #expect(all.contains { $0["severity"]?.string == "warning" && $0["reason"]?.string?.isEmpty == false })
            #expect(server.requests.allSatisfy { $0.path == "/hook" }, "updaters do not ping")
        }
    }

    @Test func withoutAClusterAllIsToldByTheOneProcess() async throws {
        try await Self.run { site, server, settings in
            let process = try site.start(.standalone, "box", settings.merging(["NOTIFY_AFTER": "1s"]) { $1 })
            await Self.wait(for: .recordWritten, "\(addressA)", at: server)
            await server.waitForRequest { $0.path == "/uuid" }
            for source in site.cluster.stun { await source.stop() }
            for source in site.cluster.checkIP { await source.stop() }
            await Self.wait(for: .addressUnconfirmed, "\(addressA)", at: server)
            let failing = await server.waitForRequest { $0.path == "/uuid/fail" }
            #expect(String(decoding: failing?.body ?? [], as: UTF8.self) == "the ipv4 address is not confirmed")
            for source in site.cluster.stun { try await source.start() }
            for source in site.cluster.checkIP { try await source.start() }
            await Self.wait(for: .addressConfirmed, "\(addressA)", at: server)
            #expect(!process.log.text.contains("/hook") && !process.log.text.contains("uuid"))
        }
    }

    @Test func aWebhookThatHangsIsInNobodysWay() async throws {
        try await Self.run { site, server, settings in
            server.faults.inject(.hang, .untilCleared)
            let leader = try site.start(.leader, "leader-1", settings)
            try site.start(.updater, "updater-1", settings)
            for address in [addressA, addressB, addressC] {
                site.cluster.setWANAddress(address.first)
                await site.waitForRecord(address)
                await site.waitForEntry { $0.phase == .synced && $0.addresses == address }
            }
            #expect(leader.board.readiness().allSatisfy { $0.failure == nil })
            #expect(server.requests.isEmpty)
        }
    }
}
