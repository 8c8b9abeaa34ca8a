import NetworkPrimitives
import OperatorCore
import StatusServer
import TestSupport
import Testing

@testable import AddressSync

/// Nodes that see different things: lagging watches, silent leaders, no way to the API server.
@Suite struct RecordViewTests {
    private func settled(_ nodes: Int, seed: UInt64 = 1, settings: ReconcilingSettings = .init()) -> RecordSimulation {
        var world = RecordSimulation(nodes: nodes, record: addressA, seed: seed, settings: settings)
        world.desire(addressA, generation(1, 1))
        world.run(for: .seconds(60))
        return world
    }

    @Test(arguments: [2, 20])
    func aStaleViewDoesNotOverwriteANewerOne(_ nodes: Int) {
        var world = settled(nodes)
        // Half of the nodes do not learn of the change for an hour.
        let late = Array(0..<nodes / 2)
        world.desire(addressB, generation(1, 2), of: Array(nodes / 2..<nodes))
        world.run(for: .seconds(3600))
        #expect(world.record == addressB && world.writes.count == 1)
        #expect(late.allSatisfy { world.news(of: $0).contains { if case .waiting = $0 { true } else { false } } })
        world.desire(addressB, generation(1, 60), of: late)
        world.run(for: .seconds(60))
        #expect(world.writes.count == 1)
        #expect(late.allSatisfy { world.isInStep($0) })
    }

    @Test func whatWasSaidEarlierAndComesLaterCountsForNothing() {
        var world = settled(1)
        world.desire(addressB, generation(1, 3))
        world.run(for: .seconds(10))
        world.desire(addressA, generation(1, 2))
        world.run(for: .seconds(1200))
        #expect(world.record == addressB)
        #expect(world.writes.count == 1)
    }

    @Test func heartbeatsThatSomeNodesHaveNotSeenYetHoldNobodyUp() {
        var world = settled(20)
        for heartbeat in 2...60 {
            world.desire(addressA, generation(1, UInt64(heartbeat)), lag: 0...5000)
            world.run(for: .seconds(10))
        }
        world.desire(addressB, generation(1, 61), lag: 0...5000)
        world.run(for: .seconds(20))
        #expect(world.writes.count == 1 && world.record == addressB)
    }

    @Test(arguments: [UInt64(1), 2, 3, 4, 5])
    func nodesThatNoticeTheLeadersSilenceOneAfterTheOtherDoNotFight(_ seed: UInt64) {
        // The leader dies, then the WAN address changes. Nodes fall back to detection within half a minute; those that
        // still follow the dead leader look at the record meanwhile.
        var settings = ReconcilingSettings()
        settings.checkInterval = .seconds(5)
        settings.propagation = .seconds(1)
        var world = settled(20, seed: seed, settings: settings)
        world.desire(addressB, generation(1, 1, own: true), origin: .ownDetection, lag: 0...30_000)
        world.run(for: .seconds(120))
        #expect(world.record == addressB)
        #expect(world.writes.count == 1, "\(world.writes.map(\.address))")
        // A new leader's word goes before.
        world.desire(addressC, generation(2, 2))
        world.run(for: .seconds(10))
        #expect(world.record == addressC && world.writes.count == 2)
    }

