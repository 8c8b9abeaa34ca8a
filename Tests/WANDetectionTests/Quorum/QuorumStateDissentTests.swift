import NetworkPrimitives
import Testing

@testable import WANDetection

/// Changed addresses, disagreement and several egress addresses.
@Suite struct QuorumStateDissentTests {
    private let old = globalAddress(1)
    private let new = globalAddress(2)

    private func answers(
        _ names: [String], _ address: IPAddress, _ milliseconds: Int = 10
    ) throws -> [(AddressSource, RoundSimulation.Answer)] {
        try names.map { (try stunSource($0), .address(address, after: .milliseconds(milliseconds))) }
    }

    private func web(
        _ names: [String], _ address: IPAddress, _ milliseconds: Int = 80
    ) throws -> [(AddressSource, RoundSimulation.Answer)] {
        try names.map { (try webSource($0), .address(address, after: .milliseconds(milliseconds))) }
    }

    @Test func aChangeAsksWebSourcesAtOnceAndNeedsOneOfThem() throws {
        let outcome = RoundSimulation(
            sources: try answers(["x", "y", "z", "u", "v"], new) + web(["p", "q"], new), published: old
        ).run()
        #expect(outcome.verdict.condition == .confirmed(new))
        #expect(outcome.verdict.address == new)
        #expect(outcome.time(of: try webSource("p")) == .milliseconds(10))
        #expect(outcome.verdict.duration == .milliseconds(90))
        // STUN servers cannot help any more, so no more of them are asked.
        #expect(outcome.time(of: try stunSource("u")) == nil)
    }

    @Test func theFirstAddressEverIsAChangeToo() throws {
        let outcome = RoundSimulation(sources: try answers(["x", "y", "z"], new), published: nil).run()
        #expect(outcome.verdict.address == nil)
        let settings = QuorumSettings(authenticateChanges: false)
        let lifted = RoundSimulation(
            sources: try answers(["x", "y", "z"], new) + web(["p"], new), published: nil, settings: settings
        ).run()
        #expect(lifted.verdict.condition == .confirmed(new))
        #expect(lifted.verdict.duration == .milliseconds(10))
    }

    @Test func aChangeWithoutAnAuthenticatedVoteIsNotAccepted() throws {
        let failing: [(AddressSource, RoundSimulation.Answer)] = try ["p", "q"].map {
            (try webSource($0), .refused(after: .milliseconds(5)))
        }
        let outcome = RoundSimulation(sources: try answers(["x", "y"], new) + failing, published: old).run()
        #expect(outcome.verdict.condition == .unconfirmed(.notAuthenticated(new)))
        #expect(outcome.verdict.address == nil)
        #expect(outcome.verdict.candidate == nil)
        #expect(outcome.verdict.duration == .milliseconds(15))
    }

    @Test func aSilentServerDoesNotProlongTheEndOfAHopelessRound() throws {
        let failing: [(AddressSource, RoundSimulation.Answer)] = [
            (try stunSource("z"), .silent), (try webSource("p"), .refused(after: .milliseconds(5))),
        ]
        let outcome = RoundSimulation(sources: try answers(["x", "y"], new) + failing, published: old).run()
        #expect(outcome.verdict.duration == .milliseconds(15))
    }

    @Test func forgedPlainAnswersCannotMoveTheRecord() throws {
        let outcome = RoundSimulation(
            sources: try answers(["x", "y", "z", "u"], new) + web(["p"], old), published: old
        ).run()
        #expect(outcome.verdict.condition == .unconfirmed(.notAuthenticated(new)))
        #expect(outcome.verdict.address == nil)
    }

    @Test func withoutAuthenticatedSourcesAChangeNeedsTwoRoundsInARow() throws {
        var simulation = RoundSimulation(sources: try answers(["x", "y", "z"], new), published: old)
        let first = simulation.run().verdict
        #expect(first.condition == .unconfirmed(.awaitingSecondRound(new)))
        #expect(first.address == nil)
        #expect(first.duration == .milliseconds(10))
        simulation.memory.roundEnded(first)
        #expect(simulation.memory.candidate == new)
        let second = simulation.run().verdict
        #expect(second.condition == .confirmed(new))
        #expect(second.address == new)
        simulation.memory.roundEnded(second)
        #expect(simulation.memory.candidate == nil)
    }

    @Test func theTwoRoundsMustAgree() throws {
        var memory = RoundMemory()
        memory.roundEnded(RoundSimulation(sources: try answers(["x", "y"], new), published: old).run().verdict)
        let other = RoundSimulation(sources: try answers(["x", "y"], globalAddress(3)), published: old, memory: memory)
            .run().verdict
        #expect(other.condition == .unconfirmed(.awaitingSecondRound(globalAddress(3))))
        // A round that confirms the published address, or none at all, breaks the row.
        for names in [["x", "y"], ["x"]] {
            var broken = memory
            broken.roundEnded(RoundSimulation(sources: try answers(names, old), published: old).run().verdict)
            #expect(broken.candidate == nil)
        }
        var kept = memory
        var cancelled = QuorumState(sources: [try stunSource("x")], published: old)
        if case .finish(let verdict) = cancelled.cancelled(at: .zero) { kept.roundEnded(verdict) }
        #expect(kept.candidate == new)
    }

