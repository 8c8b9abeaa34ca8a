import HTTPTypes
import Metrics
import Testing

@testable import StatusServer

@Suite struct StatusMetricsTests {
    private func exposition(_ reporter: FixedReporter, registry: PrometheusRegistry = PrometheusRegistry()) async
        -> String
    {
        let response = await StatusRoutes(reporter: reporter, metrics: registry)
            .respond(to: StatusRequest(method: .get, target: "/metrics"))
        return String(decoding: response.body, as: UTF8.self)
    }

    @Test func theAddressIsALabelAndOnlyTheCurrentOne() async {
        var report = StatusReport.full
        report.addressChanged(to: "203.0.113.9", at: Timestamp(secondsSinceEpoch: 1_795_374_700))
        let text = await exposition(FixedReporter(status: report))
        #expect(text.contains("\nesddns_current_wan_ip_info{family=\"ipv4\",ip_address=\"203.0.113.9\"} 1\n"))
        #expect(text.contains("\nesddns_wan_ip_confirmed{family=\"ipv4\"} 1\n"))
        #expect(!text.contains("198.51.100.7"))
    }

    @Test func withoutAnAddressThereIsNone() async {
        let text = await exposition(FixedReporter())
        #expect(!text.contains("esddns_current_wan_ip_info"))
        #expect(text.contains("\nesddns_wan_ip_confirmed{family=\"ipv4\"} 0\n"))
    }

    @Test func everyCheckIsAComponent() async {
        let reporter = FixedReporter(
            healthChecks: [.passed("loop"), .passed("both")],
            readinessChecks: [.failed("lease", because: "secret"), .failed("both", because: "x")])
        let text = await exposition(reporter)
        #expect(text.contains("\nesddns_service_health{component=\"loop\"} 1\n"))
        #expect(text.contains("\nesddns_service_health{component=\"lease\"} 0\n"))
        #expect(text.contains("\nesddns_service_health{component=\"both\"} 0\n"))
        #expect(!text.contains("secret"))
    }

    @Test func theirNamesAreReserved() async {
        let registry = PrometheusRegistry()
        Gauge(label: "esddns_service_health", factory: registry).record(7)
        let text = await exposition(FixedReporter(), registry: registry)
        #expect(!text.contains("esddns_service_health 7"))
        #expect(text.contains("esddns_metrics_dropped_series_total{reason=\"type_conflict\"} 1\n"))
    }
}
