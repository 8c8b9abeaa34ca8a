import CoreMetrics
import Metrics

/// What a watcher counts.
///
/// - `kubernetes_watch_restarts_total{resource,name,reason}`: watches that ended. `ended` is normal every few minutes.
/// - `kubernetes_watch_last_event_age_seconds{resource,name}`: since the server last said anything about the object.
struct WatchMetrics: Sendable {
    private let restarts: [WatchState.Restart: Counter]
    private let age: Gauge

    init(resource: String, name: String, factory: any MetricsFactory) {
        let labels = [("resource", resource), ("name", name)]
        restarts = Dictionary(
            uniqueKeysWithValues: WatchState.Restart.allCases.map { reason in
                let labels = labels + [("reason", reason.rawValue)]
                return (reason, Counter(label: "kubernetes_watch_restarts_total", dimensions: labels, factory: factory))
            })
        age = Gauge(label: "kubernetes_watch_last_event_age_seconds", dimensions: labels, factory: factory)
    }

    func restarted(_ reason: WatchState.Restart) { restarts[reason]?.increment() }

    func record(age: Duration) { self.age.record(age / .seconds(1)) }
}
