import NetworkPrimitives
import OperatorCore
import TestSupport
import Testing

@testable import AddressSync

/// Many nodes, one record: what they come to together.
@Suite struct RecordConvergenceTests {
    private static let sizes = [1, 2, 20, 200]

    /// Nodes that have seen A in step.
    private func settled(_ nodes: Int, seed: UInt64 = 1) -> RecordSimulation {
        var world = RecordSimulation(nodes: nodes, record: addressA, seed: seed)
        world.desire(addressA, generation(1, 1))
        world.run(for: .seconds(60))
        return world
    }

    private func expectAllInStep(
        _ world: RecordSimulation, with address: AddressSet, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(world.record == address, sourceLocation: sourceLocation)
        for node in 0..<world.count where !world.isInStep(node) {
            Issue.record("node \(node) is not in step: \(world.news(of: node))", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: sizes)
    func aRecordInStepIsNeverWritten(_ nodes: Int) {
        var world = settled(nodes)
        world.run(for: .seconds(3600))
        #expect(world.writes.isEmpty && world.providerCalls.isEmpty && world.claimsWon == 0)
        expectAllInStep(world, with: addressA)
        // One look per node and interval.
        #expect(world.checks <= nodes * 15)
    }

    @Test(arguments: sizes, [UInt64(1), 2, 3])
    func oneChangeCostsOneWrite(_ nodes: Int, _ seed: UInt64) {
        var world = settled(nodes, seed: seed)
        world.desire(addressB, generation(1, 2))
        let start = world.now
        world.run(for: .seconds(5))
        #expect(world.writes.count == 1)
        #expect(world.writes.first.map { start.duration(to: $0.time) < .milliseconds(1500) } == true)
        expectAllInStep(world, with: addressB)
        #expect(world.entry?.phase == .synced && world.entry?.addresses == addressB)
        world.run(for: .seconds(3600))
        #expect(world.writes.count == 1 && world.providerCalls.count == 2)
    }

    @Test(arguments: sizes)
    func aMissingRecordIsCreatedOnce(_ nodes: Int) {
        var world = RecordSimulation(nodes: nodes, record: nil)
        world.desire(addressA, generation(1, 1))
        world.run(for: .seconds(10))
        #expect(world.writes.count == 1)
        expectAllInStep(world, with: addressA)
    }

    @Test(arguments: sizes)
    func manyChangesCostOneWriteEach(_ nodes: Int) {
        var world = settled(nodes)
        for change in 1...10 {
            let address = change.isMultiple(of: 2) ? addressA : addressB
            world.desire(address, generation(1, UInt64(change) + 1))
            world.run(for: .seconds(30))
            #expect(world.writes.count == change)
            expectAllInStep(world, with: address)
        }
    }

    @Test(arguments: [2, 20, 200])
    func thereAndBackAtOnceCostsAtMostTwoWrites(_ nodes: Int) {
        for pause in stride(from: 0, through: 1500, by: 100) {
            var world = settled(nodes, seed: UInt64(pause) + 1)
            world.desire(addressB, generation(1, 2), lag: 0...5)
            world.run(for: .milliseconds(pause))
            world.desire(addressA, generation(1, 3), lag: 6...50)
            world.run(for: .seconds(120))
            #expect(world.writes.count <= 2, "pause of \(pause) ms: \(world.writes)")
            expectAllInStep(world, with: addressA)
            #expect(world.entry == nil || world.entry?.addresses == addressA)
        }
    }

    @Test(arguments: [2, 20, 200])
    func aWriterThatDiesAfterItsClaimIsReplacedAfterTheHold(_ nodes: Int) {
        var world = settled(nodes)
        world.onClaim = { world, node in
            world.onClaim = nil
            world.kill(node)
        }
        world.desire(addressB, generation(1, 2))
        let start = world.now
        world.run(for: .seconds(25))
        #expect(world.writes.isEmpty)
        world.run(for: .seconds(10))
        #expect(world.writes.count == 1)
        #expect(world.writes.first.map { start.duration(to: $0.time) >= .seconds(30) } == true)
        #expect(world.entry?.phase == .synced)
    }

    @Test(arguments: [2, 20, 200])
    func aWriterThatDiesBeforeItsReportCostsNoSecondWrite(_ nodes: Int) {
        var world = settled(nodes)
        var dead = -1
        world.onWrite = { world, node in
            world.onWrite = nil
            dead = node
            world.kill(node)
        }
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(60))
        #expect(world.writes.count == 1)
        #expect(world.entry?.phase == .synced, "the claim of a dead node does not stand for ever")
        for node in 0..<nodes where node != dead { #expect(world.isInStep(node)) }
    }

    @Test(arguments: [2, 20, 200])
    func aFailingProviderIsAskedLessAndLess(_ nodes: Int) {
        var world = settled(nodes)
        world.fault = .fails(retryAfter: nil)
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(1800))
        // 5, 10, 20, 40, 80, 160, then every 300 seconds, for the whole cluster and not for each node.
        #expect((8...14).contains(world.providerCalls.count), "\(world.providerCalls)")
        #expect(world.entry?.phase == .failed && world.entry?.error == "HTTP 500")
        world.fault = nil
        world.run(for: .seconds(700))
        #expect(world.writes.count == 1)
        expectAllInStep(world, with: addressB)
        #expect(world.entry?.phase == .synced && world.entry?.failures == 0)
    }

    @Test(arguments: [1, 20])
    func theNextChangeStartsWithoutTheBackoffOfTheLast(_ nodes: Int) {
        var world = settled(nodes)
        world.fault = .fails(retryAfter: nil)
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(1000))
        world.fault = nil
        world.desire(addressC, generation(1, 3))
        world.run(for: .seconds(3))
        #expect(world.writes.count == 1)
        #expect(world.entry?.failures == 0)
    }

