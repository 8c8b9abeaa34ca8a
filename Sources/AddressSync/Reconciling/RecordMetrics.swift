import DNSRecords
import Metrics
import NetworkPrimitives

/// Counts what becomes of records, under the names that the original program had.
struct RecordMetrics: Sendable {
    private let factory: any MetricsFactory

    init(factory: (any MetricsFactory)? = nil) { self.factory = factory ?? MetricsSystem.factory }

    func count(_ news: RecordNews, of record: RecordDeclaration, provider: String) {
        let dimensions = [
            ("record", record.name.description), ("type", record.type.rawValue), ("provider", provider),
        ]
        switch news {
        case .written:
            Counter(label: "esddns_dns_updates_total", dimensions: dimensions, factory: factory).increment()
            inSync(true, dimensions)
        case .failed, .refused, .reverted:
            Counter(label: "esddns_dns_update_failures_total", dimensions: dimensions, factory: factory).increment()
            inSync(false, dimensions)
        case .inStep: inSync(true, dimensions)
        case .differs, .leftTo, .failedElsewhere, .propagating: inSync(false, dimensions)
        case .waiting: break
        }
    }

    private func inSync(_ isInSync: Bool, _ dimensions: [(String, String)]) {
        Gauge(label: "esddns_state_in_sync", dimensions: dimensions, factory: factory).record(isInSync ? 1 : 0)
    }
}
