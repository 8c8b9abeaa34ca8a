import Foundation
import TestSupport
import Testing

@testable import AddressSync

/// Nodes under random faults. A seed is the same story every time: where one fails, the message says how to run it again.
@Suite struct RecordFaultTests {
    /// Seeds of the suite, or those that `SIMULATION_SEEDS` names: one, as in `17`, or some, as in `0..9999`.
    static let seeds: ClosedRange<UInt64> = {
        guard let text = ProcessInfo.processInfo.environment["SIMULATION_SEEDS"] else { return 0...599 }
        let bounds = text.components(separatedBy: "..").map { UInt64($0) }
        guard let first = bounds[0], let last = bounds[bounds.count - 1], bounds.count <= 2, first <= last else {
            preconditionFailure("SIMULATION_SEEDS is \(text); it has to be a number, or two as in 0..9999")
        }
        return first...last
    }()

    private static let isVerbose = ProcessInfo.processInfo.environment["FAULT_LOG"] != nil

    /// In parts, so that cores share the work.
    @Test(arguments: 0..<8) func theRulesHold(part: UInt64) {
        for seed in Self.seeds where seed % 8 == part {
            var scenario = RecordScenario(seed: seed)
            let violations = scenario.run()
            if Self.isVerbose { print(Self.history(of: scenario, seed: seed)) }
            for violation in violations.prefix(2) {
                Issue.record(
                    """
                    seed \(seed): \(violation)
                    run it again: make simulation SEEDS=\(seed)
                    \(scenario.log.map { "  \($0)" }.joined(separator: "\\n"))
                    """)
            }
        }
    }

    @Test func aSeedIsTheSameStoryEveryTime() {
        var (first, second) = (RecordScenario(seed: 7), RecordScenario(seed: 7))
        _ = (first.run(), second.run())
        #expect(first.log == second.log)
        #expect(first.world.writes == second.world.writes)
        #expect(first.world.requestsToAPI == second.world.requestsToAPI)
    }

    private static func history(of scenario: RecordScenario, seed: UInt64) -> String {
        var lines = scenario.log.map { (Self.time($0), $0) }
        for node in 0..<scenario.world.count {
            lines += scenario.world.timedNews(of: node).map { ($0.time.offset, "\($0.time)   node \(node): \($0.1)") }
        }
        lines += scenario.world.writes.map { ($0.time.offset, "\($0.time)   WRITE by \($0.node): \($0.address)") }
        return lines.sorted { $0.0 < $1.0 }.map { "seed \(seed): \($0.1)" }.joined(separator: "\n")
    }

    private static func time(_ line: String) -> Duration {
        .seconds(Double(line.prefix { $0 != " " }) ?? 0)
    }
}
