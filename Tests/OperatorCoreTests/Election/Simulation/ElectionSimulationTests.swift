import Testing

@testable import OperatorCore

/// The rules of the election under random faults. A failing seed is the argument of the failing case: the same seed fails
/// the same way every time.
@Suite(.serialized) struct ElectionSimulationTests {
    @Test(arguments: 0..<40 as Range<UInt64>) func termsNeverOverlapAndOldWritesNeverLand(_ seed: UInt64) async throws {
        let simulation = ElectionSimulation(seed: seed)
        let history = try await simulation.run()
        for violation in history.violations() { Issue.record("seed \(seed): \(violation)") }
        // It was an election, and it ends well once everything works again.
        #expect(history.terms > 3, "seed \(seed)")
        #expect(history.writes > 10, "seed \(seed)")
        #expect(simulation.leaders == 1, "seed \(seed)")
    }

    @Test(arguments: 9070..<9090 as Range<UInt64>) func oldWritesNeverLandEvenWhereLeasesAreDeleted(
        _ seed: UInt64
    ) async throws {
        let history = try await ElectionSimulation(seed: seed, plan: .init(deletesLeases: true)).run()
        for violation in history.violations(leasesWereDeleted: true) { Issue.record("seed \(seed): \(violation)") }
        #expect(history.writes > 10, "seed \(seed)")
    }

    @Test func aSeedIsTheSameElectionEveryTime() async throws {
        let (first, second) = (ElectionSimulation(seed: 7), ElectionSimulation(seed: 7))
        let histories = (try await first.run(), try await second.run())
        // Compared outside of the expectation, which would print both.
        let (sameEvents, sameRequests) = (histories.0 == histories.1, first.requests == second.requests)
        #expect(sameEvents)
        #expect(sameRequests)
    }

    /// Where the server compares no versions the rules cannot hold, and the checker has to say so.
    @Test func aPlantedFaultIsFound() async throws {
        var found = false
        for seed in 0..<20 as Range<UInt64> where !found {
            let history = try await ElectionSimulation(seed: seed, plan: .init(ignoresVersions: true)).run()
            found = !history.violations().isEmpty
        }
        #expect(found)
    }
}
