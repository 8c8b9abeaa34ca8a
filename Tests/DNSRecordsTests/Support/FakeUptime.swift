import Synchronization

/// A clock that moves when a test says so.
final class FakeUptime: Sendable {
    private let time = Mutex(Duration.zero)

    var read: @Sendable () -> Duration { { self.time.withLock { $0 } } }

    func advance(by duration: Duration) { time.withLock { $0 += duration } }
}
