import Synchronization

/// A clock on which a sleep takes no time, but moves the clock as if it had.
final class InstantClock: Clock {
    typealias Instant = ContinuousClock.Instant

    private let start = ContinuousClock.now
    private let elapsed = Mutex(Duration.zero)

    var now: Instant { start.advanced(by: elapsed.withLock { $0 }) }
    var minimumResolution: Duration { .nanoseconds(1) }
    /// How long everybody has slept.
    var slept: Duration { elapsed.withLock { $0 } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let wait = now.duration(to: deadline)
        elapsed.withLock { $0 += max(.zero, wait) }
    }
}
