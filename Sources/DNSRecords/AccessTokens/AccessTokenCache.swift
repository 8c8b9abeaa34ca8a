import Synchronization

/// Keeps an access token until shortly before it expires. However many ask at once, one of them fetches, in its own task,
/// and the others wait for that.
final class AccessTokenCache: Sendable {
    /// How a fetch ended for those who waited.
    private enum Ending: Sendable {
        case fetched(SecretValue)
        case failed(ProviderError)
        /// Whoever fetched was cancelled, or the one who waits was.
        case abandoned
    }

    private struct Shared: Sendable {
        var state = AccessTokenState()
        var waiters: [UInt64: CheckedContinuation<Ending, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let uptime: @Sendable () -> Duration
    /// What a token is fetched with, as it is now. A token that was fetched with other secrets is not used.
    let secretRevision: @Sendable () -> SecretRevision
    private let fetch: @Sendable () async throws(ProviderError) -> AccessToken
    private let shared = Mutex(Shared())

    /// - Parameters:
    ///   - uptime: a clock that never goes backwards.
    ///   - secretRevision: what tokens are fetched with, as it is now.
    ///   - fetch: gets another token from whoever issues them.
    init(
        uptime: @escaping @Sendable () -> Duration,
        secretRevision: @escaping @Sendable () -> SecretRevision = { .unchanging },
        fetch: @escaping @Sendable () async throws(ProviderError) -> AccessToken
    ) {
        self.uptime = uptime
        self.secretRevision = secretRevision
        self.fetch = fetch
    }

    /// A token that should be accepted.
    ///
    /// - Throws: what fetching one throws; ``ProviderError/Kind/temporary`` to a task that is cancelled while it waits.
    func token() async throws(ProviderError) -> SecretValue {
        while true {
            let revision = secretRevision()
            switch shared.withLock({ $0.state.tokenWanted(at: uptime(), with: revision) }) {
            case .use(let secret): return secret
            case .fetch: return try await fetchForAll(with: revision)
            case .wait(let fetch):
                switch await ending(of: fetch) {
                case .fetched(let secret): return secret
                case .failed(let error): throw error
                case .abandoned:
                    // Otherwise the next one to ask fetches in the place of the one that was cancelled.
                    if Task.isCancelled {
                        throw ProviderError(.temporary, "cancelled while waiting for an access token")
                    }
                }
            }
        }
    }

    /// Says that the API does not accept a token, so that the next one to ask fetches another.
    func reject(_ secret: SecretValue) {
        shared.withLock { $0.state.tokenRejected(secret) }
    }

    /// Lets go of the token there is, so that the next one to ask fetches another.
    func forget() { shared.withLock { $0.state.forget() } }

    private func fetchForAll(with revision: SecretRevision) async throws(ProviderError) -> SecretValue {
        let start = uptime()
        do throws(ProviderError) {
            let token = try await fetch()
            end(.fetched(token.secret)) { $0.tokenFetched(token, at: start, with: revision) }
            return token.secret
        } catch {
            let now = uptime()
            let isAbandoned = Task.isCancelled
            var old: SecretValue?
            end(isAbandoned ? .abandoned : .failed(error)) { old = $0.fetchFailed(at: now) }
            guard let old, !isAbandoned else { throw error }
            return old
        }
    }

    private func end(_ ending: Ending, _ record: (inout AccessTokenState) -> Void) {
        let waiters = shared.withLock { shared in
            record(&shared.state)
            defer { shared.waiters = [:] }
            return shared.waiters.values
        }
        for waiter in waiters { waiter.resume(returning: ending) }
    }

    private func ending(of fetch: UInt64) async -> Ending {
        let id = shared.withLock { shared in
            shared.nextWaiter += 1
            return shared.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = shared.withLock { shared in
                    // The cancellation handler may have run before there was anything to resume.
                    if shared.state.fetch != fetch || Task.isCancelled { return true }
                    shared.waiters[id] = continuation
                    return false
                }
                if isOver { continuation.resume(returning: .abandoned) }
            }
        } onCancel: {
            shared.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: .abandoned)
        }
    }
}
