/// How long to wait before the next try: growing with every failure, spread at random, never less than the server asks.
///
/// The spread is "full jitter": any time between nothing and the bound is equally likely, so that many clients that
/// failed together do not come back together.
public struct Backoff: Hashable, Sendable {
    /// Bound of the wait after the first failure; it doubles with each further one.
    public var first: Duration
    /// The bound does not grow beyond this.
    public var maximum: Duration
    /// Wait where the server refuses the credentials or the right: it takes a person to mend that.
    public var refused: ClosedRange<Duration>
    /// A server or a proxy cannot make us wait longer than this with `Retry-After`.
    public var maximumRetryAfter: Duration
    /// How often it has failed in a row.
    public private(set) var failures = 0

    public init(
        first: Duration = .milliseconds(800),
        maximum: Duration = .seconds(30),
        refused: ClosedRange<Duration> = .seconds(30) ... .seconds(60),
        maximumRetryAfter: Duration = .seconds(300)
    ) {
        self.first = first
        self.maximum = maximum
        self.refused = refused
        self.maximumRetryAfter = maximumRetryAfter
    }

    /// Counts a failure.
    ///
    /// - Parameter retryAfter: what the server asked for; the wait is at least that.
    /// - Returns: how long to wait now.
    public mutating func next(
        retryAfter: Duration? = nil, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        // 2^20 times any first bound is beyond any maximum, and far from overflow.
        let bound = min(first * (1 << min(failures, 20)), maximum)
        failures += 1
        let wait = bound * Double.random(in: 0...1, using: &generator)
        return max(wait, min(retryAfter ?? .zero, maximumRetryAfter))
    }

    /// Counts a failure; a refusal (401, 403) is waited for slowly, whatever came before.
    public mutating func next(
        after error: KubernetesError, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        let wait = next(retryAfter: error.retryAfter, using: &generator)
        guard error.isUnauthorized || error.isForbidden else { return wait }
        let width = refused.upperBound - refused.lowerBound
        return max(wait, refused.lowerBound + width * Double.random(in: 0...1, using: &generator))
    }

    /// Starts from the first bound again.
    public mutating func reset() { failures = 0 }
}
