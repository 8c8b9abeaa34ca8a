import NetworkPrimitives
import OperatorCore
import StatusServer
import TestSupport
import Testing

@testable import AddressSync

@Suite struct UpdaterStateTests {
    private typealias State = UpdaterState<VirtualInstant>

    private func word(
        _ address: AddressSet?, _ epoch: UInt64, _ heartbeat: UInt64,
        _ condition: PublishedAddress.Condition = .confirmed
    ) -> PublishedAddress {
        PublishedAddress(
            addresses: address, condition: condition, confirmedAt: wallTime(), heartbeat: heartbeat,
            epoch: Epoch(rawValue: epoch), leader: "leader")
    }

    private func desire(_ address: AddressSet, _ generation: Generation, _ origin: RecordState<VirtualInstant>.Origin)
        -> State.Action
    { .desire(.init(addresses: address, generation: generation, origin: origin)) }

    /// An updater that follows A, at heartbeat 5.1.
    private func following() -> State {
        var state = State(staleAfter: .seconds(180), fallbackDelay: .seconds(20), now: .start)
        _ = state.start(at: .start)
        _ = state.handle(.watched(word(addressA, 5, 1)), at: .start, wallClock: wallTime())
        return state
    }

    /// An updater that detects by itself since 200 s.
    private func detecting() -> State {
        var state = following()
        _ = state.handle(.timerFired, at: .seconds(180), wallClock: wallTime())
        _ = state.handle(.timerFired, at: .seconds(200), wallClock: wallTime())
        return state
    }

    @Test func aFreshWordIsFollowed() {
        var state = State(staleAfter: .seconds(180), fallbackDelay: .seconds(20), now: .start)
        #expect(
            state.start(at: .start) == [
                .tell(.waiting("no address has been published yet")), .wakeUp(at: .seconds(180)),
            ])
        let actions = state.handle(.watched(word(addressA, 5, 1)), at: .seconds(1), wallClock: wallTime())
        #expect(
            actions == [
                .tell(.following(addressA, leader: "leader")), desire(addressA, generation(5, 1), .leader),
                .wakeUp(at: .seconds(181)),
            ])
    }

    @Test func heartbeatsMoveTheGenerationAndAreToldOnce() {
        var state = following()
        #expect(
            state.handle(.watched(word(addressA, 5, 2)), at: .seconds(60), wallClock: wallTime()) == [
                desire(addressA, generation(5, 2), .leader), .wakeUp(at: .seconds(240)),
            ])
        #expect(state.handle(.watched(word(addressA, 5, 2)), at: .seconds(61), wallClock: wallTime()) == [])
        #expect(state.handle(.watched(word(addressB, 4, 9)), at: .seconds(62), wallClock: wallTime()) == [])
    }

    @Test func silenceLeadsToDetectionAfterThisNodesOwnDelay() {
        var state = following()
        #expect(state.handle(.timerFired, at: .seconds(180), wallClock: wallTime()) == [.wakeUp(at: .seconds(200))])
        let actions = state.handle(.timerFired, at: .seconds(200), wallClock: wallTime())
        #expect(actions.contains(.startDetecting(word(addressA, 5, 1))))
        #expect(actions.count == 2)
        #expect(state.handle(.timerFired, at: .seconds(201), wallClock: wallTime()) == [])
    }

    @Test func aLeaderThatComesBackDuringTheDelayIsFollowed() {
        var state = following()
        _ = state.handle(.timerFired, at: .seconds(180), wallClock: wallTime())
        let actions = state.handle(.watched(word(addressB, 6, 2)), at: .seconds(190), wallClock: wallTime())
        #expect(actions.contains(desire(addressB, generation(6, 2), .leader)))
        #expect(!actions.contains(.stopDetecting))
    }

    @Test func whatThisNodeFindsComesAfterTheLastPublicationAndBeforeTheNext() {
        var state = detecting()
        let actions = state.handle(.detected(addressB), at: .seconds(201), wallClock: wallTime())
        #expect(actions == [desire(addressB, generation(5, 1, own: true), .ownDetection)])
        #expect(generation(5, 1) < generation(5, 1, own: true))
        #expect(generation(5, 1, own: true) < generation(5, 2))
    }

    @Test func aLeaderThatConfirmsEndsOwnDetection() {
        var state = detecting()
        _ = state.handle(.detected(addressB), at: .seconds(201), wallClock: wallTime())
        let actions = state.handle(.watched(word(addressB, 6, 2)), at: .seconds(210), wallClock: wallTime())
        #expect(actions.first == .stopDetecting)
        #expect(actions.contains(desire(addressB, generation(6, 2), .leader)))
        // What the round under way finds no longer counts.
        #expect(state.handle(.detected(addressC), at: .seconds(211), wallClock: wallTime()) == [])
    }

    @Test func aLeaderThatHasConfirmedNothingYetDoesNot() {
        var state = detecting()
        _ = state.handle(.detected(addressB), at: .seconds(201), wallClock: wallTime())
        // It claims the ConfigMap, then clings to the address of before.
        for word in [word(addressA, 6, 1), word(addressA, 6, 2, .unconfirmed)] {
            let actions = state.handle(.watched(word), at: .seconds(210), wallClock: wallTime())
            #expect(!actions.contains(.stopDetecting))
            for case .desire in actions { Issue.record("an old address came back: \(actions)") }
        }
        let actions = state.handle(.detected(addressC), at: .seconds(220), wallClock: wallTime())
        #expect(actions == [desire(addressC, generation(6, 2, own: true), .ownDetection)])
    }

    @Test func anUpdaterThatNeverHeardALeaderDetects() {
        var state = State(staleAfter: .seconds(2), fallbackDelay: .milliseconds(300), now: .start)
        _ = state.start(at: .start)
        #expect(
            state.handle(.timerFired, at: .seconds(2), wallClock: wallTime()) == [
                .wakeUp(at: VirtualInstant(offset: .milliseconds(2300)))
            ])
        do {
            let actions = state.handle(
                .timerFired, at: VirtualInstant(offset: .milliseconds(2300)), wallClock: wallTime())
            #expect(actions.contains(.startDetecting(nil)))
        }
        #expect(
            state.handle(.detected(addressA), at: .seconds(3), wallClock: wallTime()) == [
                desire(addressA, generation(0, 0, own: true), .ownDetection)
            ])
    }

    /// A cluster that was restored from a backup counts its versions, and with them epochs, from further down.
    @Test func afterTheStoreWasSetBackAnEarlierGenerationIsDesired() {
        typealias Desired = RecordState<VirtualInstant>.Desired
        var state = following()
        let version = { Epoch(rawValue: $0) }
        _ = state.handle(
            .watched(word(addressB, 3, 1), version: version(4)), at: .seconds(10), wallClock: wallTime())
        let actions = state.handle(
            .watched(word(addressB, 3, 2), version: version(5)), at: .seconds(20), wallClock: wallTime())
        let before = Desired(addresses: addressA, generation: generation(5, 1), origin: .leader)
        let after = Desired(addresses: addressB, generation: generation(3, 2), origin: .leader, beginning: 1)
        #expect(actions.contains(.desire(after)))
        // And it gets through to the record.
        #expect(before.isEarlier(than: after) && !after.isEarlier(than: before))
        #expect(after.generation < before.generation)
    }
}
