import StatusServer

/// What the metrics of the whole program mean, for the HELP lines. What the registry and the status server make of
/// themselves is described there.
enum MetricDescriptions {
    static let all: [(label: String, help: String)] = [
        ("esddns_dns_updates_total", "Records written at their provider."),
        ("esddns_dns_update_failures_total", "Attempts to write a record that failed, were refused or were reverted."),
        (
            "esddns_dns_update_duration_seconds",
            "How long a provider took to bring a record to its address, in seconds."
        ),
        (
            "esddns_last_dns_update_timestamp",
            "When the record was last written, in seconds since 1970-01-01T00:00:00Z."
        ),
        ("esddns_state_in_sync", "Whether the record holds the WAN address: 1 or 0."),
        ("esddns_wan_ip_changes_total", "Changes of the WAN address from one to another."),
        ("esddns_wan_ip_discovery_duration_seconds", "How long a full round of questions took, in seconds."),
        ("esddns_wan_ip_discovery_failures_total", "Full rounds that confirmed no address."),
        ("esddns_wan_ip_verdicts_total", "Full rounds by what they came to."),
        ("esddns_wan_ip_source_answers_total", "Answers and failures of sources, by operator and transport."),
        ("leader_election_master_status", "Whether this process leads: 1 or 0."),
        ("leader_election_slowpath_total", "Times that the Lease had to be read again because a request failed."),
        ("esddns_notifications_total", "Notifications by what became of them: delivered, given_up or dropped."),
        ("esddns_notification_failures_total", "Attempts to deliver a notification that failed, by reason."),
        ("esddns_pings_total", "Pings to the service that watches for them, by whether it accepted them."),
        ("kubernetes_events_total", "Events for people, by whether the API server took them."),
        ("kubernetes_watch_restarts_total", "Watches that ended, by reason; it is normal every few minutes."),
        (
            "kubernetes_watch_last_event_age_seconds",
            "Since the API server last said anything about an object, in seconds."
        ),
        ("rest_client_requests_total", "Requests to the API server, by code, method and host."),
        ("rest_client_request_duration_seconds", "How long requests to the API server took, in seconds."),
    ]

    static func describe(in registry: PrometheusRegistry) {
        for (label, help) in all { registry.describe(label, help) }
    }
}