    @Test func withoutTheAPIServerTheLeadersOldWordIsNoReasonToWrite() {
        var world = settled(3)
        for node in 0..<3 { world.setCutOff(true, node) }
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(600))
        #expect(world.writes.isEmpty)
        for node in 0..<3 { world.setCutOff(false, node) }
        world.run(for: .seconds(60))
        #expect(world.writes.count == 1)
    }

    @Test(arguments: [1, 20])
    func withoutTheAPIServerAnOwnQuorumIs(_ nodes: Int) {
        var world = settled(nodes)
        for node in 0..<nodes { world.setCutOff(true, node) }
        world.desire(addressB, generation(1, 1, own: true), origin: .ownDetection, lag: 0...30_000)
        world.run(for: .seconds(120))
        #expect(world.record == addressB)
        // They have only the record itself to see each other by; each looks before it writes.
        #expect(world.writes.count == 1)
        #expect(world.claimsWon == 0)
    }

    @Test func aWriteThatIsUndoneIsNotRepeatedForAnHour() throws {
        var world = settled(1)
        world.setCutOff(true, 0)
        world.desire(addressB, generation(1, 1, own: true), origin: .ownDetection)
        world.run(for: .seconds(200))
        #expect(world.writes.count == 1)
        // Another site wants A.
        let end = world.now.advanced(by: .seconds(6 * 3600))
        while world.now < end {
            if world.record == addressB { world.edit(addressA) }
            world.run(for: .seconds(60))
        }
        #expect((4...8).contains(world.writes.count), "\(world.writes.map(\.time))")
        for (before, after) in zip(world.writes.dropFirst(1), world.writes.dropFirst(2)) {
            #expect(before.time.duration(to: after.time) >= .seconds(3600))
        }
        #expect(world.news(of: 0).contains { if case .reverted = $0 { true } else { false } })
    }

    @Test func anotherAddressDoesNotEndThatHour() {
        var world = settled(1)
        world.setCutOff(true, 0)
        world.desire(addressB, generation(1, 1, own: true), origin: .ownDetection)
        world.run(for: .seconds(200))
        world.edit(addressA)
        world.run(for: .seconds(700))
        let writes = world.writes.count
        world.desire(addressC, generation(1, 1, own: true), origin: .ownDetection)
        world.run(for: .seconds(600))
        #expect(world.writes.count == writes)
        // The API server does.
        world.setCutOff(false, 0)
        world.desire(addressC, generation(2, 2))
        world.run(for: .seconds(60))
        #expect(world.record == addressC)
    }

    @Test func aSlowNameServerIsNotTakenForSomebodyWhoUndidIt() {
        var world = settled(1)
        world.setCutOff(true, 0)
        world.propagation = .seconds(40)
        world.desire(addressB, generation(1, 1, own: true), origin: .ownDetection)
        world.run(for: .seconds(600))
        #expect(world.writes.count == 1)
        #expect(!world.news(of: 0).contains { if case .reverted = $0 { true } else { false } })
        #expect(world.isInStep(0))
    }

    @Test func aWriteThatFailedWasNotUndoneByAnybody() {
        var world = settled(1)
        world.setCutOff(true, 0)
        world.fault = .fails(retryAfter: nil)
        world.desire(addressB, generation(1, 1, own: true), origin: .ownDetection)
        world.run(for: .seconds(60))
        world.fault = nil
        world.run(for: .seconds(60))
        #expect(world.record == addressB)
    }

    @Test func theAPIServersReturnEndsWritingWithoutClaims() {
        var world = settled(2)
        world.setCutOff(true, 0)
        world.desire(addressB, generation(1, 1, own: true), origin: .ownDetection)
        world.run(for: .seconds(60))
        world.setCutOff(false, 0)
        world.run(for: .seconds(60))
        let claims = world.claimsWon
        // Still no leader; the address changes again.
        world.desire(addressC, generation(1, 1, own: true), of: [0], origin: .ownDetection)
        world.run(for: .seconds(60))
        #expect(world.record == addressC)
        #expect(world.claimsWon == claims + 1)
    }

    @Test func aClaimForAnOldAddressIsWaitedForSoThatTwoNeverWriteAtOnce() {
        var world = settled(1)
        world.setEntry(
            RecordClaim(
                addresses: addressB, phase: .claimed, node: "another", generation: generation(1, 2), holdSeconds: 30,
                provider: "fake", time: wallTime()))
        world.desire(addressC, generation(1, 3))
        world.run(for: .seconds(29))
        #expect(world.writes.isEmpty)
        world.run(for: .seconds(5))
        #expect(world.record == addressC)
    }

    @Test func anEntryOfNonsenseIsReplaced() {
        var world = settled(2)
        world.setEntry(nil)
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(5))
        #expect(world.writes.count == 1 && world.entry?.phase == .synced)
    }

    @Test(arguments: 0..<60)
    func whateverHappensTheRecordEndsUpRight(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...12, using: &random)
        var world = settled(count, seed: seed)
        var heartbeat: UInt64 = 1
        var wanted = addressA
        for _ in 0..<12 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1, 2:
                heartbeat += 1
                wanted = [addressA, addressB, addressC].randomElement(using: &random) ?? addressA
                world.desire(wanted, generation(1, heartbeat), lag: 0...4000)
            case 3: world.fault = Bool.random(using: &random) ? .fails(retryAfter: nil) : .writesAndFails
            case 4: world.setCutOff(Bool.random(using: &random), Int.random(in: 0..<count, using: &random))
            default:
                world.fault = nil
                world.edit(addressA)
            }
            world.run(for: .milliseconds(Int.random(in: 0...20_000, using: &random)))
        }
        world.fault = nil
        for node in 0..<count { world.setCutOff(false, node) }
        world.run(for: .seconds(1200))
        #expect(world.record == wanted)
        for node in 0..<count {
            let isInStep = world.isInStep(node)
            #expect(isInStep, "\(world.timedNews(of: node).suffix(4))")
        }
        let writes = world.writes.count
        world.run(for: .seconds(7200))
        #expect(world.writes.count == writes, "nothing is written once all is well")
    }
}
