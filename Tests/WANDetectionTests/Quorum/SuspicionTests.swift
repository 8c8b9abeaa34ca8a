import NetworkPrimitives
import Testing

@testable import WANDetection

/// What a verdict suggests where sources of different kinds disagree.
@Suite struct SuspicionTests {
    private let a = globalAddress(1)
    private let b = globalAddress(2)

    private func verdict(_ answers: [(AddressSource, IPAddress)], published: IPAddress? = nil) -> Verdict {
        RoundSimulation(
            sources: answers.map { ($0.0, .address($0.1, after: .milliseconds(5))) }, published: published
        ).run().verdict
    }

    @Test func stunAgainstTheWebIsAVPNOrAProxy() throws {
        let found = verdict([
            (try stunSource("x"), a), (try stunSource("y"), a), (try webSource("p"), b), (try webSource("q"), b),
        ])
        #expect(found.condition == .multipleEgress([a, b]))
        let suspicion = try #require(found.suspicion)
        #expect(suspicion.hasPrefix("STUN sources see 93.184.216.1, web sources 93.184.216.2: a VPN or a proxy"))
        #expect(found.description.hasSuffix("; " + suspicion))
    }

    @Test func dnsAgainstTheRestIsSomethingThatInterceptsPort53() throws {
        let found = verdict([
            (try stunSource("x"), a), (try AddressSource(parsingDNS: "d=me.example/A@ns.d.example"), b),
            (try AddressSource(parsingDNS: "e=me.example/A@ns.e.example"), b),
        ])
        #expect(try #require(found.suspicion).contains("intercepts port 53"))
    }

    @Test func plainAgainstAuthenticatedAnswersMayBeForgery() throws {
        let found = verdict([
            (try stunSource("x"), a), (try stunSource("y"), a),
            (try AddressSource(parsingSTUN: "t=stun.t.example/tls"), b),
        ])
        #expect(try #require(found.suspicion).contains("may forge"))
    }

    @Test func nothingIsSuspectedWhereAllAgreeOrTheRoundDecided() throws {
        let liar = (try webSource("p"), b)
        let others = try ["x", "y", "z"].map { (try stunSource($0), a) }
        #expect(verdict(others, published: a).suspicion == nil)
        #expect(verdict([liar] + others, published: a).suspicion == nil)
        #expect(verdict([(try stunSource("x"), a), (try stunSource("y"), b)]).suspicion == nil)
    }
}
