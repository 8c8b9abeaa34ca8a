import Testing

@testable import OperatorCore

@Suite struct EventCorrelatorTests {
    private typealias Note = EventCorrelator.Note

    private func note(_ message: String, about name: String = "leader", version: Int = 1, reason: String = "R") -> Note
    {
        var object = Lease(name: name)
        object.resourceVersion = String(version)
        return Note(
            involved: Event.reference(to: object, namespace: "n"), namespace: "n", severity: .normal, reason: reason,
            message: message, time: MicroTime(microsecondsSinceEpoch: Int64(version)))
    }

    private func settings(burst: Int = 25) -> EventSettings {
        var settings = EventSettings()
        settings.burst = burst
        return settings
    }

    @Test func anEqualEventIsCounted() {
        var correlator = EventCorrelator(settings: settings())
        let first = note("a became leader")
        #expect(correlator.decide(first, at: .zero) == .create(first))
        correlator.posted(first, as: "leader.1", at: .zero)
        // At another time, about another version of the object.
        let second = note("a became leader", version: 2)
        #expect(correlator.decide(second, at: .seconds(1)) == .count(second, name: "leader.1", count: 2))
        let third = note("a became leader", version: 3)
        #expect(correlator.decide(third, at: .seconds(600)) == .count(third, name: "leader.1", count: 3))
        // Long after, it is a new story.
        #expect(correlator.decide(third, at: .seconds(1200)) == .create(third))
    }

    @Test(arguments: [
        ("b became leader", "leader", "R"), ("a became leader", "other", "R"), ("a became leader", "leader", "S"),
    ]) func anotherEventIsNot(_ message: String, _ name: String, _ reason: String) {
        var correlator = EventCorrelator(settings: settings())
        _ = correlator.decide(note("a became leader"), at: .zero)
        correlator.posted(note("a became leader"), as: "leader.1", at: .zero)
        let other = note(message, about: name, reason: reason)
        #expect(correlator.decide(other, at: .zero) == .create(other))
    }

    @Test func anEventThatCouldNotBePostedIsNotCountedOnto() {
        var correlator = EventCorrelator(settings: settings())
        let event = note("x")
        _ = correlator.decide(event, at: .zero)
        correlator.posted(event, as: nil, at: .zero)
        #expect(correlator.decide(event, at: .zero) == .create(event))
    }

    @Test func manySimilarEventsBecomeOne() {
        var correlator = EventCorrelator(settings: settings(burst: 100))
        for number in 1...10 {
            let event = note("attempt \(number) failed")
            #expect(correlator.decide(event, at: .zero) == .create(event))
            correlator.posted(event, as: "leader.\(number)", at: .zero)
        }
        guard case .create(let combined) = correlator.decide(note("attempt 11 failed"), at: .zero) else {
            Issue.record("the eleventh is not posted as a new event")
            return
        }
        #expect(combined.message == "(combined from similar events): attempt 11 failed")
        correlator.posted(combined, as: "leader.combined", at: .zero)
        for number in 12...50 {
            guard
                case .count(let note, "leader.combined", let count) = correlator.decide(
                    note("attempt \(number) failed"), at: .seconds(number))
            else {
                Issue.record("attempt \(number) is not counted onto the combined event")
                return
            }
            #expect(count == Int64(number - 10))
            #expect(note.message.hasSuffix("attempt \(number) failed"))
        }
        // About another object nothing is combined.
        let other = note("attempt 51 failed", about: "other")
        #expect(correlator.decide(other, at: .seconds(51)) == .create(other))
    }

    @Test func anObjectHasABudget() {
        var correlator = EventCorrelator(settings: settings(burst: 3))
        func isDropped(_ name: String, _ second: Int) -> Bool {
            correlator.decide(note("x \(second)", about: name), at: .seconds(second)) == .drop
        }
        #expect([1, 2, 3].allSatisfy { !isDropped("leader", $0) })
        #expect(isDropped("leader", 4))
        #expect(!isDropped("other", 5))
        // One more every five minutes.
        #expect(!isDropped("leader", 302))
        #expect(isDropped("leader", 303))
    }

    @Test func memoryIsBounded() {
        var settings = settings()
        settings.memory = 10
        var correlator = EventCorrelator(settings: settings)
        for number in 1...1000 {
            let event = note("x", about: "object-\(number)")
            #expect(correlator.decide(event, at: .seconds(number)) == .create(event))
            correlator.posted(event, as: "e\(number)", at: .seconds(number))
        }
        #expect(correlator.remembered <= 30)
        // The latest are remembered.
        let latest = note("x", about: "object-1000")
        #expect(correlator.decide(latest, at: .seconds(1001)) == .count(latest, name: "e1000", count: 2))
    }
}
