/// What is known about a token, and whether somebody is fetching another one. No I/O.
///
/// It starts out without a token; ``tokenWanted(at:)`` leads to a fetch, ``tokenFetched(_:at:)`` or ``fetchFailed(at:)``
/// ends it, and ``tokenRejected(_:)`` goes back to the start.
struct AccessTokenState: Sendable {
    /// What somebody who wants a token has to do.
    enum Action: Hashable {
        /// There is one.
        case use(SecretValue)
        /// Fetch one, and say how that ended.
        case fetch
        /// Wait for the end of that fetch, which somebody else has begun.
        case wait(fetch: UInt64)
    }

    private struct Held: Sendable {
        var secret: SecretValue
        var revision: SecretRevision
        var renewal: Duration
        var end: Duration
    }

    private var held: Held?
    private var isFetching = false
    /// How many fetches have ended, and so the number of the one that is under way.
    private(set) var fetch: UInt64 = 0

    /// - Parameters:
    ///   - now: time on a clock that never goes backwards.
    ///   - revision: what another token would be fetched with. One that was fetched with other secrets is dropped.
    mutating func tokenWanted(at now: Duration, with revision: SecretRevision = .unchanging) -> Action {
        if let held, held.revision != revision { self.held = nil }
        if let held, now < held.renewal { return .use(held.secret) }
        guard isFetching else {
            isFetching = true
            return .fetch
        }
        if let held, now < held.end { return .use(held.secret) }
        return .wait(fetch: fetch)
    }

    /// - Parameters:
    ///   - start: when the token was asked for, so that its lifetime is not overestimated.
    ///   - revision: what it was fetched with.
    mutating func tokenFetched(
        _ token: AccessToken, at start: Duration, with revision: SecretRevision = .unchanging
    ) {
        held = Held(
            secret: token.secret, revision: revision, renewal: start + token.renewalAge, end: start + token.lifetime)
        fetchEnded()
    }

    /// - Returns: the token there is, if it is still accepted: an issuer that is out of reach for a moment does no harm.
    mutating func fetchFailed(at now: Duration) -> SecretValue? {
        fetchEnded()
        return held.flatMap { now < $0.end ? $0.secret : nil }
    }

    /// The API does not accept the token, whatever its lifetime was to be.
    mutating func tokenRejected(_ secret: SecretValue) {
        if held?.secret == secret { held = nil }
    }

    /// Somebody says that another token may be had.
    mutating func forget() { held = nil }

    private mutating func fetchEnded() {
        isFetching = false
        fetch += 1
    }
}
