import NetworkPrimitives
import Testing
import WANDetection

@testable import AddressSync

@Suite struct SourceTallyTests {
    private func web(_ name: String) throws -> AddressSource {
        try AddressSource(parsingHTTP: "\(name)=https://\(name).example/", allowNonGlobal: false)
    }

    @Test func operatorsCountOnce() throws {
        let votes = [
            observation(try stun("a"), addressA),
            observation(try AddressSource(parsingSTUN: "a=b.example:3478"), addressA),
            observation(try stun("c"), addressB),
        ]
        let tally = SourceTally(votes, QuorumSettings(family: .ipv4, quorum: 2))
        #expect(tally.addresses.isEmpty)
        #expect(tally.description == "no quorum of 2: \(addressA) by 1, \(addressB) by 1 of 2 operators")
    }

    @Test func whereSomebodyIsAuthenticatedOneOfThoseHasToAgree() throws {
        let forged = [observation(try stun("a"), addressB), observation(try stun("b"), addressB)]
        #expect(SourceTally(forged, QuorumSettings(family: .ipv4, quorum: 2)).addresses == addressB.addresses)
        let votes = forged + [observation(try web("c"), addressA)]
        #expect(SourceTally(votes, QuorumSettings(family: .ipv4, quorum: 2)).addresses.isEmpty)
        let agreed = votes + [observation(try stun("d"), addressA)]
        let tally = SourceTally(agreed, QuorumSettings(family: .ipv4, quorum: 2))
        #expect(tally.description == "\(addressA) by 2 of 4 operators, quorum 2")
    }

    @Test func severalLinesAreTold() throws {
        let votes = [
            observation(try stun("a"), addressA), observation(try stun("b"), addressA),
            observation(try stun("c"), addressB),
            observation(try stun("d"), addressB), failure(try stun("e")),
        ]
        let tally = SourceTally(votes, QuorumSettings(family: .ipv4, quorum: 2))
        #expect(tally.addresses == addressA.addresses + addressB.addresses)
        #expect(tally.description == "several lines: \(addressA) by 2, \(addressB) by 2 of 5 operators")
    }

    @Test func nobodyAnswers() throws {
        let tally = SourceTally([failure(try stun("a"))], QuorumSettings(family: .ipv4, quorum: 2))
        #expect(tally.addresses.isEmpty && tally.description.hasPrefix("no source gave an address"))
    }
}
