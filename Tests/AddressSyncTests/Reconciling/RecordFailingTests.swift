import TestSupport
import Testing

@testable import AddressSync

/// What people are told of a record that fails: by one node for all of them.
@Suite struct RecordFailingTests {
    private func count(_ world: RecordSimulation, _ nodes: Int, where isMeant: (RecordNews) -> Bool) -> Int {
        (0..<nodes).reduce(0) { $0 + world.news(of: $1).count(where: isMeant) }
    }

    private func isLasting(_ news: RecordNews) -> Bool { if case .lasting = news { true } else { false } }
    private func isRecovered(_ news: RecordNews) -> Bool { if case .recovered = news { true } else { false } }

    @Test(arguments: [1, 20, 200])
    func aLastingFailureAndItsEndAreToldOnce(_ nodes: Int) {
        var world = RecordSimulation(nodes: nodes, record: addressA)
        world.fault = .fails(retryAfter: nil)
        world.desire(addressB, generation(1, 1))
        world.run(for: .seconds(590))
        #expect(count(world, nodes, where: isLasting) == 0)
        world.run(for: .seconds(3600))
        #expect(count(world, nodes, where: isLasting) == 1)
        // Another address does not make it another failure.
        world.desire(addressC, generation(1, 2))
        world.run(for: .seconds(3600))
        #expect(count(world, nodes, where: isLasting) == 1)
        #expect(count(world, nodes, where: isRecovered) == 0)
        world.fault = nil
        world.run(for: .seconds(900))
        #expect(world.record == addressC)
        #expect(count(world, nodes, where: isRecovered) == 1)
    }

    @Test func whatIsSoonOverIsNotTold() {
        var world = RecordSimulation(nodes: 20, record: addressA)
        world.fault = .fails(retryAfter: nil)
        world.desire(addressB, generation(1, 1))
        world.run(for: .seconds(120))
        world.fault = nil
        world.run(for: .seconds(3600))
        #expect(world.record == addressB)
        #expect(count(world, 20, where: isLasting) == 0 && count(world, 20, where: isRecovered) == 0)
    }

    /// Events are posted for the first, second, fourth failure and so on, of all nodes together.
    @Test func eventsOfFailuresAreFewHoweverManyNodesThereAre() {
        let nodes = 200
        var world = RecordSimulation(nodes: nodes, record: addressA)
        world.fault = .refuses
        world.desire(addressB, generation(1, 1))
        world.run(for: .seconds(86_400))
        let told = (0..<nodes).flatMap { world.news(of: $0) }.filter { news in
            if case .refused(_, _, _, let times) = news { RecordEvents.isTold(times) } else { false }
        }
        #expect((5...12).contains(told.count), "\(told.count)")
    }
}
