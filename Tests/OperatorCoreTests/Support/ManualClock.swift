import Synchronization

/// A clock that stands still until it is told how much time has passed.
final class ManualClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private typealias Wake = CheckedContinuation<Void, any Error>

    private struct State {
        var now = Instant(offset: .zero)
        var nextID = 0
        var sleepers: [Int: (deadline: Instant, wake: Wake)] = [:]
        var cancelled: Set<Int> = []
        var observers: [(isMet: @Sendable ([Duration]) -> Bool, met: CheckedContinuation<Void, Never>)] = []

        var delays: [Duration] { sleepers.values.map { now.duration(to: $0.deadline) }.sorted() }

        mutating func metObservers() -> [CheckedContinuation<Void, Never>] {
            let delays = delays
            let met = observers.filter { $0.isMet(delays) }.map(\.met)
            observers.removeAll { $0.isMet(delays) }
            return met
        }
    }

    private let state = Mutex(State())

    var now: Instant { state.withLock(\.now) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (wake: Wake) in
                let (result, met): (Result<Void, any Error>?, [CheckedContinuation<Void, Never>]) = state.withLock {
                    if $0.cancelled.remove(id) != nil { return (.failure(CancellationError()), []) }
                    if deadline <= $0.now { return (.success(()), []) }
                    $0.sleepers[id] = (deadline, wake)
                    return (nil, $0.metObservers())
                }
                if let result { wake.resume(with: result) }
                for observer in met { observer.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                if let sleeper = state.sleepers.removeValue(forKey: id) { return Optional(sleeper.wake) }
                state.cancelled.insert(id)
                return nil
            }
            sleeper?.resume(throwing: CancellationError())
        }
    }

    /// Lets time pass, and wakes who has slept until then.
    func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.wake)
        }
        for wake in woken { wake.resume() }
    }

    /// Waits until somebody sleeps for as long as that, counted from now.
    func untilSomebodySleeps(for range: ClosedRange<Duration>) async {
        await withCheckedContinuation { (met: CheckedContinuation<Void, Never>) in
            let now = state.withLock { state in
                let isMet: @Sendable ([Duration]) -> Bool = { $0.contains(where: range.contains) }
                if isMet(state.delays) { return true }
                state.observers.append((isMet, met))
                return false
            }
            if now { met.resume() }
        }
    }
}
