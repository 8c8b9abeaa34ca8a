import ElectorTrials
import Foundation
import Testing

/// Electors of ours and of others on one Lease, each in a process of its own.
///
/// Against the simulator, or a kube-apiserver out of `KUBEBUILDER_ASSETS`, or the server that `TEST_KUBECONFIG` names. The
/// others are the official Python client, and whatever `PEER_ELECTOR` names.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ElectorInteroperabilityTests {
    /// Short, but with what our settings demand between the end of a term and a takeover.
    private static let timing = ElectorTiming(leaseDuration: 4, renewDeadline: 2, retryPeriod: 1)
    /// For a takeover, with the time that a busy machine takes to start programs.
    private static let patience = Duration.seconds(45)

    enum Other: String, CaseIterable, Sendable {
        case python, fromEnvironment

        func program() throws(ElectorProgram.Missing) -> ElectorProgram {
            switch self {
            case .python: try .python()
            case .fromEnvironment: try .fromEnvironment()
            }
        }

        /// Those that are to be run here. The Python client is missed where it is not installed; the other one is optional.
        ///
        /// Programs on client-go may send protobuf, which the simulator does not read: they need a real server.
        static var present: [Other] {
            let isWanted = ProcessInfo.processInfo.environment["PEER_ELECTOR"] != nil
            return isWanted && TrialServer.isReal ? allCases : [.python]
        }
    }

    /// Leadership goes to and fro, by stopping and by killing, each way.
    @Test(arguments: Other.present) func leadershipAlternatesWithoutOverlap(with other: Other) async throws {
        let ours = ElectorProgram.own(bench: try SiteProcess.path(of: "esddns-bench"))
        let theirs = try other.program()
        try await TrialServer.run(timing: Self.timing) { trial in
            let crew = ElectorCrew(trial)
            let watch = try await LeaseWatch(trial)
            try await crew.run {
                let first = try crew.start(ours, "ours-1")
                try await first.untilLeading(within: Self.patience)

                let second = try crew.start(theirs, "theirs-1")
                try await watch.untilRenewedTwice(by: "ours-1", within: Self.patience)
                _ = first.askToStop()
                try await second.untilLeading(within: Self.patience)

                let third = try crew.start(ours, "ours-2")
                try await watch.untilRenewedTwice(by: "theirs-1", within: Self.patience)
                try await second.kill()
                try await third.untilLeading(within: Self.patience)

                let fourth = try crew.start(theirs, "theirs-2")
                try await watch.untilRenewedTwice(by: "ours-2", within: Self.patience)
                try await third.kill()
                try await fourth.untilLeading(within: Self.patience)

                let fifth = try crew.start(ours, "ours-3")
                try await watch.untilRenewedTwice(by: "theirs-2", within: Self.patience)
                _ = fourth.askToStop()
                try await fifth.untilLeading(within: Self.patience)
            }
            await watch.end()
            let timeline = LeadershipTimeline(crew.events)
            #expect(timeline.terms.map(\.identity) == ["ours-1", "theirs-1", "ours-2", "theirs-2", "ours-3"])
            expectNoOverlap(timeline, theirs)
        }
    }

    /// Two of each run at once, and whoever leads is killed.
    @Test(arguments: Other.present) func oneOfManyLeads(with other: Other) async throws {
        let ours = ElectorProgram.own(bench: try SiteProcess.path(of: "esddns-bench"))
        let theirs = try other.program()
        try await TrialServer.run(timing: Self.timing) { trial in
            let crew = ElectorCrew(trial)
            try await crew.run {
                for number in 1...2 {
                    _ = try crew.start(theirs, "theirs-\(number)")
                    _ = try crew.start(ours, "ours-\(number)")
                }
                for _ in 1...3 { try await crew.untilOneLeads(within: Self.patience).kill() }
                try await crew.untilOneLeads(within: Self.patience)
            }
            let timeline = LeadershipTimeline(crew.events)
            #expect(timeline.terms.count == 4)
            expectNoOverlap(timeline, theirs)
        }
    }

    /// Each term ends before the next begins, by one clock.
    private func expectNoOverlap(_ timeline: LeadershipTimeline, _ theirs: ElectorProgram) {
        for overlap in timeline.overlaps {
            Issue.record(
                "with \(theirs.name), \(overlap.second.identity) led beside \(overlap.first.identity) for \(overlap.by.map { "\(Double($0) / 1e6) ms" } ?? "good")"
            )
        }
    }
}
