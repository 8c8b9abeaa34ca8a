import ClusterSimulator
import NetworkPrimitives
import StatusServer
import Testing

@testable import AddressSync

/// Whole leaders, and leaders with updaters, against a simulated cluster.
@Suite struct LeaderServiceTests {
    @Test func aChangeOfTheWANAddressReachesTheRecordWithOneWrite() async throws {
        try await Site.run { site in
            let leader = try site.start(.leader, "leader-1")
            let updaters = try (1...3).map { try site.start(.updater, "updater-\($0)") }
            for (change, address) in [addressA, addressB].enumerated() {
                site.cluster.setWANAddress(address.first)
                await site.waitForPublished(address)
                await site.waitForRecord(address)
                await site.waitForEntry { $0.phase == .synced && $0.addresses == address }
                for updater in updaters {
                    await updater.log.waitForLine(with: "following the published address", "\(address)")
                }
                #expect(site.cluster.dns.appliedUpdates == change + 1)
            }
            let published = site.published
            #expect(published["condition"] == "Confirmed")
            #expect(published["leader"]?.hasPrefix("leader-1_") == true)
            #expect(published["votes"]?.contains("=\(addressB)") == true)
            #expect(
                published.keys.sorted() == [
                    "condition", "confirmedAt", "epoch", "heartbeat", "ipv4", "leader", "since", "votes",
                ])
            let report = leader.board.report()
            #expect(report.leading && report.address == addressB.description && report.condition == .confirmed)
            // Whoever removes the ConfigMap has the cluster remove the Lease.
            let lease = site.cluster.api.object(.leases, "esddns-leader", namespace: Site.namespace)
            let address = site.cluster.api.object(.configMaps, "esddns-wan-address", namespace: Site.namespace)
            let uid = try #require(address?["metadata"]?["uid"]?.string)
            let owners = "\(lease?["metadata"]?["ownerReferences"] ?? .null)"
            #expect(owners.contains(uid))
            // What the chart's Roles allow is enough.
            #expect(site.deniedCalls.isEmpty, "\(site.deniedCalls)")
        }
    }

    @Test func theHeartbeatMoves() async throws {
        try await Site.run { site in
            try site.start(.leader, "leader-1")
            await site.waitForPublished(addressA)
            let epoch = site.published["epoch"]
            await site.cluster.api.waitForObject(.configMaps, "esddns-wan-address", namespace: Site.namespace) {
                $0?["data"]?["heartbeat"]?.string.flatMap { UInt64($0) }.map { $0 >= 3 } ?? false
            }
            #expect(site.published["epoch"] == epoch)
        }
    }

    @Test func sourcesThatSayNothingChangeNothing() async throws {
        try await Site.run { site in
            let leader = try site.start(.leader, "leader-1")
            await site.waitForPublished(addressA)
            for server in site.cluster.stun { await server.stop() }
            for server in site.cluster.checkIP { await server.stop() }
            await site.cluster.api.waitForObject(.configMaps, "esddns-wan-address", namespace: Site.namespace) {
                $0?["data"]?["condition"]?.string == "Unconfirmed"
            }
            #expect(site.published["ipv4"] == addressA.description)
            await leader.log.waitForLine(with: "the address is not confirmed, nothing is changed")
            for server in site.cluster.stun { try await server.start() }
            for server in site.cluster.checkIP { try await server.start() }
            site.cluster.setWANAddress(addressB.first)
            await site.waitForPublished(addressB)
            #expect(site.published["condition"] == "Confirmed")
        }
    }

    @Test func aStandbyTakesOverFromALeaderThatIsGone() async throws {
        try await Site.run { site in
            let first = try site.start(.leader, "leader-1")
            await site.waitForPublished(addressA)
            let second = try site.start(.leader, "leader-2")
            await second.log.waitForLine(with: "another leads", "leader-1_")
            let user = first.user.name
            site.cluster.api.faults.inject(.refuse, .untilCleared) { $0.user == user }
            first.crash()
            site.cluster.setWANAddress(addressB.first)
            await site.waitForPublished(addressB)
            #expect(site.published["leader"]?.hasPrefix("leader-2_") == true)
            #expect(second.board.report().leading)
        }
    }

    @Test func aRevokedTokenIsReplacedWithoutARestart() async throws {
        try await Site.run { site in
            let leader = try site.start(.leader, "leader-1")
            await site.waitForPublished(addressA)
            // The kubelet writes the new token before the old one ends.
            try site.writeFile("token", site.cluster.api.issueToken(for: leader.user), of: leader.name)
            let fresh = site.cluster.api.issueToken(for: leader.user)
            site.cluster.api.revokeTokens(of: leader.user)
            site.cluster.api.setToken(fresh, for: leader.user)
            try site.writeFile("token", fresh, of: leader.name)
            await site.cluster.api.waitForCall { $0.status == 401 }
            site.cluster.setWANAddress(addressB.first)
            await site.waitForPublished(addressB)
            #expect(leader.board.report().leading)
        }
    }

    @Test func aLeaderWithoutATokenEndsItsTermAndTheProcess() async throws {
        try await Site.run { site in
            let leader = try site.start(.leader, "leader-1")
            await site.waitForPublished(addressA)
            site.cluster.api.revokeTokens(of: leader.user)
            let result = try #require(await leader.result())
            #expect(throws: LeaderService.LeadershipLost.self) { try result.get() }
            await leader.log.waitForLine(with: "lost the leadership")
            #expect(!leader.board.report().leading)
        }
    }

    @Test func aWrongAuthorityIsToldClearlyAndItsReplacementIsFound() async throws {
        try await Site.run { site in
            try site.makeAccount("leader-1", .leader, authority: CertificateAuthority().certificatePEM)
            let leader = try site.start(.leader, "leader-1")
            let line = await leader.log.waitForLine(with: "a request for the Lease failed")
            #expect(line?.lowercased().contains("certificate") == true, "\(line ?? "")")
            try site.writeFile("ca.crt", site.cluster.api.authority.certificatePEM, of: "leader-1")
            await site.waitForPublished(addressA)
        }
    }

    @Test func aConfigMapThatRefusesItsClaimIsRetriedAndToldInReadiness() async throws {
        try await Site.run { site in
            site.cluster.api.faults.inject(
                .apiStatus(500, reason: "InternalError"), .times(2), method: "PATCH",
                pathPrefix: "/api/v1/namespaces/\(Site.namespace)/configmaps/esddns-wan-address")
            let leader = try site.start(.leader, "leader-1")
            await leader.log.waitForLine(with: "cannot claim the ConfigMap of the address", "500")
            await site.waitForPublished(addressA)
            #expect(leader.board.readiness().allSatisfy { $0.failure == nil })
        }
    }

    @Test func aLaterLeadersEpochEndsAnEarlierLeader() async throws {
        try await Site.run { site in
            let leader = try site.start(.leader, "leader-1")
            await site.waitForPublished(addressA)
            // Later than this leader's, and no later than this write's own version.
            let map = site.cluster.api.object(.configMaps, "esddns-wan-address", namespace: Site.namespace)
            let version = try #require(map?["metadata"]?["resourceVersion"]?.string)
            try site.cluster.api.patch(
                .configMaps, "esddns-wan-address", namespace: Site.namespace,
                with: ["data": ["epoch": .string(version)]])
            let result = try #require(await leader.result())
            #expect(throws: LeaderService.LeadershipLost.self) { try result.get() }
        }
    }

    /// The ConfigMap was restored from a backup of another cluster, under a leader and an updater at work.
    @Test func anEpochOfAnotherClusterHoldsUpNobody() async throws {
        try await Site.run { site in
            let leader = try site.start(.leader, "leader-1")
            try site.start(.updater, "updater-1")
            await site.waitForPublished(addressA)
            await site.waitForRecord(addressA)
            let epoch = site.published["epoch"]
            try site.publish(addressC, heartbeat: 999_999, epoch: 999_999_999)
            await leader.log.waitForLine(with: "claimed a foreign ConfigMap", "999999999")
            site.cluster.setWANAddress(addressB.first)
            await site.waitForPublished(addressB)
            #expect(site.published["epoch"] == epoch)
            await site.waitForRecord(addressB)
        }
    }

    @Test func leadershipIsToldAsAnEventAndTheElectorIsHealthy() async throws {
        try await Site.run { site in
            let leader = try site.start(.leader, "leader-1")
            await site.waitForPublished(addressA)
            await site.cluster.api.waitForCall { $0.path.hasSuffix("/events") && $0.status == 201 }
            // The address that was found may be told of by then, too.
            let events = site.cluster.api.objects(.events, namespace: Site.namespace)
                .filter { $0["reason"]?.string == "LeaderElection" }
            let message = try #require(events.first?["message"]?.string)
            #expect(events.count == 1)
            #expect(message.hasPrefix("leader-1_") && message.hasSuffix(" became leader"))
            #expect(leader.board.health() == [.passed("detection"), .passed("elector")])
            #expect(site.deniedCalls.isEmpty, "\(site.deniedCalls)")
        }
    }
}
