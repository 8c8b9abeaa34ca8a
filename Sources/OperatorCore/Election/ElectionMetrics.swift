public import Metrics

/// The metrics of one elector, under the names that client-go's users know.
public struct ElectionMetrics: Sendable {
    private let leading: Gauge
    private let slowPaths: Counter

    /// - Parameter factory: `nil` uses the process-wide metrics system.
    public init(leaseName: String, factory: (any MetricsFactory)? = nil) {
        let factory = factory ?? MetricsSystem.factory
        let dimensions = [("name", leaseName)]
        leading = Gauge(label: "leader_election_master_status", dimensions: dimensions, factory: factory)
        slowPaths = Counter(label: "leader_election_slowpath_total", dimensions: dimensions, factory: factory)
    }

    /// 1 while leading, 0 otherwise.
    func isLeader(_ leads: Bool) { leading.record(leads ? 1 : 0) }
    /// A request failed, so that the Lease had to be read before the next step.
    func slowPath() { slowPaths.increment() }
}