    @Test(arguments: [1, 20])
    func retryAfterIsHonouredByAllNodes(_ nodes: Int) {
        var world = settled(nodes)
        world.fault = .fails(retryAfter: .seconds(900))
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(890))
        #expect(world.providerCalls.count == 1)
        world.fault = nil
        world.run(for: .seconds(320))
        #expect(world.writes.count == 1)
        expectAllInStep(world, with: addressB)
    }

    /// A process that starts again and again must not ask the provider each time.
    @Test func aRetryAfterIsHonouredByAProcessThatIsStartedAnew() {
        var world = settled(1)
        world.fault = .fails(retryAfter: .seconds(900))
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(10))
        for _ in 0..<8 {
            world.restart(0)
            world.desire(addressB, generation(1, 2))
            world.run(for: .seconds(100))
        }
        #expect(world.providerCalls.count == 1)
        world.fault = nil
        world.run(for: .seconds(1200))
        expectAllInStep(world, with: addressB)
    }

    /// It may have been started anew because the credentials were replaced.
    @Test func refusedCredentialsAreTriedByAProcessThatIsStartedAnew() {
        var world = settled(1)
        world.fault = .refuses
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(10))
        world.fault = nil
        world.restart(0)
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(10))
        expectAllInStep(world, with: addressB)
    }

    @Test func aRetryAfterOfMoreThanADayIsWaitedForADay() {
        var world = settled(20)
        world.fault = .fails(retryAfter: .seconds(1_000_000))
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(86_000))
        #expect(world.providerCalls.count == 1)
    }

    @Test(arguments: [1, 20])
    func refusedCredentialsAreTriedSlowly(_ nodes: Int) {
        var world = settled(nodes)
        world.fault = .refuses
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(3600))
        #expect((2...13).contains(world.providerCalls.count))
        let told = (0..<nodes).flatMap { world.news(of: $0) }
        #expect(
            told.contains { if case .refused("HTTP 401", wait: _, cause: _, times: _) = $0 { true } else { false } })
        world.fault = nil
        world.run(for: .seconds(620))
        expectAllInStep(world, with: addressB)
    }

    @Test(arguments: [1, 20])
    func aWriteWhoseAnswerIsLostIsNotRepeated(_ nodes: Int) {
        var world = settled(nodes)
        world.fault = .writesAndFails
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(700))
        // A question and the write.
        #expect(world.writes.count == 1 && world.providerCalls.count == 2)
        expectAllInStep(world, with: addressB)
        #expect(world.entry?.phase == .synced, "the entry says what is, not what seemed to be")
    }

    @Test(arguments: [1, 20])
    func slowNameServersDoNotCauseWrites(_ nodes: Int) {
        var world = settled(nodes)
        world.propagation = .seconds(600)
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(1800))
        #expect(world.writes.count == 1)
        #expect(world.providerCalls.count <= 12, "\(world.providerCalls)")
        expectAllInStep(world, with: addressB)
    }

    @Test(arguments: [1, 20, 200])
    func nameServersThatCannotTellLeaveTheProviderInPeace(_ nodes: Int) {
        var world = RecordSimulation(nodes: nodes, record: addressA)
        world.check = .unknown("port 53 is intercepted")
        world.desire(addressB, generation(1, 1))
        world.run(for: .seconds(10))
        #expect(world.writes.count == 1)
        world.run(for: .seconds(4 * 3600))
        // About one question an hour for the whole cluster.
        #expect((2...10).contains(world.providerCalls.count), "\(world.providerCalls)")
        // That question also finds what somebody changed.
        world.edit(addressC)
        world.run(for: .seconds(2 * 3600))
        #expect(world.record == addressB)
    }

    @Test(arguments: [1, 20, 200])
    func aCNAMEIsLeftAloneAndToldByOneNodeForAll(_ nodes: Int) {
        var world = RecordSimulation(nodes: nodes, record: nil)
        world.check = .refuses("home.example.com is an alias of elsewhere.example.net")
        world.desire(addressA, generation(1, 1))
        world.run(for: .seconds(3600))
        #expect(world.providerCalls.isEmpty && world.claimsWon == 0)
        let told = (0..<nodes).map { world.news(of: $0) }
        let failures = told.joined().filter { if case .failed = $0 { true } else { false } }
        // At most one for each look in turn, and a few that come at the same time.
        #expect((12...30).contains(failures.count), "\(failures.count)")
        for news in told {
            let knows = news.contains {
                switch $0 {
                case .failed, .failedElsewhere: true
                default: false
                }
            }
            #expect(knows)
        }
        let lasting = told.joined().count { if case .lasting = $0 { true } else { false } }
        #expect(lasting == 1, "people are told once")
    }

    @Test(arguments: [1, 20, 200])
    func aChangeBySomebodyElseIsPutRightOnce(_ nodes: Int) {
        var world = settled(nodes)
        world.desire(addressB, generation(1, 2))
        world.run(for: .seconds(400))
        world.edit(addressC)
        world.run(for: .seconds(800))
        #expect(world.writes.count == 2)
        expectAllInStep(world, with: addressB)
    }

    @Test func twoAddressesOnTheNameBecomeOne() {
        var world = RecordSimulation(nodes: 3, record: AddressSet([addressA.first, addressB.first]))
        world.desire(addressA, generation(1, 1))
        world.run(for: .seconds(10))
        #expect(world.record == addressA && world.writes.count == 1)
    }
}
