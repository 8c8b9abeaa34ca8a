import ClusterSimulator
import NetworkPrimitives
import StatusServer
import Testing

@testable import AddressSync

/// Whole updaters against a simulated cluster; the leader's word is written by hand.
@Suite struct UpdaterServiceTests {
    @Test func threeUpdatersFollowThePublishedAddressWithOneWriteEach() async throws {
        try await Site.run { site in
            try site.publish(addressA, heartbeat: 1)
            let updaters = try (1...3).map { try site.start(.updater, "updater-\($0)") }
            for (change, address) in [addressA, addressB, addressC].enumerated() {
                try site.publish(address, heartbeat: change + 2)
                await site.waitForRecord(address)
                await site.waitForEntry { $0.phase == .synced && $0.addresses == address }
                for updater in updaters {
                    await updater.log.waitForLine(with: "following the published address", "\(address)")
                }
                #expect(site.cluster.dns.appliedUpdates == change + 1)
            }
            #expect(site.recordAddresses == [addressC.first])
            #expect(site.deniedCalls.isEmpty)
        }
    }

    @Test func anAddressOfUnknownAgeIsFoundAtStartAndWaitsForTheLeader() async throws {
        try await Site.run { site in
            try site.publish(addressA, heartbeat: 7)
            try site.cluster.api.patch(
                .configMaps, "esddns-wan-address", namespace: Site.namespace,
                with: ["data": ["confirmedAt": "2020-01-01T00:00:00Z"]])
            let updater = try site.start(.updater, "updater-1")
            await updater.log.waitForLine(with: "waiting", "may be old")
            #expect(site.cluster.dns.messages.isEmpty)
            try site.publish(addressA, heartbeat: 8)
            await site.waitForRecord(addressA)
        }
    }

    @Test func malformedKeysAreToldAndIgnored() async throws {
        try await Site.run { site in
            try site.cluster.api.patch(
                .configMaps, "esddns-wan-address", namespace: Site.namespace,
                with: ["data": ["ipv4": "10.0.0.1; rm -rf", "heartbeat": "many", "epoch": "first"]])
            let updater = try site.start(.updater, "updater-1")
            for key in ["ipv4", "heartbeat", "epoch"] {
                await updater.log.waitForLine(with: "malformed key", "\(key) is")
            }
            try site.publish(addressA, heartbeat: 2)
            await site.waitForRecord(addressA)
        }
    }

    @Test func withoutAnyLeaderAnUpdaterDetectsByItself() async throws {
        try await Site.run { site in
            let updater = try site.start(.updater, "updater-1", ["STALE_AFTER": "2s"])
            await updater.log.waitForLine(with: "detecting the address on this node")
            await site.waitForRecord(addressA)
            await site.waitForEntry { $0.phase == .synced && $0.generation.isOwnDetection }
            site.cluster.setWANAddress(addressB.first)
            await site.waitForRecord(addressB)
            #expect(site.cluster.dns.appliedUpdates == 2)
            // A leader appears; its word ends the detection.
            let lines = updater.log.lines.count
            try site.publish(addressC, heartbeat: 1)
            await updater.log.waitForLine(after: lines, with: "following the published address", "\(addressC)")
            await site.waitForRecord(addressC)
        }
    }

