import NetworkPrimitives
import Testing

@testable import WANDetection

/// Several transports of one host: the further ones stand in for the first, and all have one vote together.
@Suite struct QuorumStateTransportTests {
    private typealias Answer = RoundSimulation.Answer

    private let a = globalAddress(1)
    private let b = globalAddress(2)
    private let udp: [AddressSource]
    private let tcp: [AddressSource]
    private let tls: [AddressSource]

    init() throws {
        let hosts = ["h0", "h1", "h2"].map { "stun.\($0).example" }
        udp = try hosts.map { try AddressSource(parsingSTUN: "\($0):443") }
        tcp = try hosts.map { try AddressSource(parsingSTUN: "\($0):443/tcp") }
        tls = try hosts.map { try AddressSource(parsingSTUN: "\($0)/tls") }
    }

    private func run(
        _ sources: [(AddressSource, Answer)], published: IPAddress? = nil, quorum: Int = 2,
        usualLatency: Duration? = nil
    ) -> RoundSimulation.Outcome {
        RoundSimulation(
            sources: sources, published: published ?? a, settings: QuorumSettings(quorum: quorum),
            usualLatency: usualLatency
        ).run()
    }

    @Test func whereNoUDPGetsThroughTCPIsAskedAfterTheHedge() {
        let outcome = run(
            udp.map { ($0, .silent) } + tcp.map { ($0, .address(a, after: .milliseconds(40))) })
        #expect(udp.map(outcome.time) == [.zero, .zero, .zero])
        #expect(tcp.map(outcome.time) == [.milliseconds(250), .milliseconds(250), nil])
        #expect(outcome.verdict.condition == .confirmed(a))
        #expect(outcome.verdict.duration == .milliseconds(290))
    }

    @Test func theHedgeIsThatOfUsualAnswers() {
        let outcome = run(
            udp.map { ($0, .silent) } + tcp.map { ($0, .address(a, after: .milliseconds(40))) },
            usualLatency: .milliseconds(20))
        #expect(outcome.time(of: tcp[0]) == .milliseconds(30))
        #expect(outcome.verdict.duration == .milliseconds(70))
    }

    @Test func aRefusalBringsInTheOtherTransportOfThatServerAlone() {
        let outcome = run([
            (udp[0], .refused(after: .milliseconds(2))), (udp[1], .silent),
            (udp[2], .address(a, after: .milliseconds(8))), (tcp[1], .address(a, after: .milliseconds(1))),
            (tcp[0], .address(a, after: .milliseconds(10))), (tcp[2], .address(a, after: .milliseconds(1))),
        ])
        #expect(outcome.time(of: tcp[0]) == .milliseconds(2))
        #expect(outcome.time(of: tcp[1]) == nil && outcome.time(of: tcp[2]) == nil)
        #expect(outcome.verdict.duration == .milliseconds(12))
        #expect(outcome.verdict.condition == .confirmed(a))
    }

    @Test func whoeverHasAnsweredIsNotAskedByAnotherTransport() {
        // Two against one: everybody is asked who has not voted.
        let outcome = run(
            [
                (udp[0], .address(a, after: .milliseconds(5))), (udp[1], .address(b, after: .milliseconds(6))),
                (udp[2], .silent),
            ] + tcp.map { ($0, .address(a, after: .milliseconds(5))) }, quorum: 3)
        #expect(outcome.time(of: tcp[0]) == nil && outcome.time(of: tcp[1]) == nil)
        #expect(outcome.time(of: tcp[2]) == .milliseconds(250))
    }

    /// The first answers after all, when the second has been asked: still one vote.
    @Test func twoTransportsAreOneVote() {
        let outcome = run([
            (udp[0], .address(a, after: .milliseconds(300))), (tcp[0], .address(a, after: .milliseconds(10))),
            (udp[1], .silent), (tcp[1], .silent),
        ])
        #expect(outcome.verdict.votes.filter { $0.address == a }.count == 2)
        #expect(outcome.verdict.shares == [Verdict.Share(address: a, operators: 1, isAuthenticated: false)])
        #expect(outcome.verdict.condition == .unconfirmed(.tooFewVotes(a, operators: 1, quorum: 2)))
    }

    @Test func transportsThatContradictEachOtherVoteForNobody() {
        let outcome = run([
            (udp[0], .address(b, after: .milliseconds(300))), (tcp[0], .address(a, after: .milliseconds(60))),
            (udp[1], .address(a, after: .milliseconds(290))),
        ])
        #expect(outcome.verdict.condition == .unconfirmed(.disagreement([a])))
    }

    @Test func aChangeIsVouchedForByTheTLSOfAServerThatHasAnswered() {
        let outcome = run(
            udp.map { ($0, .address(b, after: .milliseconds(5))) }
                + tls.map { ($0, .address(b, after: .milliseconds(20))) }, published: a)
        #expect(tls.compactMap(outcome.time).min() == .milliseconds(5))
        #expect(outcome.verdict.condition == .confirmed(b))
        #expect(outcome.verdict.duration == .milliseconds(25))
    }

    @Test func allThreeTransportsComeToTheirTurn() {
        let outcome = run([(udp[0], .silent), (tcp[0], .silent), (tls[0], .silent)], quorum: 1)
        #expect(outcome.time(of: tcp[0]) == .milliseconds(250))
        #expect(outcome.time(of: tls[0]) == .milliseconds(500))
    }
}
