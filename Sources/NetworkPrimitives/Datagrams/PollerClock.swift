import Synchronization

/// The continuous clock, with sleeps that ``DatagramPoller``'s thread ends: a task that prefers that thread is woken by one
/// thread, where the runtime's own clock needs another one to program a timer and to hear of it.
public struct PollerClock: Clock {
    public typealias Instant = ContinuousClock.Instant

    private let poller: DatagramPoller

    public init() { self.init(DatagramPoller.shared) }

    init(_ poller: DatagramPoller) { self.poller = poller }

    public var now: Instant { ContinuousClock.now }
    public var minimumResolution: Duration { ContinuousClock().minimumResolution }

    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let sleeper = PollerSleeper(until: deadline)
        let end = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                poller.add(sleeper)
                sleeper.resume(continuation)
            }
        } onCancel: {
            sleeper.cancel()
            poller.remove(sleeper)
        }
        switch end {
        case .inTime: return
        case .cancelled: throw CancellationError()
        case .alone: try await ContinuousClock().sleep(until: deadline, tolerance: tolerance)
        }
    }
}

/// One sleep under way. Its end, and a cancellation, may race; the first one counts.
final class PollerSleeper: Sendable {
    enum End: Sendable {
        case inTime
        case cancelled
        /// There is no thread to end it.
        case alone
    }

    private struct State {
        var end: End?
        var continuation: CheckedContinuation<End, Never>?
    }

    let time: ContinuousClock.Instant
    private let state = Mutex(State())

    init(until time: ContinuousClock.Instant) { self.time = time }

    var isOver: Bool { state.withLock { $0.end != nil } }

    /// Names who sleeps; called once.
    func resume(_ continuation: CheckedContinuation<End, Never>) {
        let end = state.withLock { state in
            if state.end == nil { state.continuation = continuation }
            return state.end
        }
        if let end { continuation.resume(returning: end) }
    }

    func wake() { finish(.inTime) }
    func cancel() { finish(.cancelled) }
    func abandon() { finish(.alone) }

    private func finish(_ end: End) {
        let continuation = state.withLock { state in
            guard state.end == nil else { return CheckedContinuation<End, Never>?.none }
            state.end = end
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(returning: end)
    }
}
