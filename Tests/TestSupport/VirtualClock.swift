import Synchronization

/// A clock that stands still until a test moves it. Sleepers wake in the order of their alarms.
public final class VirtualClock: Clock, Sendable {
    public typealias Instant = VirtualInstant

    private struct Sleeper {
        var alarm: Instant
        var wake: CheckedContinuation<Void, any Error>
    }

    /// Somebody who waits for others to fall asleep.
    private struct Observer {
        var isMet: @Sendable ([Instant]) -> Bool
        var met: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Instant.start
        var lastID = 0
        var sleepers: [Int: Sleeper] = [:]
        var observers: [Int: Observer] = [:]
        /// Cancelled before they came to sleep or wait.
        var cancelled: Set<Int> = []

        var alarms: [Instant] { sleepers.values.map(\.alarm) }

        mutating func nextID() -> Int {
            lastID += 1
            return lastID
        }

        mutating func removeMetObservers() -> [Observer] {
            guard !observers.isEmpty else { return [] }
            let alarms = alarms
            let met = observers.filter { $0.value.isMet(alarms) }
            for id in met.keys { observers[id] = nil }
            return Array(met.values)
        }
    }

    private let state = Mutex(State())

    public init() {}

    public var now: Instant { state.withLock(\.now) }
    public var minimumResolution: Duration { .nanoseconds(1) }
    /// When the first sleeper wakes.
    public var nextAlarm: Instant? { state.withLock { $0.alarms.min() } }
    /// How many tasks sleep.
    public var sleeperCount: Int { state.withLock(\.sleepers.count) }

    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let id = state.withLock { $0.nextID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (wake: CheckedContinuation<Void, any Error>) in
                let (result, met): (Result<Void, any Error>?, [Observer]) = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return (.failure(CancellationError()), []) }
                    if deadline <= state.now { return (.success(()), []) }
                    state.sleepers[id] = Sleeper(alarm: deadline, wake: wake)
                    return (nil, state.removeMetObservers())
                }
                if let result { wake.resume(with: result) }
                for observer in met { observer.met.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.wake.resume(throwing: CancellationError())
        }
    }
}

/// Moving the time.
extension VirtualClock {
    /// Moves the time forward, and wakes whoever has slept until then. Never goes back.
    public func advance(to instant: Instant) {
        let due = state.withLock { state in
            state.now = max(state.now, instant)
            let due = state.sleepers.filter { $0.value.alarm <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.sorted { ($0.value.alarm, $0.key) < ($1.value.alarm, $1.key) }
        }
        for (_, sleeper) in due { sleeper.wake.resume() }
    }

    public func advance(by duration: Duration) { advance(to: now.advanced(by: duration)) }

    /// Waits until somebody sleeps until exactly then, and lets that time come.
    public func advance(toAlarmAt instant: Instant) async {
        await wait { $0.contains(instant) }
        advance(to: instant)
    }

    /// Waits until somebody sleeps, and moves on to when the first of them wakes.
    public func advanceToNextAlarm() async {
        await waitForSleepers(1)
        if !Task.isCancelled, let next = nextAlarm { advance(to: next) }
    }
}

/// Waiting for others to sleep. All of it ends also with the waiting task.
extension VirtualClock {
    /// Returns once at least `count` tasks sleep.
    public func waitForSleepers(_ count: Int = 1) async {
        await wait { $0.count >= count }
    }

    /// Returns once somebody sleeps for as long as that, counted from now.
    public func waitForSleeper(of range: ClosedRange<Duration>) async {
        let now = now
        await wait { $0.contains { range.contains(now.duration(to: $0)) } }
    }

    private func wait(until isMet: @escaping @Sendable ([Instant]) -> Bool) async {
        let id = state.withLock { $0.nextID() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (met: CheckedContinuation<Void, Never>) in
                let isOver = state.withLock { state in
                    if state.cancelled.remove(id) != nil || isMet(state.alarms) { return true }
                    state.observers[id] = Observer(isMet: isMet, met: met)
                    return false
                }
                if isOver { met.resume() }
            }
        } onCancel: {
            let observer = state.withLock { state in
                let observer = state.observers.removeValue(forKey: id)
                if observer == nil { state.cancelled.insert(id) }
                return observer
            }
            observer?.met.resume()
        }
    }
}
