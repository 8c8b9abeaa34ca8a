import NetworkPrimitives
import OperatorCore
import TestSupport
import Testing

@testable import AddressSync

/// Somebody else wants the record to hold something else: another site, another part of the cluster, a person.
@Suite struct RecordContestTests {
    private func settled(_ nodes: Int, seed: UInt64 = 1, sites: Int = 1) -> RecordSimulation {
        var world = RecordSimulation(nodes: nodes, record: addressA, seed: seed, sites: sites)
        world.desire(addressA, generation(1, 1))
        world.run(for: .seconds(60))
        return world
    }

    private func mostInAnHour(_ world: RecordSimulation) -> Int {
        world.writes.map { first in
            world.writes.count { $0.time >= first.time && first.time.duration(to: $0.time) < .seconds(3600) }
        }.max() ?? 0
    }

    @Test(arguments: [2, 40], [UInt64(1), 2, 3]) func twoSitesDoNotFightOverARecord(_ nodes: Int, _ seed: UInt64) {
        var world = settled(nodes, seed: seed, sites: 2)
        world.desire(addressB, generation(1, 2), of: Array(stride(from: 1, to: nodes, by: 2)))
        world.run(for: .seconds(12 * 3600))
        // Each puts it right once at once, and then once an hour.
        #expect(world.writes.count <= 2 + 2 * 13, "\(world.writes.map(\.time))")
        #expect(mostInAnHour(world) <= 4, "\(world.writes.map(\.time))")
        let told = (0..<nodes).flatMap { world.news(of: $0) }
        #expect(told.contains { if case .reverted = $0 { true } else { false } })
    }

    @Test(arguments: [2, 12, 40], [UInt64(1), 2, 3])
    func twoPartsOfAClusterThatSeeDifferentAddressesDoNotFight(_ nodes: Int, _ seed: UInt64) {
        var world = settled(nodes, seed: seed)
        // The leader is silent, and each part's quorum says something else.
        let (one, other) = (Array(0..<nodes / 2), Array(nodes / 2..<nodes))
        world.desire(addressB, generation(1, 1, own: true), of: one, origin: .ownDetection, lag: 0...30_000)
        world.desire(addressC, generation(1, 1, own: true), of: other, origin: .ownDetection, lag: 0...30_000)
        world.run(for: .seconds(12 * 3600))
        #expect(mostInAnHour(world) <= 3, "\(world.writes.map { ($0.time, $0.address) })")
        // A leader decides.
        world.desire(addressC, generation(2, 2))
        world.run(for: .seconds(20))
        #expect(world.record == addressC)
    }

    @Test(arguments: [4, 40]) func aPartThatIsCutOffAndSeesAnotherAddressDoesNotFight(_ nodes: Int) {
        var world = settled(nodes)
        let cutOff = Array(0..<nodes / 2)
        for node in cutOff { world.setCutOff(true, node) }
        world.desire(addressB, generation(1, 1, own: true), of: cutOff, origin: .ownDetection, lag: 0...30_000)
        world.run(for: .seconds(12 * 3600))
        // Theirs, ours at once, and then one of each an hour at most.
        #expect(mostInAnHour(world) <= 6, "\(world.writes.map { ($0.time, $0.address) })")
        #expect(world.writes.count <= 4 + 2 * 13, "\(world.writes.map(\.time))")
        for node in cutOff { world.setCutOff(false, node) }
        world.desire(addressA, generation(2, 2))
        world.run(for: .seconds(2 * 3600))
        #expect(world.record == addressA)
    }

