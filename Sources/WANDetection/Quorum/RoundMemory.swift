public import NetworkPrimitives

/// What one round leaves to the next.
///
/// Where no source is authenticated, a changed address is accepted only if two rounds in a row agree on it; and with
/// ``EgressPolicy/all``, it takes several rounds to add an address or to remove one.
public struct RoundMemory: Hashable, Sendable {
    /// The changed address on which the last round agreed.
    public private(set) var candidate: IPAddress?
    private(set) var egresses = EgressSet()

    public init() {}

    /// Takes note of a round's end. A round that was cancelled says nothing, so it changes nothing.
    public mutating func roundEnded(_ verdict: Verdict) {
        guard verdict.condition != .unconfirmed(.cancelled) else { return }
        candidate = verdict.candidate
        egresses = verdict.egresses ?? egresses
    }
}

/// How often and after which pauses a round without a verdict is repeated, before the schedule waits for the next probe.
public struct RoundRetryPolicy: Hashable, Sendable {
    /// Rounds in all, at least 1.
    public var attempts: Int
    /// Before the first repetition; doubles with each further one.
    public var delay: Duration
    /// No pause is longer.
    public var maximumDelay: Duration

    public init(attempts: Int = 3, delay: Duration = .seconds(5), maximumDelay: Duration = .seconds(60)) {
        self.attempts = attempts
        self.delay = delay
        self.maximumDelay = maximumDelay
    }

    /// The pause before the next round, after `rounds` of them (1 or more) had no verdict; `nil` after the last.
    public func delay(afterRounds rounds: Int) -> Duration? {
        guard rounds < attempts else { return nil }
        var pause = delay
        for _ in 1..<max(rounds, 1) where pause < maximumDelay { pause *= 2 }
        return min(pause, maximumDelay)
    }
}
