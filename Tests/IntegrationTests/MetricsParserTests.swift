import DNSRecords
import Foundation
import Logging
import Metrics
import OperatorCore
import StatusServer
import Testing
import WANDetection

@testable import AddressSync

/// The metrics as those read them that they are made for: promtool, and the Python client's parsers of both formats.
/// `scripts/install-test-servers.sh` and `scripts/install-metrics-parser.sh` install them.
@Suite(.timeLimit(.minutes(2))) struct MetricsParserTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL

    private static let hostile = "a\"quote\\back\nline {brace} ü🌍"

    private static func registry() throws -> PrometheusRegistry {
        var configuration = PrometheusRegistry.Configuration()
        configuration.buildInfo = ["version": "1.2.3"]
        let registry = PrometheusRegistry(configuration: configuration)
        MetricDescriptions.describe(in: registry)
        let record = try #require(
            try RecordDeclaration.parse("home.example.com/A", node: "node-1", standard: ProviderChoice(kind: "gandi"))
                .first)
        let records = RecordMetrics(factory: registry)
        records.prepare(record, provider: "gandi")
        records.count(.written(try #require(AddressSet("198.51.100.7")), "changed"), of: record, provider: "gandi")
        records.took(.milliseconds(120), for: record, provider: "gandi")
        _ = DetectionMetrics(factory: registry)
        _ = ElectionMetrics(leaseName: "esddns-leader", factory: registry)
        _ = StatusBoard(role: .leader, identity: "pod-a", metrics: registry)
        // Whatever a component hands over must not spoil the rest.
        registry.describe("strange.name-total", "A \\ strange \"help\"\ntext.")
        Counter(label: "strange.name-total", dimensions: [("bad-label", hostile), ("__x", "1")], factory: registry)
            .increment()
        registry.describe("strange_seconds", "A distribution.")
        for value in [0.001, 0.2, 1e9] {
            Recorder(label: "strange_seconds", dimensions: [("le", "1")], factory: registry).record(value)
        }
        return registry
    }

    private struct Reporter: StatusReporting {
        func report() async -> StatusReport {
            var report = StatusReport(
                role: .leader, identity: "pod-a", leading: true, version: "1.2.3", started: .now(),
                condition: .confirmed)
            report.addressChanged(to: "198.51.100.7", at: .now())
            report.ipv6 = .init()
            return report
        }
        func health() async -> [HealthCheck] { [.passed("loop"), .passed("both")] }
        func readiness() async -> [HealthCheck] {
            [.failed("lease", because: "not read"), .failed("both", because: "x")]
        }
    }

    @Test func everyReaderUnderstandsThem() async throws {
        let python = Self.root.appending(path: ".build-tools/metrics/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw TestProgram.Failure(
                description: "the Python client of Prometheus is not installed; `make test` does it")
        }
        let server = StatusServer(
            configuration: .init(host: "127.0.0.1", port: 0), report: Reporter(), metrics: try Self.registry(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let run = try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            let port = try await server.waitUntilListening()
            let run = try await TestProgram.run(
                python,
                [
                    Self.root.appending(path: "scripts/metrics/check-metrics.py").path,
                    "http://127.0.0.1:\(port)/metrics",
                    // The names of the original program.
                    "esddns_dns_updates_total{record=home.example.com}", "esddns_dns_update_failures_total",
                    "esddns_dns_update_duration_seconds_count{provider=gandi}", "esddns_last_dns_update_timestamp",
                    "esddns_current_wan_ip_info{ip_address=198.51.100.7}", "esddns_wan_ip_changes_total{family=ipv6}",
                    "esddns_wan_ip_discovery_duration_seconds_sum", "esddns_wan_ip_discovery_failures_total",
                    "esddns_state_in_sync", "esddns_service_health{component=lease}",
                    // And some of the others.
                    "esddns_wan_ip_confirmed{family=ipv6}", "esddns_build_info{version=1.2.3}",
                    "process_resident_memory_bytes", "leader_election_master_status",
                    "strange_name_total{bad_label=\(Self.hostile)}", "strange_seconds_bucket{exported_le=1}",
                ])
            tasks.cancelAll()
            return run
        }
        #expect(run.status == 0, "\(run.output)")
    }
}
