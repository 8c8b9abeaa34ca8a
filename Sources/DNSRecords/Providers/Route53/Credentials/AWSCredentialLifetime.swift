/// Which credentials are held, and when others are due. A value without I/O; all times are seconds since the epoch.
struct AWSCredentialLifetime: Sendable {
    enum Action: Hashable, Sendable {
        case use(AWSCredentials)
        /// Load others; where that fails, those can still be used.
        case load(orElse: AWSCredentials?)
    }

    /// Others are loaded so long before the end, because AWS hands them out that early, and so that there is time to retry.
    static let margin: UInt64 = 300
    /// No credentials are used for the first time so shortly before their end: the request has to arrive as well.
    static let leeway: UInt64 = 10
    /// Time between two attempts while there are credentials that can be used.
    static let retryInterval: UInt64 = 30

    private var held: AWSCredentials?
    /// What ``held`` was loaded with.
    private var revision = SecretRevision.unchanging
    private var nextAttempt: UInt64 = 0

    init() {}

    /// - Parameter revision: what others would be loaded with. Those that were loaded with other secrets are dropped.
    mutating func credentialsWanted(now: UInt64, with revision: SecretRevision = .unchanging) -> Action {
        if revision != self.revision { held = nil }
        guard let held, let expiration = held.expiration, expiration > now + Self.leeway else {
            return .load(orElse: nil)
        }
        // A clock that was set back would put the next attempt off for as long.
        let isEarly = now < nextAttempt && nextAttempt - now <= Self.retryInterval
        return expiration > now + Self.margin || isEarly ? .use(held) : .load(orElse: held)
    }

    /// - Throws: ``ProviderError/Kind/temporary`` where they have expired already.
    mutating func loaded(
        _ credentials: AWSCredentials, now: UInt64, with revision: SecretRevision = .unchanging
    ) throws(ProviderError) {
        guard let expiration = credentials.expiration else {
            // They are given, and are read again at every use.
            held = nil
            return
        }
        guard expiration > now + Self.leeway else {
            throw ProviderError(
                .temporary,
                "\(credentials.origin): the credentials expire at \(UTCTimestamp.basic(expiration)), and by this machine's "
                    + "clock it is \(UTCTimestamp.basic(now)); check the clock")
        }
        held = credentials
        self.revision = revision
        nextAttempt = now + Self.retryInterval
    }

    mutating func loadFailed(now: UInt64) { nextAttempt = now + Self.retryInterval }

    /// Somebody says that others may be had.
    mutating func forget() { held = nil }

    /// AWS did not accept them.
    mutating func refused(_ credentials: AWSCredentials) {
        if held == credentials { held = nil }
    }
}
