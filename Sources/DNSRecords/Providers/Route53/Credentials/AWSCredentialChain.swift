import Synchronization

/// Asks the places where credentials may be, in order, and keeps what it got until shortly before it expires.
final class AWSCredentialChain: Sendable {
    private let sources: [any AWSCredentialSource]
    private let clock: WallClock
    private let lifetime = Mutex(AWSCredentialLifetime())

    /// - Parameter sources: at least one.
    init(_ sources: [any AWSCredentialSource], clock: WallClock) {
        self.sources = sources
        self.clock = clock
    }

    /// For tests and for people: where credentials are looked for.
    var titles: [String] { sources.map(\.title) }

    /// Credentials that are good for now. Several callers at once may each load some.
    func current() async throws(ProviderError) -> AWSCredentials {
        let revision = secretRevision()
        let action = lifetime.withLock { $0.credentialsWanted(now: clock.secondsSinceEpoch, with: revision) }
        switch action {
        case .use(let credentials): return credentials
        case .load(let old):
            do throws(ProviderError) {
                let credentials = try await load()
                let result: Result<Void, ProviderError> = lifetime.withLock { lifetime in
                    Result { () throws(ProviderError) in
                        try lifetime.loaded(credentials, now: clock.secondsSinceEpoch, with: revision)
                    }
                }
                try result.get()
                return credentials
            } catch {
                lifetime.withLock { $0.loadFailed(now: clock.secondsSinceEpoch) }
                guard let old else { throw error }
                return old
            }
        }
    }

    /// AWS did not accept them; the next request uses others.
    func refused(_ credentials: AWSCredentials) { lifetime.withLock { $0.refused(credentials) } }

    /// Lets go of what there is, so that the next request loads anew.
    func forget() { lifetime.withLock { $0.forget() } }

    /// What credentials are loaded with, as it is now, wherever they may come from.
    func secretRevision() -> SecretRevision { sources.reduce(.unchanging) { $0 + $1.secretRevision } }

    private func load() async throws(ProviderError) -> AWSCredentials {
        for source in sources {
            if let credentials = try await source.load() { return credentials }
        }
        throw ProviderError(.refused, "there are no AWS credentials; looked for in \(titles.joined(separator: ", "))")
    }
}
