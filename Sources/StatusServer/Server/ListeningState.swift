import Synchronization

/// Tells whoever waits for it on which port the server listens, or that it never will.
final class ListeningState: Sendable {
    private enum Phase {
        case waiting([Int: CheckedContinuation<Int, any Error>])
        case decided(Result<Int, any Error>)
    }

    private struct State {
        var phase: Phase = .waiting([:])
        var lastWaiter = 0
    }

    private let state = Mutex(State())

    /// The port, once there is one.
    var port: Int? {
        state.withLock {
            guard case .decided(.success(let port)) = $0.phase else { return nil }
            return port
        }
    }

    /// The first decision counts.
    func decide(_ result: Result<Int, any Error>) {
        let waiters: [CheckedContinuation<Int, any Error>] = state.withLock { state in
            guard case .waiting(let waiters) = state.phase else { return [] }
            state.phase = .decided(result)
            return Array(waiters.values)
        }
        for waiter in waiters { waiter.resume(with: result) }
    }

    /// - Throws: why there is no port, or `CancellationError`.
    func wait() async throws -> Int {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let decided: Result<Int, any Error>? = state.withLock { state in
                    switch state.phase {
                    case .decided(let result):
                        return result
                    case .waiting(var waiters):
                        // Cancelled before it could wait: the handler below has already run and found nobody.
                        if Task.isCancelled { return .failure(CancellationError()) }
                        waiters[number] = continuation
                        state.phase = .waiting(waiters)
                        return nil
                    }
                }
                if let decided { continuation.resume(with: decided) }
            }
        } onCancel: {
            let waiter: CheckedContinuation<Int, any Error>? = state.withLock { state in
                guard case .waiting(var waiters) = state.phase else { return nil }
                let waiter = waiters.removeValue(forKey: number)
                state.phase = .waiting(waiters)
                return waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }
}
