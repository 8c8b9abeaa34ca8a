import NetworkPrimitives
import StatusServer
import TestSupport
import Testing
import WANDetection

@testable import AddressSync

@Suite struct PublishingStateTests {
    private let one: AddressSource
    private let two: AddressSource
    private let three: AddressSource

    init() throws {
        one = try stun("one")
        two = try stun("two")
        three = try stun("three")
    }

    @Test func aLeaderLooksBeforeItPublishes() throws {
        var leader = PublishingHarness(
            previous: PublishedAddress(addresses: addressA, condition: .confirmed, heartbeat: 7))
        #expect(leader.asked == .detect(addressA))
        #expect(leader.publications.isEmpty)
        // However long the round takes, the predecessor's word is not repeated in this leader's name.
        leader.pass(.seconds(100))
        leader.decide(.confirmed(addressA))
        let content = try #require(leader.publishing)
        #expect(content.addresses == addressA && content.heartbeat == 8 && content.leader == "me")
        #expect(content.confirmedAt == wallTime(100))
    }

    @Test func anEqualProbeIsSilence() throws {
        var leader = PublishingHarness.leading()
        #expect(try leader.wake() == .seconds(10))
        #expect(leader.asked == .probe)
        leader.probe(observation(one, addressA))
        #expect(leader.asked == nil && leader.publishing == nil && leader.news.count == 1)
        #expect(try leader.wake() == .seconds(10))
        #expect(leader.asked == .probe)
    }

    @Test func aDifferentProbeStartsARoundAtOnceAndTheRoundPublishesAtOnce() throws {
        var leader = PublishingHarness.leading()
        try leader.wake()
        leader.probe(observation(one, addressB))
        #expect(leader.asked == .detect(addressA))
        #expect(leader.publishing == nil, "one answer decides nothing")
        leader.decide(.confirmed(addressB))
        #expect(leader.publishing?.addresses == addressB)
        #expect(leader.publications.last?.time == .seconds(10))
    }

    @Test func aFailedProbeStartsARound() throws {
        var leader = PublishingHarness.leading()
        try leader.wake()
        leader.probe(failure(one))
        #expect(leader.asked == .detect(addressA))
        leader.decide(.confirmed(addressA))
        #expect(leader.publishing == nil)
    }

    @Test func aQuorumIsAskedForAtLeastEveryConfirmInterval() throws {
        var leader = PublishingHarness.leading()
        try leader.run(until: .seconds(3600), verdict: .confirmed(addressA)) { _ in observation(one, addressA) }
        #expect(leader.rounds == 13)
        #expect(leader.state.content.confirmedAt == wallTime(3600))
    }

