/// From a running thread to one that has been joined, with any number of tasks waiting for that. A value without I/O.
///
/// ```
/// running ──shutdown──▶ stopping ──thread ended──▶ joining ──joined──▶ joined
///     └──thread ended──▶ ended ──shutdown──▶ joining
/// ```
///
/// Exactly one caller joins: joining twice is undefined behaviour.
struct ThreadLifecycle<Handle, Waiter> {
    enum ShutdownAction {
        /// Wait; the answer comes by ``threadEnded()`` or ``joined()``.
        case wait
        /// Join this thread, then report ``joined()``.
        case join(Handle)
        /// Nothing is left to be done.
        case done
    }

    enum State {
        case running(Handle)
        case ended(Handle)
        case stopping(Handle, joiner: Waiter, others: [Waiter])
        case joining(others: [Waiter])
        case joined
    }

    private var state: State

    init(running handle: Handle) { state = .running(handle) }

    /// Somebody wants the thread to be gone.
    mutating func shutdownRequested(by waiter: Waiter) -> ShutdownAction {
        switch state {
        case .running(let handle):
            state = .stopping(handle, joiner: waiter, others: [])
            return .wait
        case .ended(let handle):
            state = .joining(others: [])
            return .join(handle)
        case .stopping(let handle, let joiner, let others):
            state = .stopping(handle, joiner: joiner, others: others + [waiter])
            return .wait
        case .joining(let others):
            state = .joining(others: others + [waiter])
            return .wait
        case .joined: return .done
        }
    }

    /// The thread is about to return.
    ///
    /// - Returns: who is to join it, where somebody waits already.
    mutating func threadEnded() -> (Waiter, Handle)? {
        switch state {
        case .running(let handle):
            state = .ended(handle)
            return nil
        case .stopping(let handle, let joiner, let others):
            state = .joining(others: others)
            return (joiner, handle)
        case .ended, .joining, .joined: return nil
        }
    }

    /// The thread has been joined.
    ///
    /// - Returns: who else was waiting for that.
    mutating func joined() -> [Waiter] {
        guard case .joining(let others) = state else { return [] }
        state = .joined
        return others
    }
}

extension ThreadLifecycle.State: Sendable where Handle: Sendable, Waiter: Sendable {}
extension ThreadLifecycle: Sendable where Handle: Sendable, Waiter: Sendable {}
