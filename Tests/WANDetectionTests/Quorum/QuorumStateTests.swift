import NetworkPrimitives
import Testing

@testable import WANDetection

/// Who is asked when, and when a round is over.
@Suite struct QuorumStateTests {
    private let a = globalAddress(1)
    private let b = globalAddress(2)

    private func stun(_ names: String...) throws -> [AddressSource] { try names.map { try stunSource($0) } }

    @Test func twoOfThreeOperatorsSuffice() throws {
        let s = try stun("x", "y", "z", "w")
        let outcome = RoundSimulation(
            sources: [
                (s[0], .address(a, after: .milliseconds(30))), (s[1], .address(a, after: .milliseconds(20))),
                (s[2], .silent), (s[3], .address(a, after: .milliseconds(1))),
            ], published: a
        ).run()
        #expect(outcome.verdict.condition == .confirmed(a))
        #expect(outcome.verdict.address == a)
        #expect(outcome.verdict.duration == .milliseconds(30))
        #expect(outcome.verdict.description == "93.184.216.1 by 2 of 3 operators")
        #expect(outcome.asked.map(\.source) == Array(s.prefix(3)))
        #expect(outcome.verdict.votes.map(\.source) == [s[1], s[0]])
    }

    @Test func asksOneServerOfEachOperatorFirst() throws {
        let x = try (0..<3).map { try stunSource("x", $0) }
        let others = try stun("y", "z")
        let outcome = RoundSimulation(
            sources: (x + others).map { ($0, .address(a, after: .milliseconds(5))) }, published: a
        ).run()
        #expect(outcome.asked.map(\.source) == [x[0]] + others)
    }

    @Test func aDefiniteFailureBringsInTwoMoreAtOnce() throws {
        let s = try stun("x", "y", "z", "u", "v", "w")
        let outcome = RoundSimulation(
            sources: [
                (s[0], .refused(after: .milliseconds(3))), (s[1], .silent), (s[2], .silent),
                (s[3], .address(a, after: .milliseconds(10))), (s[4], .address(a, after: .milliseconds(10))),
            ], published: a
        ).run()
        #expect(outcome.verdict.condition == .confirmed(a))
        #expect(outcome.verdict.duration == .milliseconds(13))
        #expect(outcome.time(of: s[4]) == .milliseconds(3))
        #expect(outcome.time(of: s[5]) == nil)
    }

    @Test(arguments: [(nil, 250), (100, 150), (400, 250)] as [(Int?, Int)])
    func silenceBringsInTwoMoreOnceItIsUnusual(usual: Int?, expected: Int) throws {
        let s = try stun("x", "y", "z", "u", "v", "w")
        let outcome = RoundSimulation(
            sources: [(s[3], .address(a, after: .milliseconds(10))), (s[4], .address(a, after: .milliseconds(10)))]
                + [s[0], s[1], s[2]].map { ($0, .silent) },
            published: a, usualLatency: usual.map { .milliseconds($0) }
        ).reordered(s).run()
        #expect(outcome.verdict.condition == .confirmed(a))
        #expect(outcome.verdict.duration == .milliseconds(expected + 10))
        #expect(outcome.time(of: s[3]) == .milliseconds(expected))
        #expect(outcome.asked.count == 5)
    }

    @Test func asksASecondServerOfASilentOperatorAsALastResort() throws {
        let first = try stunSource("x", 0)
        let second = try stunSource("x", 1)
        let y = try stunSource("y")
        let outcome = RoundSimulation(
            sources: [
                (first, .silent), (second, .address(a, after: .milliseconds(5))),
                (y, .address(a, after: .milliseconds(5))),
            ], published: a
        ).run()
        #expect(outcome.verdict.condition == .confirmed(a))
        #expect(outcome.time(of: second) == .milliseconds(250))
    }

    @Test func webSourcesFollowAfter300Milliseconds() throws {
        let s = try stun("x", "y", "z")
        let web = try ["p", "q"].map { try webSource($0) }
        let outcome = RoundSimulation(
            sources: s.map { ($0, .silent) } + web.map { ($0, .address(a, after: .milliseconds(80))) }, published: a
        ).run()
        #expect(outcome.verdict.condition == .confirmed(a))
        #expect(outcome.time(of: web[0]) == .milliseconds(300))
        #expect(outcome.verdict.duration == .milliseconds(380))
    }

    @Test func webSourcesFollowAtOnceWhenNobodyElseIsLeft() throws {
        let s = try stun("x", "y")
        let web = try ["p", "q"].map { try webSource($0) }
        let outcome = RoundSimulation(
            sources: s.map { ($0, .refused(after: .milliseconds(1))) }
                + web.map { ($0, .address(a, after: .milliseconds(80))) }, published: a
        ).run()
        #expect(outcome.verdict.duration == .milliseconds(81))
    }

    @Test func webSourcesAloneStartAtOnce() throws {
        let web = try ["p", "q", "r"].map { try webSource($0) }
        let outcome = RoundSimulation(
            sources: web.map { ($0, .address(b, after: .milliseconds(80))) }, published: a
        ).run()
        #expect(outcome.verdict.condition == .confirmed(b))
        #expect(outcome.verdict.duration == .milliseconds(80))
    }