    @Test func withoutTheAPIServerAnUpdaterDetectsAndWritesWithoutAClaim() async throws {
        try await Site.run { site in
            await site.cluster.api.stop()
            // A node whose turn comes early.
            let window = ReconcilingSettings().unclaimedSpread
            let change = "\(addressA) \(Site.record)"
            let name = try #require(
                (1...1000).map { "updater-\($0)" }
                    .first { SpreadDelay.delay(node: $0, change: change, within: window) < .milliseconds(100) })
            let updater = try site.start(.updater, name, ["STALE_AFTER": "2s"])
            await site.waitForRecord(addressA)
            #expect(updater.log.text.contains("the watch of the published address was interrupted"))
            #expect(site.entry == nil)
            #expect(updater.board.readiness().contains { $0.name == "address-watch" && $0.failure != nil })
        }
    }

    @Test func aStoppedAPIServerIsFoundAgain() async throws {
        try await Site.run { site in
            try site.publish(addressA, heartbeat: 1)
            let updater = try site.start(.updater, "updater-1")
            await site.waitForRecord(addressA)
            await site.waitForEntry { $0.phase == .synced }
            let lines = updater.log.lines.count
            await site.cluster.api.stop()
            await updater.log.waitForLine(after: lines, with: "the watch of the published address was interrupted")
            // The leader goes on meanwhile.
            try site.publish(addressB, heartbeat: 2)
            try await site.cluster.api.start()
            await site.waitForRecord(addressB)
            await site.waitForEntry { $0.phase == .synced && $0.addresses == addressB }
            #expect(updater.board.readiness().allSatisfy { $0.failure == nil })
        }
    }

    @Test func aRevokedTokenIsReplacedWithoutARestart() async throws {
        try await Site.run { site in
            try site.publish(addressA, heartbeat: 1)
            let updater = try site.start(.updater, "updater-1")
            await site.waitForRecord(addressA)
            await site.waitForEntry { $0.phase == .synced }
            site.cluster.api.revokeTokens(of: updater.user)
            try site.publish(addressB, heartbeat: 2)
            await updater.log.waitForLine(with: "the claims cannot be read", "401")
            #expect(site.cluster.dns.appliedUpdates == 1)
            try site.writeFile("token", site.cluster.api.issueToken(for: updater.user), of: updater.name)
            await site.waitForRecord(addressB)
        }
    }

    @Test func aWrongAuthorityIsToldClearlyAndItsReplacementIsFound() async throws {
        try await Site.run { site in
            try site.publish(addressA, heartbeat: 1)
            try site.makeAccount(
                "updater-1", .updater, authority: CertificateAuthority().certificatePEM)
            let updater = try site.start(.updater, "updater-1")
            let line = await updater.log.waitForLine(with: "the watch of the published address was interrupted")
            #expect(line?.lowercased().contains("certificate") == true, "\(line ?? "")")
            #expect(site.cluster.api.calls.isEmpty)
            try site.writeFile("ca.crt", site.cluster.api.authority.certificatePEM, of: "updater-1")
            await site.waitForRecord(addressA)
        }
    }

    @Test func aRefusedKeyIsReportedReadablyAndCrashesNothing() async throws {
        try await Site.run { site in
            try site.publish(addressA, heartbeat: 1)
            let secret = "bm90IHRoZSBrZXkgb2YgdGhlIHNlcnZlcg=="
            let updater = try site.start(.updater, "updater-1", ["RFC2136_KEY_SECRET": secret])
            await site.waitForEntry { $0.phase == .failed }
            let entry = try #require(site.entry)
            #expect(entry.addresses == addressA && entry.node == "updater-1" && entry.provider == "rfc2136")
            #expect(entry.error.contains("BADSIG") || entry.error.lowercased().contains("key"), "\(entry.error)")
            #expect(entry.holdSeconds == 300)
            await updater.log.waitForLine(with: "the provider refused; somebody has to act")
            let record = try #require(updater.board.report().records.first)
            #expect(record.phase == .failed && record.error == entry.error)
            #expect(updater.log.lines.filter { $0.contains(secret) } == [])
            #expect(!entry.json.contains(secret))
            #expect(site.recordAddresses.isEmpty)
        }
    }

    @Test func manyRecordsDoNotHoldEachOtherUp() async throws {
        try await Site.run { site in
            try site.publish(addressA, heartbeat: 1)
            let names = (1...20).map { "host-\($0).example.com" }
            for node in 1...3 {
                try site.start(.updater, "updater-\(node)", ["RECORDS": names.joined(separator: ",")])
            }
            await site.cluster.api.waitForObject(.configMaps, "esddns-records", namespace: Site.namespace) { map in
                let entries = (map?["data"]?.stringMap ?? [:]).values.compactMap(RecordClaim.init(json:))
                return entries.count == 20 && entries.allSatisfy { $0.phase == .synced }
            }
            #expect(site.cluster.dns.appliedUpdates == 20)
            let nodes = Set(
                (site.cluster.api.configMapData("esddns-records", namespace: Site.namespace) ?? [:]).values
                    .compactMap { RecordClaim(json: $0)?.node })
            #expect(nodes.count > 1, "the nodes share the work")
        }
    }

    @Test func aDeletedConfigMapOfClaimsIsMadeAgain() async throws {
        try await Site.run { site in
            try site.cluster.api.delete(.configMaps, "esddns-records", namespace: Site.namespace)
            try site.publish(addressA, heartbeat: 1)
            try site.start(.updater, "updater-1")
            await site.waitForEntry { $0.phase == .synced }
            #expect(site.recordAddresses == [addressA.first])
        }
    }

    @Test func missingRightsAreTold() async throws {
        try await Site.run { site in
            try site.publish(addressA, heartbeat: 1)
            try site.makeAccount("updater-1", .updater)
            site.cluster.api.revokeGrants(of: site.user("updater-1").name)
            let updater = try site.start(.updater, "updater-1")
            let line = await updater.log.waitForLine(with: "interrupted", "403")
            #expect(line?.contains("esddns-wan-address") == true, "\(line ?? "")")
            #expect(site.cluster.dns.messages.isEmpty)
        }
    }
}
