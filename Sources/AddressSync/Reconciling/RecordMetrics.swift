import DNSRecords
import Metrics
import NetworkPrimitives
import StatusServer

/// Counts what becomes of records, under the names that the original program had.
///
/// | name | kind |
/// |---|---|
/// | `esddns_dns_updates_total` | counter |
/// | `esddns_dns_update_failures_total` | counter |
/// | `esddns_dns_update_duration_seconds` | timer |
/// | `esddns_last_dns_update_timestamp` | gauge, seconds since 1970 |
/// | `esddns_state_in_sync` | gauge, 1 or 0 |
///
/// The labels of all are `record`, `type` and `provider`: bounded by what the settings name.
struct RecordMetrics: Sendable {
    private let factory: any MetricsFactory
    private let wallClock: @Sendable () -> Timestamp

    init(
        factory: (any MetricsFactory)? = nil, wallClock: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) {
        self.factory = factory ?? MetricsSystem.factory
        self.wallClock = wallClock
    }

    private static func dimensions(_ record: RecordDeclaration, _ provider: String) -> [(String, String)] {
        [("record", record.name.description), ("type", record.type.rawValue), ("provider", provider)]
    }

    /// Shows a record's counters as zero, so that the first failure is seen to be one more.
    func prepare(_ record: RecordDeclaration, provider: String) {
        let dimensions = Self.dimensions(record, provider)
        for label in ["esddns_dns_updates_total", "esddns_dns_update_failures_total"] {
            Counter(label: label, dimensions: dimensions, factory: factory).increment(by: 0)
        }
    }

    func count(_ news: RecordNews, of record: RecordDeclaration, provider: String) {
        let dimensions = Self.dimensions(record, provider)
        switch news {
        case .written:
            Counter(label: "esddns_dns_updates_total", dimensions: dimensions, factory: factory).increment()
            Gauge(label: "esddns_last_dns_update_timestamp", dimensions: dimensions, factory: factory)
                .record(wallClock().secondsSinceEpoch)
            inSync(true, dimensions)
        case .failed, .refused, .reverted:
            Counter(label: "esddns_dns_update_failures_total", dimensions: dimensions, factory: factory).increment()
            inSync(false, dimensions)
        case .inStep: inSync(true, dimensions)
        case .differs, .leftTo, .failedElsewhere, .propagating: inSync(false, dimensions)
        case .waiting, .secretsReplaced, .takingOver, .lasting, .recovered: break
        }
    }

    /// The provider was asked, and took so long.
    func took(_ duration: Duration, for record: RecordDeclaration, provider: String) {
        Timer(
            label: "esddns_dns_update_duration_seconds", dimensions: Self.dimensions(record, provider),
            preferredDisplayUnit: .seconds, factory: factory
        ).record(duration: duration)
    }

    private func inSync(_ isInSync: Bool, _ dimensions: [(String, String)]) {
        Gauge(label: "esddns_state_in_sync", dimensions: dimensions, factory: factory).record(isInSync ? 1 : 0)
    }
}
