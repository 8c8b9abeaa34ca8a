import ClusterSimulator
import DNSRecords
import Foundation
import NetworkPrimitives
import StatusServer
import Testing

@testable import AddressSync

/// Whole processes with more than one A record: IPv6, several WAN lines, records of single nodes, marks of ownership.
@Suite(.serialized) struct SeveralRecordsTests {
    private static let prefixA = "2001:db8:a:1::7"
    private static let prefixB = "2001:db8:b:1::7"

    private func name(_ text: String) throws -> DomainName { try DomainName(parsing: text) }

    private func waitFor(_ record: String, _ type: RecordType, _ addresses: [String], at site: Site) async throws {
        let name = try name(record)
        let expected = addresses.compactMap(IPAddress.init).sorted()
        let changes = site.cluster.dns.changes()
        func isThere() -> Bool {
            site.cluster.dns.records(name, type.dnsType).compactMap(\.ipAddress).sorted() == expected
        }
        if isThere() { return }
        for await _ in changes where isThere() { return }
    }

    @Test func ipv6GoesTheSameWay() async throws {
        try await Site.run { site in
            try site.writeFile("address", Self.prefixA, of: "router")
            let line = [
                "FAMILIES": "ipv6", "ADDRESS_SOURCE": "file:\(site.path("address", of: "router"))", "STUN_SERVERS": "",
                "HTTP_SOURCES": "",
            ]
            try site.start(.leader, "leader-1", line)
            let updater = try site.start(
                .updater, "updater-1",
                line.merging(["RECORDS": "home.example.com/AAAA,nas.example.com/::53/60"]) { $1 })
            try await waitFor("home.example.com", .aaaa, [Self.prefixA], at: site)
            try await waitFor("nas.example.com", .aaaa, ["2001:db8:a:1::53"], at: site)
            #expect(site.cluster.dns.records(try name("nas.example.com"), .aaaa).first?.ttl == 60)
            try site.writeFile("address", Self.prefixB, of: "router")
            try await waitFor("home.example.com", .aaaa, [Self.prefixB], at: site)
            try await waitFor("nas.example.com", .aaaa, ["2001:db8:b:1::53"], at: site)
            let published = site.cluster.api.configMapData("esddns-wan-address-ipv6", namespace: Site.namespace)
            #expect(published?["ipv6"] == Self.prefixB && published?["ipv4"] == nil)
            #expect(site.published["ipv6"] == nil)
            #expect(updater.board.report().ipv6?.address == Self.prefixB)
            #expect(site.cluster.dns.appliedUpdates == 4)
            #expect(site.deniedCalls.isEmpty)
        }
    }

    @Test func allLinesOfASiteAreInTheRecord() async throws {
        try await Site.run { site in
            // Half of the operators see one line, half the other.
            for (number, server) in site.cluster.stun.enumerated() where number % 2 == 1 {
                server.reflectedAddress = addressB.first
            }
            for (number, server) in site.cluster.checkIP.enumerated() where number % 2 == 0 {
                server.reflectedAddress = addressB.first
            }
            try site.start(.leader, "leader-1", ["EGRESS": "all", "CONFIRM_INTERVAL": "1s"])
            let updaters = try (1...3).map { try site.start(.updater, "updater-\($0)") }
            try await waitFor(
                Site.record, .a, [addressA.description, addressB.description], at: site)
            for updater in updaters {
                await updater.log.waitForLine(with: "following the published address", "\(addressA), \(addressB)")
            }
        }
    }

    @Test func eachNodeKeepsARecordOfItsOwn() async throws {
        try await Site.run { site in
            for (node, address) in [("node-1", addressA), ("node-2", addressB)] {
                try site.makeAccount(node, .updater)
                try site.writeFile("address", address.description, of: node)
                try site.start(
                    .updater, node,
                    [
                        "RECORDS": "{node}.edge.example.com,home.example.com",
                        "NODE_ADDRESS_SOURCE": "file:\(site.path("address", of: node))", "PROBE_INTERVAL": "1s",
                    ])
            }
            // No leader has a say in what is a node's own, and none is there.
            try await waitFor("node-1.edge.example.com", .a, [addressA.description], at: site)
            try await waitFor("node-2.edge.example.com", .a, [addressB.description], at: site)
            #expect(site.cluster.dns.records(site.recordName, .a).isEmpty)
            await site.cluster.api.waitForObject(.configMaps, "esddns-records", namespace: Site.namespace) { map in
                ["node-1", "node-2"].allSatisfy { map?["data"]?["\($0).edge.example.com_A"] != nil }
            }
            #expect(site.cluster.dns.appliedUpdates == 2)
        }
    }

    @Test func aForeignRecordIsLeftAloneUntilItIsTakenOver() async throws {
        try await Site.run { site in
            let foreign = try #require(IPAddress("192.0.2.99"))
            site.cluster.dns.setRecords(
                site.recordName, .a, to: [.address(site.recordName, ttl: 300, foreign)])
            try site.publish(addressA, heartbeat: 1)
            let settings = ["OWNER": "site-a", "RECORDS": "\(Site.record),new.example.com"]
            let careful = try site.start(.updater, "updater-1", settings)
            await careful.log.waitForLine(with: "left alone", "unless told to take over")
            try await waitFor("new.example.com", .a, [addressA.description], at: site)
            #expect(site.recordAddresses == [foreign])
            careful.crash()
            try site.start(.updater, "updater-2", settings.merging(["TAKE_OVER": "true"]) { $1 })
            try site.publish(addressB, heartbeat: 2)
            try await waitFor(Site.record, .a, [addressB.description], at: site)
            let mark = site.cluster.dns.records(try name("_esddns-a.home.example.com"), .txt).first
            #expect(mark?.strings == [Array("heritage=esddns,esddns/owner=site-a".utf8)])
        }
    }
}
