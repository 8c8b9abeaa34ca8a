import Metrics

/// Counts what becomes of notifications and pings.
///
/// | name | labels |
/// |---|---|
/// | `esddns_notifications_total` | `outcome`: `delivered`, `given_up`, `dropped` |
/// | `esddns_notification_failures_total` | `reason`: why an attempt failed, such as `timed_out` or `status_5xx` |
/// | `esddns_pings_total` | `outcome`: `accepted`, `failed` |
struct NotificationMetrics: Sendable {
    enum Outcome: String, CaseIterable { case delivered, givenUp = "given_up", dropped }

    private let factory: any MetricsFactory

    init(factory: (any MetricsFactory)? = nil) { self.factory = factory ?? MetricsSystem.factory }

    /// Shows what has not happened yet as zero.
    func prepareNotifications() {
        for outcome in Outcome.allCases { count(outcome, by: 0) }
    }

    func preparePings() {
        for isAccepted in [true, false] { ping(isAccepted: isAccepted, by: 0) }
    }

    func count(_ outcome: Outcome, by number: Int64 = 1) {
        Counter(
            label: "esddns_notifications_total", dimensions: [("outcome", outcome.rawValue)], factory: factory
        ).increment(by: number)
    }

    func failed(_ failure: WebhookSender.Failure) {
        Counter(
            label: "esddns_notification_failures_total", dimensions: [("reason", failure.label)], factory: factory
        ).increment()
    }

    func ping(isAccepted: Bool, by number: Int64 = 1) {
        Counter(
            label: "esddns_pings_total", dimensions: [("outcome", isAccepted ? "accepted" : "failed")], factory: factory
        ).increment(by: number)
    }
}
