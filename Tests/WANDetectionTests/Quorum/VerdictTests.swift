import NetworkPrimitives
import Testing

@testable import WANDetection

@Suite struct VerdictTests {
    private func verdict(
        _ condition: Verdict.Condition, _ votes: [Observation] = [], shares: [Verdict.Share] = []
    ) -> Verdict {
        Verdict(
            condition: condition, address: nil, candidate: nil, shares: shares, operatorsAsked: 3, votes: votes,
            duration: .zero)
    }

    @Test func explainsItselfInOneLine() {
        let a = globalAddress(1)
        let b = globalAddress(2)
        let shares: [Verdict.Share] = [
            .init(address: a, operators: 2, isAuthenticated: false),
            .init(address: b, operators: 2, isAuthenticated: true),
        ]
        #expect(
            verdict(.confirmed(a), shares: [shares[0]]).description == "93.184.216.1 by 2 of 3 operators")
        #expect(
            verdict(.confirmed(a), shares: shares).description
                == "93.184.216.1 by 2 of 3 operators, against 93.184.216.2 by 2")
        #expect(
            verdict(.multipleEgress([a, b]), shares: shares).description
                == "several egress addresses: 93.184.216.1 by 2, 93.184.216.2 by 2 of 3 operators")
        #expect(
            verdict(.unconfirmed(.tooFewVotes(a, operators: 1, quorum: 2))).description
                == "93.184.216.1 by 1 operator, but the quorum is 2")
    }

    @Test func namesConditionsAsThePublishedDataDoes() {
        #expect(Verdict.Condition.confirmed(globalAddress(1)).name == "Confirmed")
        #expect(Verdict.Condition.unconfirmed(.cancelled).name == "Unconfirmed")
        #expect(Verdict.Condition.multipleEgress([]).name == "MultipleEgress")
    }

    @Test func summarisesVotesWithinABound() throws {
        let good = Observation(
            source: try AddressSource(parsingSTUN: "stun.l.google.com:19302"), result: .success(globalAddress(7)),
            duration: .milliseconds(8))
        let bad = Observation(
            source: try AddressSource(parsingSTUN: "stun.cloudflare.com:3478"),
            result: .failure(SourceError(.timedOut, "no answer in time")), duration: .seconds(3))
        let few = verdict(.unconfirmed(.cancelled), [good, bad])
        #expect(
            few.votesSummary() == "stun.l.google.com:19302/udp=93.184.216.7 stun.cloudflare.com:3478/udp=timed_out")
        #expect(few.votesSummary(maximumBytes: 60) == "stun.l.google.com:19302/udp=93.184.216.7 …")
        #expect(few.votesSummary(maximumBytes: 4) == " …")
        let many = verdict(.unconfirmed(.cancelled), Array(repeating: good, count: 100))
        #expect((900...1024).contains(many.votesSummary().utf8.count))
        #expect(many.votesSummary().hasSuffix(" …"))
        #expect(verdict(.unconfirmed(.cancelled)).votesSummary().isEmpty)
    }
}