    @Test(arguments: [1, 20]) func aSecondEditWithinAnHourIsLeftAloneForThatHour(_ nodes: Int) {
        var world = settled(nodes)
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(400))
        world.edit(addressC)
        world.run(for: .seconds(800))
        #expect(world.record == addressB && world.writes.count == 2)
        world.edit(addressC)
        world.run(for: .seconds(2000))
        #expect(world.record == addressC && world.writes.count == 2)
        // A new address is no fight.
        world.desire(addressA, generation(1, 3))
        world.run(for: .seconds(2))
        #expect(world.record == addressA && world.writes.count == 3)
        world.run(for: .seconds(3600))
        world.edit(addressC)
        world.run(for: .seconds(800))
        #expect(world.record == addressA && world.writes.count == 4)
    }

    @Test(arguments: [1, 20]) func whatIsLeftAloneIsPutRightAfterThatHour(_ nodes: Int) {
        var world = settled(nodes)
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(400))
        for _ in 0..<2 {
            world.edit(addressC)
            world.run(for: .seconds(800))
        }
        #expect(world.record == addressC)
        world.run(for: .seconds(3600))
        #expect(world.record == addressB && world.writes.count == 3)
    }

    /// All nodes' quorums agree on each address, while no leader says so.
    @Test(arguments: [1, 20]) func changesThatAllNodesFindThemselvesAreNoFight(_ nodes: Int) {
        var world = settled(nodes)
        for (number, address) in [addressB, addressC, addressA, addressB].enumerated() {
            world.desire(address, generation(1, 1, own: true), origin: .ownDetection, lag: 0...10_000)
            world.run(for: .seconds(30))
            #expect(world.record == address && world.writes.count == number + 1)
        }
    }

    @Test func aProcessThatWasStoppedDoesNotWriteWhatIsOldByNow() {
        for seed in 0..<20 as Range<UInt64> {
            var world = settled(3, seed: seed)
            world.onClaim = { world, node in
                world.onClaim = nil
                world.pause(node, for: .seconds(100))
            }
            world.desire(addressB, generation(1, 2))
            world.run(for: .seconds(5))
            world.desire(addressC, generation(1, 3))
            world.run(for: .seconds(95))
            #expect(world.record == addressC && world.writes.count == 1)
            world.run(for: .seconds(60))
            // Its claim was won a long time ago: it looks anew.
            #expect(world.record == addressC && world.writes.count == 1)
        }
    }

    @Test func aClaimsHoldCountsFromItsSending() {
        var world = settled(1)
        world.weather.api = 2000...3000
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(120))
        #expect(world.record == addressB)
        // Won when it is about to run out.
        world.weather.api = 13_000...14_000
        world.desire(addressC, generation(1, 3))
        world.run(for: .seconds(120))
        #expect(world.record == addressB)
    }

    @Test(arguments: [2, 20]) func anEntryDeletedByHandIsNoReasonToWrite(_ nodes: Int) {
        var world = settled(nodes)
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(10))
        world.setEntry(nil)
        world.run(for: .seconds(3600))
        #expect(world.writes.count == 1 && world.providerCalls.count == 2)
    }

    @Test(arguments: [1, 20]) func aStoreThatWasSetBackHoldsNobodyUp(_ nodes: Int) {
        var world = settled(nodes)
        world.desire(addressB, generation(5, 2))
        world.run(for: .seconds(10))
        let backup = world.stores[0]
        world.desire(addressC, generation(5, 90))
        world.run(for: .seconds(10))
        world.restore(backup)
        world.desire(addressA, generation(3, 1), beginning: 1)
        world.run(for: .seconds(10))
        #expect(world.record == addressA || world.entry?.generation == generation(5, 2))
        // The epoch of whoever leads from then on is later than the backup.
        world.desire(addressA, generation(6, 2), beginning: 1)
        world.run(for: .seconds(70))
        #expect(world.record == addressA)
    }

    /// A node that has just taken over a dead node's claim may still see that one by its watch when it has to report.
    @Test func aFailureIsReportedThoughTheWatchIsLate() {
        var world = settled(2)
        world.weather.watch = 2000...2000
        world.onClaim = { world, node in
            world.onClaim = nil
            world.kill(node)
        }
        world.fault = .fails(retryAfter: .seconds(500))
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(60))
        #expect(world.entry?.phase == .failed && world.providerCalls.count == 1)
    }
}
