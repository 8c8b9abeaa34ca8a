import NetworkPrimitives
import OperatorCore
import StatusServer
import TestSupport
import Testing

@testable import AddressSync

@Suite struct AddressFreshnessTests {
    private typealias Freshness = AddressFreshness<VirtualInstant>

    private func published(
        _ address: AddressSet? = addressA, _ epoch: UInt64 = 5, _ heartbeat: UInt64, confirmed: Int64 = 0,
        _ condition: PublishedAddress.Condition = .confirmed
    ) -> PublishedAddress {
        PublishedAddress(
            addresses: address, condition: condition, confirmedAt: wallTime(confirmed), heartbeat: heartbeat,
            epoch: Epoch(rawValue: epoch), leader: "leader-\(epoch)")
    }

    /// - Parameter age: of the last confirmation, in seconds of wall-clock time.
    private func started(age: Int64?, condition: PublishedAddress.Condition = .confirmed) -> Freshness {
        var freshness = Freshness(staleAfter: .seconds(180), now: .start)
        var word = published(5, 100, condition)
        if age == nil { word.confirmedAt = nil }
        _ = freshness.observed(word, at: .start, wallClock: wallTime(age ?? 0))
        return freshness
    }

    private func published(_ epoch: UInt64, _ heartbeat: UInt64, _ condition: PublishedAddress.Condition)
        -> PublishedAddress
    { published(addressA, epoch, heartbeat, condition) }

    private func isWaiting(_ judgement: Freshness.Judgement) -> Bool {
        if case .wait = judgement { true } else { false }
    }

    private func isDetecting(_ judgement: Freshness.Judgement) -> Bool {
        if case .detect = judgement { true } else { false }
    }

    @Test(arguments: [0, 1, 179])
    func aYoungAddressIsFollowedAtStart(_ age: Int64) {
        #expect(started(age: age).judge(at: .start) == .follow(addressA, generation(5, 100)))
    }

    @Test(arguments: [180, 181, 1_000_000, -1, -1_000_000, nil])
    func anAddressOfUnknownAgeIsNot(_ age: Int64?) {
        #expect(isWaiting(started(age: age).judge(at: .start)))
    }