    @Test func nobodyAnswers() throws {
        let s = try stun("x", "y", "z")
        let outcome = RoundSimulation(
            sources: s.map { ($0, .refused(after: .milliseconds(1))) }, published: a
        ).run()
        #expect(
            outcome.verdict.condition == .unconfirmed(.noAnswer("stun0.x.example:3478/udp: refused")))
        #expect(outcome.verdict.address == nil)
        #expect(outcome.verdict.duration == .milliseconds(1))
        #expect(outcome.verdict.votes.count == 3)
    }

    @Test func oneVoteIsNotEnough() throws {
        let s = try stun("x", "y")
        let outcome = RoundSimulation(
            sources: [(s[0], .address(a, after: .milliseconds(1))), (s[1], .silent)], published: a
        ).run()
        #expect(outcome.verdict.condition == .unconfirmed(.tooFewVotes(a, operators: 1, quorum: 2)))
        #expect(outcome.verdict.duration == .seconds(3))
    }

    @Test func aQuorumOfOneBelievesTheFirst() throws {
        let s = try stun("x", "y")
        let outcome = RoundSimulation(
            sources: [(s[0], .address(a, after: .milliseconds(4))), (s[1], .silent)], published: a,
            settings: QuorumSettings(quorum: 1)
        ).run()
        #expect(outcome.verdict.condition == .confirmed(a))
        #expect(outcome.verdict.duration == .milliseconds(4))
    }

    @Test func aLargerQuorumAsksEnoughOperatorsAtOnce() throws {
        let s = try stun("u", "v", "w", "x", "y", "z")
        let outcome = RoundSimulation(
            sources: s.map { ($0, .address(a, after: .milliseconds(4))) }, published: a,
            settings: QuorumSettings(quorum: 4)
        ).run()
        #expect(outcome.verdict.duration == .milliseconds(4))
        #expect(outcome.asked.count == 5)
    }

    @Test func endsAtItsDeadline() throws {
        let s = try stun("x", "y")
        let never = RoundSimulation.Answer(after: .seconds(1000), result: .success(a))
        let outcome = RoundSimulation(sources: s.map { ($0, never) }, published: a).run()
        #expect(outcome.verdict.duration == .seconds(10))
        #expect(outcome.verdict.condition == .unconfirmed(.noAnswer("none answered in time")))
    }

    @Test func addressesThatMustNotBePublishedAreNoVotes() throws {
        let s = try stun("x", "y", "z")
        let inner = try address("100.64.9.9")
        let outcome = RoundSimulation(
            sources: s.map { ($0, .address(inner, after: .milliseconds(1))) }, published: a
        ).run()
        guard case .unconfirmed(.notPublishable(let objection)) = outcome.verdict.condition else {
            Issue.record("\(outcome.verdict)")
            return
        }
        #expect(objection.contains("carrier-grade NAT"))
        #expect(outcome.verdict.votes.allSatisfy { $0.address == nil })
        let lifted = RoundSimulation(
            sources: s.map { ($0, .address(inner, after: .milliseconds(1))) }, published: inner,
            settings: QuorumSettings(allowNonGlobal: true)
        ).run()
        #expect(lifted.verdict.condition == .confirmed(inner))
    }

    @Test func answersOfTheOtherFamilyAreNoVotes() throws {
        let s = try stun("x", "y")
        let other = try address("2a00::1")
        let outcome = RoundSimulation(sources: s.map { ($0, .address(other, after: .zero)) }, published: a).run()
        #expect(outcome.verdict.address == nil)
        #expect(outcome.verdict.votes.count == 2)
    }

    @Test func cancellationAndLateInputsChangeNothing() throws {
        let s = try stun("x", "y")
        var round = QuorumState(sources: s, published: a)
        _ = round.started()
        let end = round.cancelled(at: .milliseconds(1))
        guard case .finish(let verdict) = end else {
            Issue.record("\(end)")
            return
        }
        #expect(verdict.condition == .unconfirmed(.cancelled))
        let late = Observation(source: s[0], result: .success(a), duration: .zero)
        #expect(round.observed(late, at: .milliseconds(2)) == end)
        #expect(round.timerFired(at: .seconds(10)) == end)
        #expect(round.cancelled(at: .seconds(11)) == end)
    }

    @Test func ignoresAnswersThatNobodyAskedFor() throws {
        let s = try stun("x", "y", "z", "w")
        var round = QuorumState(sources: s, published: a)
        _ = round.started()
        for source in [s[3], try stunSource("stranger")] {
            let stray = Observation(source: source, result: .success(a), duration: .zero)
            guard case .proceed(ask: [], wakeAt: .milliseconds(250)) = round.observed(stray, at: .milliseconds(1))
            else {
                Issue.record("a stray answer changed the round")
                return
            }
        }
    }
}

extension RoundSimulation {
    /// The same answers with the sources in the order of `order`.
    func reordered(_ order: [AddressSource]) -> RoundSimulation {
        var copy = self
        copy.sources = order.map { source in (source, sources.first { $0.0 == source }?.1 ?? .silent) }
        return copy
    }
}
