import Synchronization

/// Ties the liveness check of a process to its elector, which may be made later than the server that answers the check.
///
/// A check fails only where a restart would help: an elector that neither renews its Lease nor ends its term, or that has
/// stopped turning. A standby is healthy, and so is a candidate that cannot reach the API server.
///
/// ```swift
/// let health = ElectionHealth(tolerance: .seconds(20))
/// …                                        // GET /healthz: 503 where health.failure is not nil
/// let elector = LeaderElector(settings: settings, api: client)
/// health.attach(to: elector)
/// await elector.run { term in … }
/// ```
public final class ElectionHealth: Sendable {
    private let tolerance: Duration
    private let check = Mutex<(@Sendable (Duration) -> String?)?>(nil)

    /// - Parameter tolerance: how long after the expiry of its Lease a leader that did not notice still counts as healthy.
    public init(tolerance: Duration = .seconds(20)) { self.tolerance = tolerance }

    /// From now on the check is about this elector.
    public func attach<C: Clock>(to elector: LeaderElector<C>) {
        check.withLock { $0 = { elector.healthFailure(tolerance: $0) } }
    }

    /// Why the process should be restarted; `nil` while it is healthy, and before there is an elector.
    public var failure: String? { check.withLock { $0 }?(tolerance) }
}
