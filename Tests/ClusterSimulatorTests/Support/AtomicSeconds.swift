import Synchronization

/// A wall clock that a test sets, in seconds.
final class AtomicSeconds: Sendable {
    private let seconds: Mutex<Double>

    init(_ seconds: Double) { self.seconds = Mutex(seconds) }

    var value: Double { seconds.withLock { $0 } }

    func advance(by more: Double) { seconds.withLock { $0 += more } }
}