    @Test func dissentNeedsThreeVotesAndAMajority() throws {
        let outcome = RoundSimulation(
            sources: try answers(["liar"], new, 5) + answers(["x", "y", "z"], old, 10), published: old
        ).run()
        #expect(outcome.verdict.condition == .confirmed(old))
        #expect(outcome.verdict.description == "93.184.216.1 by 3 of 4 operators, against 93.184.216.2 by 1")
        // All have answered, so there is nothing to wait for.
        #expect(outcome.verdict.duration == .milliseconds(20))
    }

    @Test func aLiarDoesNotDelayWhatIsPublished() throws {
        let outcome = RoundSimulation(
            sources: try answers(["liar"], new) + answers(["x"], old) + [(try stunSource("silent"), .silent)]
                + answers(["y", "z"], old), published: old
        ).run()
        #expect(outcome.verdict.condition == .confirmed(old))
        #expect(outcome.verdict.duration == .milliseconds(20))
        #expect(outcome.verdict.unanswered == [try stunSource("silent")])
    }

    @Test func aChangeUnderDissentWaitsALittleForFurtherVotes() throws {
        let outcome = RoundSimulation(
            sources: try answers(["liar"], old) + answers(["x"], new) + [(try stunSource("silent"), .silent)]
                + answers(["y"], new) + web(["p"], new, 10), published: old
        ).run()
        #expect(outcome.verdict.condition == .confirmed(new))
        #expect(outcome.verdict.duration == .milliseconds(260))
    }

    @Test func dissentLateInARoundWaitsTwiceTheTimeSoFar() throws {
        // Dissent begins at 400 ms; the majority is there at 450 ms, while one vote might still come.
        let outcome = RoundSimulation(
            sources: try answers(["x"], new, 400) + answers(["liar"], old, 400)
                + [(try stunSource("silent"), .silent)] + answers(["y", "z"], new, 200), published: old
        ).run()
        #expect(outcome.verdict.condition == .unconfirmed(.awaitingSecondRound(new)))
        #expect(outcome.verdict.duration == .milliseconds(1200))
    }

    /// What else the dissenters see may be a second line, so that the published address keeps its place.
    @Test func theWaitBringsOutASecondLine() throws {
        let outcome = RoundSimulation(
            sources: try answers(["x", "y"], new) + answers(["z"], old) + answers(["late"], old, 100)
                + web(["p"], new, 20), published: old
        ).run()
        #expect(outcome.verdict.condition == .multipleEgress([new, old]))
        #expect(outcome.verdict.address == old)
    }

    @Test func aTieIsUnconfirmed() throws {
        let outcome = RoundSimulation(
            sources: try answers(["x"], old) + answers(["y"], new), published: old
        ).run()
        #expect(outcome.verdict.condition == .unconfirmed(.disagreement([old, new])))
        #expect(outcome.verdict.description == "operators disagree: 93.184.216.1, 93.184.216.2")
    }

    @Test func twoOfThreeUnderDissentAreNotEnough() throws {
        let outcome = RoundSimulation(
            sources: try answers(["x", "y"], old) + answers(["z"], new, 5), published: old
        ).run()
        #expect(outcome.verdict.condition == .unconfirmed(.disagreement([old, new])))
    }

    @Test func slowWebSourcesMayStillDecideAfterTheWait() throws {
        let outcome = RoundSimulation(
            sources: try answers(["x", "y"], new) + answers(["z"], old) + web(["p"], new, 900), published: old
        ).run()
        #expect(outcome.verdict.condition == .confirmed(new))
        #expect(outcome.verdict.duration == .milliseconds(910))
    }

    @Test func severalEgressesKeepThePublishedAddress() throws {
        let outcome = RoundSimulation(
            sources: try answers(["x", "y"], new) + answers(["u", "v"], old) + web(["p", "q"], new), published: old
        ).run()
        #expect(outcome.verdict.condition == .multipleEgress([new, old]))
        #expect(outcome.verdict.address == old)
    }

    @Test func severalEgressesWithoutThePublishedOneTakeAnAuthenticatedOne() throws {
        let third = globalAddress(3)
        let outcome = RoundSimulation(
            sources: try answers(["x", "y", "z"], new) + web(["p", "q"], third), published: old
        ).run()
        #expect(outcome.verdict.condition == .multipleEgress([new, third]))
        #expect(outcome.verdict.address == third)
    }

    @Test func severalEgressesWithoutAuthenticatedSourcesNeedTwoRounds() throws {
        var simulation = RoundSimulation(
            sources: try answers(["x"], new) + answers(["u"], globalAddress(3)) + answers(["y"], new)
                + answers(["v"], globalAddress(3)), published: old)
        let first = simulation.run().verdict
        #expect(first.condition == .multipleEgress([new, globalAddress(3)]))
        #expect(first.address == nil)
        simulation.memory.roundEnded(first)
        let second = simulation.run().verdict
        #expect(second.condition == .multipleEgress([new, globalAddress(3)]))
        #expect(second.address == new)
    }

    @Test func oneOperatorIsNeverAnEgressOfItsOwn() throws {
        let outcome = RoundSimulation(
            sources: try answers(["x"], old, 10) + answers(["y"], new, 10), published: globalAddress(3),
            settings: QuorumSettings(quorum: 1)
        ).run()
        #expect(outcome.verdict.address == nil)
    }
}
