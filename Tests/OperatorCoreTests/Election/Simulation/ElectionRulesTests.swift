import Testing

@testable import OperatorCore

/// A checker that never complains would pass every simulation: each of its rules is shown a history that breaks it, and one
/// that just does not.
@Suite struct ElectionRulesTests {
    /// `a` and `b`, with exact clocks and terms of 10 s.
    private func history(_ events: [ElectionHistory.Event]) -> ElectionHistory {
        var history = ElectionHistory()
        for name in ["a", "b"] {
            history.add(.joined(.init(name: name, identity: name, rate: 1, renewDeadline: .seconds(10))))
        }
        for event in events { history.add(event) }
        return history
    }

    private func rules(broken events: [ElectionHistory.Event]) -> [ElectionRules.Rule] {
        ElectionRules.violations(in: history(events)).map(\.rule)
    }

    private func granted(_ name: String, _ second: Int, version: Int = 5) -> ElectionHistory.Event {
        .granted(name, sent: .seconds(second), version: version, at: .seconds(second))
    }

    private func believing(_ names: String..., from: Int, until: Int) -> ElectionHistory.Event {
        .believing(names, from: .seconds(from), until: .seconds(until))
    }

    private func stored(
        _ author: String?, holder: String, at second: Int, version: Int = 5
    ) -> ElectionHistory.Event {
        .leaseStored(
            .init(
                author: author, holder: holder, seconds: 15, version: version, sent: .seconds(second),
                at: .seconds(second)))
    }

    private func written(
        _ author: String, _ epoch: UInt64, sent: Int, at second: Int, isCreation: Bool = false
    ) -> ElectionHistory.Event {
        .mapStored(
            .init(
                author: author, epoch: Epoch(rawValue: epoch), version: second, isCreation: isCreation,
                sent: .seconds(sent), at: .seconds(second)))
    }

    @Test func anOrderlyElectionIsFine() {
        let broken = rules(broken: [
            stored("a", holder: "a", at: 1), granted("a", 1), .began("a", Epoch(rawValue: 5), at: .seconds(1)),
            believing("a", from: 1, until: 11), .sending("a", believes: true, at: .seconds(2)),
            written("a", 5, sent: 2, at: 3), believing(from: 11, until: 15),
            stored("b", holder: "b", at: 16, version: 8), granted("b", 16, version: 8),
            .began("b", Epoch(rawValue: 8), at: .seconds(16)), believing("b", from: 16, until: 20),
            .healed(settled: .seconds(17), end: .seconds(20)), written("b", 8, sent: 18, at: 18),
        ])
        #expect(broken.isEmpty)
    }

    @Test func overlappingTermsAreFound() {
        let terms = [granted("a", 1), granted("b", 2), believing("a", "b", from: 2, until: 3)]
        #expect(rules(broken: terms) == [.overlap])
    }

    @Test func aDeletedLeaseExcusesAnOverlapForAsLongAsATermMayLast() {
        let begin: [ElectionHistory.Event] = [granted("a", 1), .leaseDeleted(at: .seconds(2)), granted("b", 3)]
        #expect(rules(broken: begin + [believing("a", "b", from: 3, until: 11)]).isEmpty)
        let long = begin + [granted("a", 4), believing("a", "b", from: 3, until: 13)]
        #expect(rules(broken: long) == [.overlap])
    }

    @Test(arguments: [4, 5] as [UInt64]) func epochsThatDoNotGrowAreFound(_ second: UInt64) {
        let terms: [ElectionHistory.Event] = [
            .began("a", Epoch(rawValue: 5), at: .zero), .began("b", Epoch(rawValue: second), at: .seconds(1)),
        ]
        #expect(rules(broken: terms) == [.epochOrder])
        #expect(rules(broken: [.leaseDeleted(at: .zero)] + terms).isEmpty)
    }

    @Test func anOldWriteAfterANewerOneIsFound() {
        let late = [written("a", 5, sent: 1, at: 2), written("b", 8, sent: 3, at: 3), written("a", 5, sent: 2, at: 4)]
        #expect(rules(broken: late) == [.writeOrder])
    }

