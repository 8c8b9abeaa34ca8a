import Synchronization
import TestSupport

/// The monotonic clock of one machine: it began at some number of its own, and runs a little fast or slow.
final class LocalClock: Clock, Sendable {
    typealias Instant = VirtualInstant

    /// Its seconds in a true second.
    let rate: Double
    private let time: VirtualClock
    private let bornAt: VirtualClock.Instant
    private let origin: Duration
    private let skew = Mutex(Duration.zero)

    /// - Parameter origin: what it shows now.
    init(_ time: VirtualClock, rate: Double = 1, origin: Duration = .zero) {
        self.time = time
        self.rate = rate
        self.origin = origin
        bornAt = time.now
    }

    var now: Instant { Instant(offset: origin + bornAt.duration(to: time.now) * rate + skew.withLock(\.self)) }
    var minimumResolution: Duration { .nanoseconds(1) }

    /// Plants a fault: it loses so much time.
    func lose(_ duration: Duration) { skew.withLock { $0 -= duration } }

    /// True time in which it counts so much.
    func trueTime(for duration: Duration) -> Duration { duration / rate }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let remaining = now.duration(to: deadline)
        // Rounding must not let anybody wake too early.
        let wait = remaining > .zero ? trueTime(for: remaining) + .microseconds(1) : .zero
        try await time.sleep(until: time.now.advanced(by: wait), tolerance: tolerance)
    }
}
