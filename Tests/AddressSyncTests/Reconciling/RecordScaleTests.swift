import TestSupport
import Testing

@testable import AddressSync

/// What a change costs in clusters of every size, where nothing goes wrong.
@Suite struct RecordScaleTests {
    @Test(arguments: [1, 2, 5, 20], 0..<10) func aChangeIsOneWriteWithinASecond(nodes: Int, seed: UInt64) {
        expectNoViolations(nodes, seed)
    }

    @Test(arguments: [200, 1000], 0..<2) func whateverTheNumberOfNodes(nodes: Int, seed: UInt64) {
        expectNoViolations(nodes, seed)
    }

    @Test func andWithFiveThousand() { expectNoViolations(5000, 1) }

    /// Slower, and dearer for the API server, but the record is written once and in time.
    @Test(arguments: [1, 20, 200]) func withoutAWatchOfTheClaimsAsWell(nodes: Int) {
        var story = RecordChangeStory(nodes: nodes, seed: 1, watching: false)
        let (violations, cost) = story.run()
        #expect(violations.isEmpty)
        #expect(cost.apiRequests <= 8 * nodes + 20, "\(cost)")
        print(cost)
    }

    private func expectNoViolations(
        _ nodes: Int, _ seed: UInt64, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var story = RecordChangeStory(nodes: nodes, seed: seed)
        let (violations, cost) = story.run()
        for violation in violations { Issue.record("\(violation)", sourceLocation: sourceLocation) }
        print(cost)
    }

    @Test func momentsAreWithinTheWindowAndFewAreEarly() {
        let moments = (0..<10_000).map {
            SpreadDelay.rarelyEarly(node: "node-\($0)", change: "203.0.113.7 home.example.com", within: .seconds(14))
        }.sorted()
        #expect(moments.first.map { $0 >= .zero } == true && moments.last.map { $0 < .seconds(14) } == true)
        // Twice as many with each further second.
        for second in 6...12 {
            let count = moments.prefix { $0 < .seconds(second) }.count
            let expected = 10_000 >> (14 - second)
            #expect(abs(count - expected) <= 4 * Int(Double(expected).squareRoot()) + 2, "\(second) s: \(count)")
        }
        // About as many between the first and a second later as in a cluster of a hundredth of the size.
        let first = moments.first ?? .zero
        #expect(moments.prefix { $0 < first + .seconds(1) }.count <= 12)
    }

    /// Each mistake has to be found within a few stories, or the stories prove little.
    @Test(arguments: PlantedMistake.allCases) func aPlantedMistakeIsFound(mistake: PlantedMistake) {
        for nodes in [1, 200] {
            var calm = RecordChangeStory(nodes: nodes, seed: 1, mistake: mistake)
            if let violation = calm.run().violations.first { return print("\(mistake): \(violation)".prefix(200)) }
        }
        if let violation = contest(mistake).first { return print("\(mistake): \(violation)".prefix(200)) }
        for seed in 0..<300 as Range<UInt64> {
            var scenario = RecordScenario(seed: seed, mistake: mistake)
            if let violation = scenario.run().first {
                return print("\(mistake), seed \(seed): \(violation)".prefix(200))
            }
        }
        Issue.record("\(mistake) was not found")
    }

    @Test func twoSitesKeepTheRules() { #expect(contest(nil).isEmpty) }

    /// Two sites want different addresses for six hours.
    private func contest(_ mistake: PlantedMistake?) -> [RecordRules.Violation] {
        var world = RecordSimulation(nodes: 12, record: addressA, seed: 1, sites: 2, mistake: mistake)
        world.checker.parties = 2
        world.checker.changes = [.start, .start]
        world.checker.unclaimed = 24
        world.desire(addressB, generation(1, 1), of: Array(stride(from: 0, to: 12, by: 2)))
        world.desire(addressC, generation(1, 1), of: Array(stride(from: 1, to: 12, by: 2)))
        world.run(for: .seconds(6 * 3600))
        world.checker.checkWrites(world)
        return world.checker.violations
    }
}