    /// A creation compares nothing: where it was under way before the object was deleted, no client can hold it back.
    @Test func aDeletedMapExcusesOnlyACreationThatWasUnderWay() {
        let begin = [written("b", 8, sent: 3, at: 3), ElectionHistory.Event.mapDeleted(at: .seconds(4))]
        #expect(rules(broken: begin + [written("a", 5, sent: 2, at: 5, isCreation: true)]).isEmpty)
        #expect(rules(broken: begin + [written("a", 5, sent: 5, at: 6, isCreation: true)]) == [.writeOrder])
        #expect(rules(broken: begin + [written("a", 5, sent: 2, at: 5)]) == [.writeOrder])
    }

    @Test func aWriteThatIsSentAfterTheTermIsFound() {
        #expect(rules(broken: [.sending("a", believes: false, at: .zero)]) == [.writeAfterTerm])
    }

    @Test func leadingOnAfterAnotherWasSeenIsFound() {
        let seen = [
            granted("a", 1), ElectionHistory.Event.shown("a", holder: "b", version: 8, at: .seconds(2)),
            believing("a", from: 2, until: 3),
        ]
        #expect(rules(broken: seen) == [.besideAnother])
        // News from before the own write says nothing.
        #expect(rules(broken: [granted("a", 1, version: 9)] + seen).isEmpty)
    }

    @Test func takingALeaseBeforeItsTimeIsFound() {
        #expect(rules(broken: [stored("a", holder: "a", at: 1), stored("b", holder: "b", at: 15)]) == [.takenEarly])
        #expect(rules(broken: [stored("a", holder: "a", at: 1), stored("b", holder: "b", at: 16)]).isEmpty)
        #expect(rules(broken: [stored("a", holder: "", at: 1), stored("b", holder: "b", at: 2)]).isEmpty)
    }

    @Test func emptyingAnothersLeaseIsFound() {
        #expect(rules(broken: [stored("a", holder: "a", at: 1), stored("b", holder: "", at: 15)]) == [.takenAway])
        #expect(rules(broken: [stored("a", holder: "a", at: 1), stored("b", holder: "c", at: 30)]) == [.takenAway])
        #expect(rules(broken: [stored("a", holder: "a", at: 1), stored("b", holder: "", at: 16)]).isEmpty)
        #expect(rules(broken: [stored("a", holder: "a", at: 1), stored("a", holder: "", at: 2)]).isEmpty)
    }

    @Test func leadingForLongerThanGrantedIsFound() {
        #expect(rules(broken: [granted("a", 1), believing("a", from: 1, until: 12)]) == [.tooLong])
        #expect(rules(broken: [believing("a", from: 1, until: 2)]) == [.tooLong])
        // Renewed in between, in time and too late.
        #expect(rules(broken: [granted("a", 1), believing("a", from: 1, until: 20), granted("a", 10)]).isEmpty)
        #expect(rules(broken: [granted("a", 1), believing("a", from: 1, until: 20), granted("a", 12)]) == [.tooLong])
    }

    @Test func notComingToRestIsFound() {
        let end = ElectionHistory.Event.healed(settled: .seconds(5), end: .seconds(9))
        let leads = [granted("a", 4), believing("a", from: 4, until: 9)]
        #expect(rules(broken: leads + [end, written("a", 5, sent: 6, at: 6)]).isEmpty)
        #expect(rules(broken: leads + [end]) == [.noProgress])
        #expect(rules(broken: [end, written("a", 5, sent: 6, at: 6)]) == [.noProgress])
        let changes = [granted("a", 4), believing("a", from: 4, until: 7), believing(from: 7, until: 9)]
        #expect(rules(broken: changes + [end, written("a", 5, sent: 6, at: 6)]) == [.noProgress])
    }

    @Test func aBeliefLastsFromOneLookToTheLastThatShowsTheSame() {
        var history = ElectionHistory()
        history.look([], at: .seconds(1))
        history.look(["a"], at: .seconds(2))
        history.look(["a"], at: .seconds(3))
        history.add(.shown("a", holder: "b", version: 1, at: .seconds(4)))
        history.look(["a"], at: .seconds(4))
        let beliefs = history.events.filter { if case .believing = $0 { true } else { false } }
        #expect(
            beliefs == [
                believing(from: 1, until: 1), believing("a", from: 2, until: 3), believing("a", from: 4, until: 4),
            ])
    }
}
