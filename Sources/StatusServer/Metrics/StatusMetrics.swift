/// Metrics that follow from what a process says about itself. Made anew for each exposition, so that they agree with
/// the status page and the checks, and so that an address that is gone leaves nothing behind.
enum StatusMetrics {
    static func snapshots(report: StatusReport, checks: [HealthCheck]) -> [MetricSnapshot] {
        let families = [("ipv4", report.ipv4)] + (report.ipv6.map { [("ipv6", $0)] } ?? [])
        let addresses = families.compactMap { family, finding in
            finding.address.map { address in
                MetricSnapshot.Sample(
                    labels: LabelSet([("family", family), ("ip_address", address)]), value: .number(1))
            }
        }
        let confirmed = families.map { family, finding in
            MetricSnapshot.Sample(
                labels: LabelSet([("family", family)]), value: .number(finding.condition == .confirmed ? 1 : 0))
        }
        // Of two checks of one name, one that fails counts: two samples of one series would spoil the whole scrape.
        let health = Dictionary(checks.map { ($0.name, $0.failure == nil) }) { $0 && $1 }
        return [
            MetricSnapshot(
                name: "esddns_current_wan_ip_info", kind: .gauge,
                help: "Always 1; the label tells the confirmed WAN address.", samples: addresses),
            MetricSnapshot(
                name: "esddns_wan_ip_confirmed", kind: .gauge,
                help: "Whether the last round of questions confirmed the WAN address: 1 or 0.", samples: confirmed),
            MetricSnapshot(
                name: "esddns_service_health", kind: .gauge,
                help: "Whether a check of /healthz or /readyz passes: 1 or 0.",
                samples: health.map {
                    .init(labels: LabelSet([("component", $0.key)]), value: .number($0.value ? 1 : 0))
                }),
        ]
    }

    /// Names that no other metric may have.
    static let names: Set<String> = ["esddns_current_wan_ip_info", "esddns_wan_ip_confirmed", "esddns_service_health"]
}
