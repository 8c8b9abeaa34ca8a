import ClusterSimulator
import DNSRecords
import Foundation
import NetworkPrimitives
import StatusServer
import Testing

@testable import AddressSync

/// What `kubectl get events` shows of whole processes.
@Suite struct ClusterEventsTests {
    /// An event as people read it.
    private struct Told: Hashable {
        var type: String
        var object: String
        var message: String
        var count: Int64
        var component: String
        var instance: String
    }

    private static func events(_ site: Site, _ reason: EventReason) -> [Told] {
        site.cluster.api.objects(.events, namespace: Site.namespace).filter {
            $0["reason"]?.string == reason.rawValue
        }.map { event in
            Told(
                type: event["type"]?.string ?? "", object: event["involvedObject"]?["name"]?.string ?? "",
                message: event["message"]?.string ?? "", count: event["count"]?.integer ?? 0,
                component: event["reportingComponent"]?.string ?? "",
                instance: event["reportingInstance"]?.string ?? "")
        }
    }

    /// Waits until there are so many events with that reason.
    private static func waitFor(_ count: Int, _ reason: EventReason, at site: Site) async {
        let changes = site.cluster.api.changes()
        if events(site, reason).count >= count { return }
        for await change in changes where change.objectKind == "Event" {
            if events(site, reason).count >= count { return }
        }
    }

    @Test func aChangeIsToldOnceByTheLeaderAndOnceByWhoWrote() async throws {
        try await Site.run { site in
            try site.start(.leader, "leader-1")
            for node in 1...5 { try site.start(.updater, "updater-\(node)") }
            await site.waitForRecord(addressA)
            await site.waitForEntry { $0.phase == .synced }
            site.cluster.setWANAddress(addressB.first)
            await site.waitForRecord(addressB)
            await site.waitForEntry { $0.phase == .synced && $0.addresses == addressB }
            await Self.waitFor(2, .addressChanged, at: site)
            await Self.waitFor(2, .recordWritten, at: site)
            let changes = Self.events(site, .addressChanged)
            #expect(
                changes.count == 2 && changes.allSatisfy { $0.object == "esddns-wan-address" && $0.type == "Normal" })
            #expect(changes.contains { $0.message.hasPrefix("the WAN address is \(addressA), the first") })
            let change = try #require(changes.first { $0.message.contains("changed from") })
            #expect(change.message.contains("from \(addressA) to \(addressB)"), "\(change)")
            #expect(change.message.contains("=\(addressB)"), "says who voted: \(change)")
            #expect(change.component == "esddns-leader" && change.instance == "leader-1")
            let writes = Self.events(site, .recordWritten)
            #expect(writes.count == 2 && writes.allSatisfy { $0.object == "esddns-records" && $0.count == 1 })
            let write = try #require(writes.first { $0.message.contains("changed from \(addressA)") }, "\(writes)")
            #expect(write.message.contains("home.example.com A at rfc2136") && write.message.contains("\(addressB)"))
            #expect(write.component == "esddns-updater" && write.instance == site.entry?.node)
            // As kubectl describe looks for them.
            for event in site.cluster.api.objects(.events, namespace: Site.namespace) {
                guard let name = event["involvedObject"]?["name"]?.string, name != "esddns-leader" else { continue }
                let map = site.cluster.api.object(.configMaps, name, namespace: Site.namespace)
                #expect(event["involvedObject"]?["uid"]?.string == map?["metadata"]?["uid"]?.string)
            }
            #expect(site.deniedCalls.isEmpty, "\(site.deniedCalls)")
        }
    }

    @Test func refusedCredentialsAreToldWithTheSettingAndWithoutTheSecret() async throws {
        try await Site.run { site in
            try site.publish(addressA, heartbeat: 1)
            let secret = "bm90IHRoZSBrZXkgb2YgdGhlIHNlcnZlcg=="
            for node in 1...3 { try site.start(.updater, "updater-\(node)", ["RFC2136_KEY_SECRET": secret]) }
            await site.waitForEntry { $0.phase == .failed }
            await Self.waitFor(1, .credentialsRefused, at: site)
            let told = Self.events(site, .credentialsRefused)
            #expect(told.count == 1, "only who failed tells")
            let event = try #require(told.first)
            #expect(event.type == "Warning" && event.object == "esddns-records")
            #expect(event.message.contains("check ESDDNS_RFC2136_KEY_SECRET"), "\(event)")
            #expect(event.instance == site.entry?.node)
            for event in site.cluster.api.objects(.events, namespace: Site.namespace) {
                #expect(!event.description.contains(secret))
            }
        }
    }

    @Test func aForeignRecordIsTold() async throws {
        try await Site.run { site in
            let foreign = try #require(IPAddress("192.0.2.99"))
            site.cluster.dns.setRecords(site.recordName, .a, to: [.address(site.recordName, ttl: 300, foreign)])
            try site.publish(addressA, heartbeat: 1)
            try site.start(.updater, "updater-1", ["OWNER": "site-a"])
            await Self.waitFor(1, .recordNotOwned, at: site)
            let event = try #require(Self.events(site, .recordNotOwned).first)
            #expect(event.type == "Warning" && event.message.contains("ESDDNS_TAKE_OVER=true"), "\(event)")
            #expect(site.recordAddresses == [foreign])
        }
    }

    @Test func aZoneThatIsNotThereIsTold() async throws {
        try await Site.run { site in
            try site.publish(addressA, heartbeat: 1)
            try site.start(.updater, "updater-1", ["RECORDS": "home.example.org"])
            await Self.waitFor(1, .zoneNotFound, at: site)
            let event = try #require(Self.events(site, .zoneNotFound).first)
            #expect(event.type == "Warning" && event.message.contains("not within the configured zone"), "\(event)")
        }
    }

    @Test func aServerThatRefusesEventsIsInNobodysWay() async throws {
        try await Site.run { site in
            site.cluster.api.faults.inject(.apiStatus(403, reason: "Forbidden"), .untilCleared) {
                $0.path.contains("/events")
            }
            let leader = try site.start(.leader, "leader-1")
            let updater = try site.start(.updater, "updater-1")
            for address in [addressA, addressB] {
                site.cluster.setWANAddress(address.first)
                await site.waitForRecord(address)
                await site.waitForEntry { $0.phase == .synced && $0.addresses == address }
            }
            await leader.log.waitForLine(with: "Events are refused", "403")
            await updater.log.waitForLine(with: "Events are refused", "403")
            #expect(site.cluster.api.objects(.events, namespace: Site.namespace).isEmpty)
            for process in [leader, updater] {
                #expect(process.log.lines.count { $0.contains("Events are refused") } == 1)
                #expect(process.board.readiness().allSatisfy { $0.failure == nil })
            }
        }
    }
}
