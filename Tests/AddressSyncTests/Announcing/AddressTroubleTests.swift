import StatusServer
import TestSupport
import Testing
import WANDetection

@testable import AddressSync

struct AddressTroubleTests {
    private typealias State = AddressTrouble<VirtualInstant>

    private static func announcements(_ actions: [State.Action]) -> [AddressAnnouncement] {
        actions.compactMap { if case .announce(let announcement) = $0 { announcement } else { nil } }
    }

    private func state(_ previous: PublishedAddress = PublishedAddress()) -> State {
        State(lasting: .seconds(600), previous: previous)
    }

    @Test func aChangeIsToldAtOnce() {
        var state = state()
        let verdict = Verdict.confirmed(addressB)
        let told = state.handle(
            .told(.changed(from: addressA, to: addressB, verdict)), at: .start, wallClock: wallTime())
        #expect(Self.announcements(told) == [.changed(from: addressA, to: addressB, verdict)])
    }

    @Test func whatIsNotConfirmedIsToldOnceItHasLastedAndOnceItIsOver() {
        var state = state()
        let verdict = Verdict.unconfirmed()
        let first = state.handle(
            .told(.unconfirmed(verdict, holding: addressA)), at: .start, wallClock: wallTime())
        #expect(first == [.wakeUp(at: .seconds(600))])
        let last = Verdict.unconfirmed("still no answer")
        #expect(
            state.handle(.told(.unconfirmed(last, holding: addressA)), at: .seconds(300), wallClock: wallTime(300))
                == [])
        #expect(state.handle(.timerFired, at: .seconds(599), wallClock: wallTime(599)) == [.wakeUp(at: .seconds(600))])
        let told = state.handle(.timerFired, at: .seconds(600), wallClock: wallTime(600))
        #expect(told == [.announce(.unconfirmed(since: wallTime(), holding: addressA, last))])
        #expect(state.handle(.timerFired, at: .seconds(900), wallClock: wallTime(900)) == [])
        let end = state.handle(
            .told(.confirmedAgain(.confirmed(addressA))), at: .seconds(1000), wallClock: wallTime(1000))
        #expect(end == [.announce(.confirmed(addressA, since: wallTime(), .confirmed(addressA)))])
        #expect(
            state.handle(
                .told(.confirmedAgain(.confirmed(addressA))), at: .seconds(1001), wallClock: wallTime(1001)) == [])
    }

    @Test func whatIsSoonOverIsNotTold() {
        var state = state()
        _ = state.handle(.told(.unconfirmed(.unconfirmed(), holding: addressA)), at: .start, wallClock: wallTime())
        let end = state.handle(
            .told(.confirmedAgain(.confirmed(addressA))), at: .seconds(599), wallClock: wallTime(599))
        #expect(end.isEmpty)
        #expect(state.handle(.timerFired, at: .seconds(600), wallClock: wallTime(600)) == [])
    }

    /// Two rounds that have to agree are how every change is found where nobody is authenticated.
    @Test func theFirstOfTwoRoundsIsNoTrouble() {
        var state = state()
        let first = state.handle(
            .told(.unconfirmed(.awaitingSecondRound(addressB), holding: addressA)), at: .start, wallClock: wallTime())
        #expect(first.isEmpty)
    }

    @Test func aSuccessorTellsTheEndOfWhatItsPredecessorMayHaveTold() {
        let left = PublishedAddress(addresses: addressA, condition: .unconfirmed, confirmedAt: wallTime(-3600))
        var state = state(left)
        let end = state.handle(.told(.confirmedAgain(.confirmed(addressA))), at: .start, wallClock: wallTime())
        #expect(end == [.announce(.confirmed(addressA, since: wallTime(-3600), .confirmed(addressA)))])
        var other = self.state(
            PublishedAddress(addresses: addressA, condition: .confirmed, confirmedAt: wallTime(-3600)))
        #expect(other.handle(.told(.confirmedAgain(.confirmed(addressA))), at: .start, wallClock: wallTime()) == [])
    }

    @Test func severalLinesAreToldWhenTheyBegin() {
        var state = state()
        let verdict = Verdict.egresses([addressA, addressB], chosen: addressA)
        let first = state.handle(.told(.confirmedAgain(verdict)), at: .start, wallClock: wallTime())
        #expect(first == [.announce(.several(verdict, published: addressA))])
        #expect(state.handle(.told(.confirmedAgain(verdict)), at: .seconds(1), wallClock: wallTime(1)) == [])
        _ = state.handle(.told(.confirmedAgain(.confirmed(addressA))), at: .seconds(2), wallClock: wallTime(2))
        #expect(!state.handle(.told(.confirmedAgain(verdict)), at: .seconds(3), wallClock: wallTime(3)).isEmpty)
    }
}