    @Test func anUnconfirmedRoundNeverChangesTheAddress() throws {
        var leader = PublishingHarness.leading()
        try leader.wake()
        leader.probe(observation(one, addressB))
        leader.decide(.unconfirmed())
        let content = try #require(leader.publishing)
        #expect(
            content.addresses == addressA && content.condition == .unconfirmed && content.confirmedAt == wallTime(0))
        leader.publish()
        leader.decide(.egresses([addressB, addressC], chosen: nil))
        #expect(leader.state.content.addresses == addressA)
    }

    @Test func withoutAnyAddressThereIsNoneInWhatIsPublished() throws {
        var leader = PublishingHarness()
        leader.decide(.unconfirmed())
        let content = try #require(leader.publishing)
        #expect(content.addresses == nil && content.condition == .unconfirmed)
        #expect(content.data["ipv4"] == nil)
    }

    @Test func roundsWithoutAVerdictAreRepeatedAtGrowingDistances() throws {
        var leader = PublishingHarness.leading()
        try leader.wake()
        leader.probe(failure(one))
        var times: [Double] = []
        let end = VirtualInstant.seconds(1500)
        while leader.now < end {
            if case .detect = leader.asked {
                times.append(leader.now.offset / .seconds(1))
                leader.decide(.unconfirmed())
            } else if leader.asked == .probe {
                // Further failing probes do not hurry.
                leader.probe(failure(two))
            } else if leader.publishing != nil {
                leader.publish()
            } else {
                try leader.wake()
            }
        }
        #expect(times == [10, 15, 25, 65, 145, 305, 605, 905, 1205])
        let told = leader.news.count { if case .unconfirmed = $0 { true } else { false } }
        #expect(told == times.count, "each is told; the log says which of them")
    }

    @Test func aVerdictAfterFailuresIsPublishedAtOnce() throws {
        var leader = PublishingHarness.leading()
        try leader.wake()
        leader.probe(failure(one))
        for _ in 0..<3 {
            leader.decide(.unconfirmed())
            if leader.publishing != nil { leader.publish() }
            while leader.asked != .detect(addressA) {
                try leader.wake()
                if leader.asked == .probe { leader.probe(failure(one)) }
            }
        }
        leader.decide(.confirmed(addressA))
        #expect(leader.publishing?.condition == .confirmed)
    }

    @Test func aChangeThatNobodyAuthenticatesTakesASecondRoundSoon() throws {
        var leader = PublishingHarness.leading()
        try leader.wake()
        leader.probe(observation(one, addressB))
        leader.decide(.awaitingSecondRound(addressB))
        #expect(leader.publishing == nil)
        #expect(try leader.wake() == .milliseconds(500))
        #expect(leader.asked == .detect(addressA))
        leader.decide(.confirmed(addressB))
        #expect(leader.publishing?.addresses == addressB)
    }

    @Test func addressesThatTakeTurnsDoNotCauseRoundsWithoutEnd() throws {
        var leader = PublishingHarness.leading()
        try leader.wake()
        leader.probe(observation(one, addressB))
        var rounds = 0
        while leader.now < .seconds(3600) {
            switch leader.asked {
            case .detect:
                rounds += 1
                leader.decide(.awaitingSecondRound(rounds.isMultiple(of: 2) ? addressB : addressC))
            case .probe: leader.probe(observation(two, addressB))
            case nil: if leader.publishing != nil { leader.publish() } else { try leader.wake() }
            }
        }
        #expect(rounds < 50)
        #expect(leader.state.content.addresses == addressA)
    }

    @Test func severalEgressesStickToThePublishedOne() throws {
        var leader = PublishingHarness.leading()
        try leader.wake()
        leader.probe(observation(one, addressB))
        leader.decide(.egresses([addressB, addressA], chosen: addressA))
        #expect(leader.publishing?.addresses == addressA)
        #expect(leader.publishing?.condition == .multipleEgress)
        leader.publish()
        // Probes that see either of them are silence.
        let rounds = leader.rounds
        try leader.run(until: .seconds(200), verdict: .unconfirmed()) {
            observation(one, $0 % 2 == 0 ? addressA : addressB)
        }
        #expect(leader.rounds == rounds)
        // A third address is not.
        while leader.asked != .probe { try leader.wake() }
        leader.probe(observation(two, addressC))
        #expect(leader.asked == .detect(addressA))
    }

    @Test func aSecondEgressThatHasToBeConfirmedAgainIsNotAFailure() throws {
        var leader = PublishingHarness()
        leader.decide(.egresses([addressA, addressB], chosen: nil, candidate: addressA))
        #expect(leader.publishing == nil)
        #expect(try leader.wake() == .milliseconds(500))
        leader.decide(.egresses([addressA, addressB], chosen: addressA))
        #expect(leader.publishing?.addresses == addressA)
    }

    @Test(arguments: [true, false])
    func oneBrokenOrLyingSourceDoesNotCauseRoundsWithoutEnd(_ isLying: Bool) throws {
        var leader = PublishingHarness.leading()
        // The only source that probes ask: every probe is bad, every round confirms what is published.
        try leader.run(until: .seconds(3600), verdict: .confirmed(addressA)) { _ in
            isLying ? observation(one, addressC) : failure(one)
        }
        #expect(leader.rounds <= 62)
        #expect(leader.news.count <= 62)
        // Another source that says the same is a new reason.
        while leader.asked != .probe { try leader.wake() }
        let rounds = leader.rounds
        leader.probe(isLying ? observation(two, addressC) : failure(two))
        #expect(leader.rounds == rounds + 1)
    }

    @Test func aSourceThatWasRightBeforeIsBelievedAtOnce() throws {
        var leader = PublishingHarness.leading()
        try leader.wake()
        leader.probe(failure(one))
        leader.decide(.confirmed(addressA))
        try leader.wake()
        leader.probe(observation(one, addressA))
        try leader.wake()
        leader.probe(failure(one))
        #expect(leader.asked == .detect(addressA))
    }

    @Test func heartbeatsComeInTheirRhythmWhileNothingChanges() throws {
        var leader = PublishingHarness.leading()
        try leader.run(until: .seconds(601), verdict: .confirmed(addressA)) { _ in observation(one, addressA) }
        #expect(leader.publications.map(\.time) == (0...10).map { .seconds(Double($0) * 60) })
        #expect(leader.publications.map(\.content.heartbeat) == Array(1...11))
    }

    @Test func aPublicationThatFailedIsRepeatedWithWhatHoldsThen() throws {
        var leader = PublishingHarness()
        leader.decide(.confirmed(addressA))
        leader.failToPublish()
        #expect(try leader.wake() == .seconds(1))
        #expect(leader.publishing?.addresses == addressA)
        leader.failToPublish(retryAfter: .seconds(7))
        let waited = try leader.wake()
        #expect(waited == .seconds(7))
        #expect(leader.publishing?.heartbeat == 3, "a failed write may have been carried out")
    }

    @Test func aChangeDuringAPublicationFollowsIt() throws {
        var leader = PublishingHarness()
        leader.decide(.confirmed(addressA))
        #expect(leader.publishing?.addresses == addressA)
        try leader.wake()
        leader.probe(observation(one, addressB))
        leader.decide(.confirmed(addressB))
        #expect(leader.publishing?.addresses == addressA)
        leader.publish()
        #expect(leader.publishing?.addresses == addressB)
        leader.publish()
        #expect(leader.publishing == nil)
    }

    @Test func aHugeHeartbeatThatSomebodyWroteDoesNotOverflow() {
        var problems: [String] = []
        let previous = PublishedAddress(
            data: ["heartbeat": String(PublishedAddress.maximumHeartbeat), "ipv4": "203.0.113.1"], problems: &problems)
        var leader = PublishingHarness(previous: previous)
        leader.decide(.confirmed(addressA))
        #expect(leader.publishing?.heartbeat == PublishedAddress.maximumHeartbeat + 1)
    }

    @Test func votesAreBounded() throws {
        let votes = try (0..<200).map { observation(try stun("source\($0)"), addressA) }
        var leader = PublishingHarness()
        leader.decide(.confirmed(addressA, votes: votes))
        #expect(leader.publishing.map { $0.votes.utf8.count <= 1024 && !$0.votes.isEmpty } == true)
    }

    @Test(arguments: 0..<200)
    func whateverHappensTheRulesHold(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var leader = PublishingHarness(previous: PublishedAddress(addresses: addressA, condition: .confirmed))
        var confirmed: AddressSet? = addressA
        var checkedPublications = 0
        let addresses = [addressA, addressB, addressC]
        for _ in 0..<500 {
            let address = addresses.randomElement(using: &random) ?? addressA
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where leader.asked == .probe:
                let source = [one, two, three].randomElement(using: &random) ?? one
                leader.probe(Bool.random(using: &random) ? observation(source, address) : failure(source))
            case 1:
                guard case .detect(let holding) = leader.asked else { continue }
                #expect(holding == confirmed)
                let wasPublishing = leader.publishing != nil
                switch Int.random(in: 0..<4, using: &random) {
                case 0: leader.decide(.unconfirmed("\(Int.random(in: 0..<3, using: &random))"))
                case 1: leader.decide(.awaitingSecondRound(address))
                case 2:
                    confirmed = address
                    leader.decide(.egresses([address, addressC], chosen: address))
                default:
                    confirmed = address
                    leader.decide(.confirmed(address))
                }
                if confirmed != holding {
                    #expect(wasPublishing || leader.publishing?.addresses == confirmed, "a change is published at once")
                }
            case 2 where leader.publishing != nil:
                Bool.random(using: &random)
                    ? leader.publish()
                    : leader.failToPublish(retryAfter: Bool.random(using: &random) ? .seconds(3) : nil)
            default:
                // Something is always going to happen.
                #expect(leader.alarm != nil || leader.asked != nil || leader.publishing != nil)
                if leader.alarm != nil, !(leader.asked != nil && leader.publishing != nil) { try leader.wake() }
            }
            for (_, content) in leader.publications[checkedPublications...] {
                #expect(content.addresses == confirmed)
                #expect(content.leader == "me")
            }
            checkedPublications = leader.publications.count
        }
        let heartbeats = leader.publications.map(\.content.heartbeat)
        #expect(heartbeats == Array(1...UInt64(max(1, heartbeats.count))) || heartbeats.isEmpty)
        #expect(!heartbeats.isEmpty)
    }
}