    @Test func itIsOnceAHeartbeatIsSeen() {
        var freshness = started(age: 1_000_000)
        #expect(
            freshness.observed(published(5, 101, .confirmed), at: .seconds(40), wallClock: wallTime(1_000_000)) == true)
        #expect(freshness.judge(at: .seconds(40)) == .follow(addressA, generation(5, 101)))
    }

    @Test func aNewLeadersClaimAloneDoesNotVouchForAnOldAddress() {
        var freshness = started(age: 1_000_000)
        // The epoch has changed, and nothing else.
        #expect(
            freshness.observed(published(6, 100, .confirmed), at: .seconds(1), wallClock: wallTime(1_000_000)) == true)
        #expect(isWaiting(freshness.judge(at: .seconds(1))))
        // Nor does the leader's heartbeat, while it finds no quorum.
        #expect(
            freshness.observed(published(6, 101, .unconfirmed), at: .seconds(2), wallClock: wallTime(1_000_000)) == true
        )
        #expect(isWaiting(freshness.judge(at: .seconds(2))))
        #expect(
            freshness.observed(published(6, 102, .confirmed), at: .seconds(3), wallClock: wallTime(1_000_000)) == true)
        #expect(freshness.judge(at: .seconds(3)) == .follow(addressA, generation(6, 102)))
    }

    @Test func leadersThatClaimAndDieDoNotKeepAnAddressFresh() {
        var freshness = started(age: 0)
        for second in 1...18 {
            _ = freshness.observed(
                published(5 + UInt64(second), 100, .confirmed), at: .seconds(Double(second) * 10),
                wallClock: wallTime())
        }
        #expect(isDetecting(freshness.judge(at: .seconds(180))))
    }

    @Test func anUnconfirmedRoundKeepsAFreshAddress() {
        var freshness = started(age: 0)
        _ = freshness.observed(published(5, 101, .unconfirmed), at: .seconds(60), wallClock: wallTime())
        #expect(freshness.judge(at: .seconds(239)) == .follow(addressA, generation(5, 101)))
    }

    @Test func silenceEndsTheTrust() {
        var freshness = started(age: 0)
        #expect(freshness.judge(at: .seconds(179.9)) == .follow(addressA, generation(5, 100)))
        #expect(isDetecting(freshness.judge(at: .seconds(180))))
        #expect(freshness.staleAt == .seconds(180))
        // A leader that comes back has to confirm the address before it counts again: it may have changed meanwhile.
        _ = freshness.observed(published(6, 101, .unconfirmed), at: .seconds(200), wallClock: wallTime())
        #expect(isWaiting(freshness.judge(at: .seconds(200))))
        _ = freshness.observed(published(addressB, 6, 102), at: .seconds(210), wallClock: wallTime())
        #expect(freshness.judge(at: .seconds(210)) == .follow(addressB, generation(6, 102)))
    }

    @Test func nothingHeardAtAllIsSilenceToo() {
        let freshness = Freshness(staleAfter: .seconds(180), now: .start)
        #expect(isWaiting(freshness.judge(at: .seconds(179))))
        #expect(isDetecting(freshness.judge(at: .seconds(180))))
    }

    @Test(arguments: [(4, 200), (5, 99), (5, 100)] as [(UInt64, UInt64)])
    func anEarlierWordIsIgnored(_ epoch: UInt64, _ heartbeat: UInt64) {
        var freshness = started(age: 0)
        #expect(
            freshness.observed(published(addressB, epoch, heartbeat), at: .seconds(100), wallClock: wallTime()) == false
        )
        #expect(freshness.judge(at: .seconds(100)) == .follow(addressA, generation(5, 100)))
        #expect(freshness.staleAt == .seconds(180), "and is no sign of life")
    }

    @Test func aLaterTermMayCountFromTheBeginning() {
        var freshness = started(age: 0)
        #expect(freshness.observed(published(addressB, 6, 1), at: .seconds(10), wallClock: wallTime()) == true)
        #expect(freshness.judge(at: .seconds(10)) == .follow(addressB, generation(6, 1)))
    }

    @Test func withoutAnAddressThereIsNothingToFollow() {
        var freshness = Freshness(staleAfter: .seconds(180), now: .start)
        _ = freshness.observed(PublishedAddress(), at: .start, wallClock: wallTime())
        #expect(isWaiting(freshness.judge(at: .start)))
        #expect(freshness.generation == .none)
        // A key that was mangled by hand is no address either.
        _ = freshness.observed(published(nil, 5, 1), at: .seconds(1), wallClock: wallTime())
        #expect(isWaiting(freshness.judge(at: .seconds(1))))
    }

    // MARK: A store that was set back

    private func observe(
        _ freshness: inout Freshness, _ word: PublishedAddress, version: UInt64, at now: VirtualInstant
    ) -> Bool {
        freshness.observed(word, version: Epoch(rawValue: version), at: now, wallClock: wallTime())
    }

    /// The cluster was restored from a backup: its versions, and with them its epochs, begin again further down.
    @Test func aStoreThatWasSetBackIsFollowedOnceItsLeaderMoves() {
        var freshness = Freshness(staleAfter: .seconds(180), now: .start)
        #expect(observe(&freshness, published(5000, 100, .confirmed), version: 5001, at: .start))
        #expect(freshness.judge(at: .start) == .follow(addressA, generation(5000, 100)))
        #expect(observe(&freshness, published(addressB, 3000, 40), version: 3001, at: .seconds(10)))
        #expect(freshness.beginnings == 1)
        #expect(isWaiting(freshness.judge(at: .seconds(10))))
        #expect(observe(&freshness, published(addressB, 3000, 41), version: 3002, at: .seconds(20)))
        #expect(freshness.judge(at: .seconds(20)) == .follow(addressB, generation(3000, 41)))
        #expect(freshness.beginnings == 1)
    }

    /// A version that is merely old is ignored, as long as it can be of the same store.
    @Test func anOldVersionIsNoStoreThatWasSetBack() {
        var freshness = Freshness(staleAfter: .seconds(180), now: .start)
        #expect(observe(&freshness, published(5000, 100, .confirmed), version: 6001, at: .start))
        #expect(!observe(&freshness, published(addressB, 4000, 90), version: 5500, at: .seconds(1)))
        #expect(freshness.beginnings == 0)
    }
}
