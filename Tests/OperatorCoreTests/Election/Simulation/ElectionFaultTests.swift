import Foundation
import Testing

@testable import OperatorCore

/// Electors and fenced writers under random faults. A seed is the same run every time: where one fails, the message says
/// how to run it again.
@Suite(.serialized) struct ElectionFaultTests {
    /// Seeds of the suite, or those that `FAULT_SEEDS` names: one, as in `17`, or some, as in `0..999`.
    static let seeds: ClosedRange<UInt64> = {
        guard let text = ProcessInfo.processInfo.environment["FAULT_SEEDS"] else { return 0...23 }
        let bounds = text.components(separatedBy: "..").map { UInt64($0) }
        guard let first = bounds[0], let last = bounds[bounds.count - 1], bounds.count <= 2, first <= last else {
            preconditionFailure("FAULT_SEEDS is \(text); it has to be a number, or two as in 0..999")
        }
        return first...last
    }()

    @Test(arguments: seeds) func theRulesHold(seed: UInt64) async throws {
        let simulation = ElectionSimulation(.init(seed: seed))
        let history = try await simulation.run()
        if ProcessInfo.processInfo.environment["FAULT_LOG"] != nil {
            for event in history.events { print("seed \(seed): \(event)") }
        }
        let violations = ElectionRules.violations(in: history)
        for violation in violations.prefix(3) { Issue.record("\(Self.report(violation, in: history, seed: seed))") }
        // It was an election.
        #expect(history.terms > 3, "seed \(seed)")
        #expect(history.writes > 20, "seed \(seed)")
    }

    @Test func aSeedIsTheSameElectionEveryTime() async throws {
        let (first, second) = (ElectionSimulation(.init(seed: 7)), ElectionSimulation(.init(seed: 7)))
        let histories = (try await first.run(), try await second.run())
        // Compared outside of the expectation, which would print both.
        let (sameEvents, sameRequests) = (histories.0 == histories.1, first.requests == second.requests)
        #expect(sameEvents)
        #expect(sameRequests)
    }

    /// Each mistake has to be found within the seeds of the suite, or the suite proves little.
    @Test(arguments: PlantedFault.allCases) func aPlantedFaultIsFound(fault: PlantedFault) async throws {
        for seed in 0...23 as ClosedRange<UInt64> {
            let history = try await ElectionSimulation(.init(seed: seed, fault: fault)).run()
            if !ElectionRules.violations(in: history).isEmpty { return }
        }
        Issue.record("\(fault) was not found")
    }

    /// What was broken, what had happened shortly before, and how to see it again.
    private static func report(
        _ violation: ElectionRules.Violation, in history: ElectionHistory, seed: UInt64
    ) -> String {
        let before = history.events[max(0, violation.index - 25)...violation.index]
        return """
            seed \(seed): \(violation)
            run it again: make faults SEEDS=\(seed)
            before that:
            \(before.map { "  \($0)" }.joined(separator: "\n"))
            """
    }
}
