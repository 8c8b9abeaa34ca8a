import Foundation
import Logging
import Metrics
import StatusServer

/// How long a scrape and the status page take, as whoever asks sees it.
struct StatusServing: Benchmark {
    static let name = "status-server"
    static let summary = """
        One client on a loopback connection that stays open asks the status server for the metrics, 500 series of counters, \
        gauges and histograms, and for the page of a leader with 200 nodes, 20 records and 20 changes of the address; the peer \
        is asked in turn. From sending the request until the whole answer is there.
        """
    static let runs = 1000

    private static let warmUp = 50

    func run(_ context: BenchmarkContext) async throws -> [Figure] {
        let registry = PrometheusRegistry()
        Self.fill(registry)
        let server = StatusServer(
            configuration: .init(host: "127.0.0.1", port: 0), report: LargeCluster(), metrics: registry,
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.waitUntilListening()
            let client = try LoopbackClient(port: port)
            let page = try client.get("/")
            let series = String(decoding: try client.get("/metrics"), as: UTF8.self).split(separator: "\n")
                .count { $0.hasPrefix("bench_") }
            guard series == 500 else { throw BenchmarkError("\(series) series are served, not 500") }
            let peer = try MetricsPeer.start(pageBytes: page.count)
            defer { peer?.stop() }
            let peerClient = try peer.map { try LoopbackClient(port: $0.port) }
            let scrape = try Self.measure("/metrics", "/metrics", client, peerClient, context.runs)
            let shown = try Self.measure("/", "/page", client, peerClient, context.runs)
            group.cancelAll()
            let name = "Python prometheus_client"
            let file = "Python, file of that size"
            func outcome(_ samples: [Double]) -> Figure.Peer.Outcome {
                peer == nil ? .missing("scripts/install-metrics-parser.sh installs it") : .measured(samples)
            }
            return [
                Figure(
                    "scrape of \(series) series", unit: "ms", .median, of: scrape.ours, target: .atMost(2),
                    peers: [.init(name, outcome(scrape.theirs))]),
                Figure(
                    "scrape of \(series) series", unit: "ms", .percentile(99), of: scrape.ours,
                    peers: [.init(name, outcome(scrape.theirs))]),
                Figure(
                    "status page", unit: "ms", .median, of: shown.ours, target: .atMost(5),
                    peers: [.init(file, outcome(shown.theirs))]),
                Figure(
                    "status page", unit: "ms", .percentile(99), of: shown.ours,
                    peers: [.init(file, outcome(shown.theirs))]),
                Figure("its size", unit: "kB", .last, of: [Double(page.count) / 1000], target: .atMost(60)),
            ]
        }
    }

    /// - Returns: milliseconds.
    private static func measure(
        _ path: String, _ peerPath: String, _ client: LoopbackClient, _ peer: LoopbackClient?, _ runs: Int
    ) throws -> (ours: [Double], theirs: [Double]) {
        var samples: (ours: [Double], theirs: [Double]) = ([], [])
        for number in 0..<(warmUp + runs) {
            let own = try time { _ = try client.get(path) }
            let other = try peer.map { peer in try time { _ = try peer.get(peerPath) } }
            guard number >= warmUp else { continue }
            samples.ours.append(own)
            if let other { samples.theirs.append(other) }
        }
        return samples
    }

    private static func time(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        return start.duration(to: .now) / .milliseconds(1)
    }

    /// The same series as the peer has: `scripts/peers/metrics-server.py`.
    private static func fill(_ registry: PrometheusRegistry) {
        for number in 0..<20 {
            registry.describe("bench_counter_\(number)_total", "A counter.")
            for record in 0..<10 {
                let dimensions = [("record", "host-\(record).example.com"), ("type", "A")]
                Counter(label: "bench_counter_\(number)_total", dimensions: dimensions, factory: registry)
                    .increment(by: number)
            }
        }
        for number in 0..<11 {
            registry.describe("bench_gauge_\(number)", "A gauge.")
            for record in 0..<(number < 10 ? 10 : 2) {
                let dimensions = [("record", "host-\(record).example.com"), ("type", "A")]
                Gauge(label: "bench_gauge_\(number)", dimensions: dimensions, factory: registry).record(number)
            }
        }
        for number in 0..<11 {
            registry.describe("bench_timer_\(number)_seconds", "A timer.")
            Metrics.Timer(label: "bench_timer_\(number)_seconds", factory: registry)
                .recordNanoseconds(Int64(3_000_000 * number))
        }
    }

    private struct LargeCluster: StatusReporting {
        func report() async -> StatusReport {
            let now = Timestamp.now()
            func before(_ seconds: Int64) -> Timestamp {
                Timestamp(secondsSinceEpoch: now.secondsSinceEpoch - seconds)
            }
            var report = StatusReport(
                role: .leader, identity: "esddns-leader-6c9d8f7b5d-x2x7k", leading: true, version: "1.2.3",
                started: before(86_400), condition: .confirmed, leader: "esddns-leader-6c9d8f7b5d-x2x7k",
                epoch: 184_467,
                confirmedAt: before(60),
                votes: (0..<5).map {
                    .init(
                        source: "stun\($0).example.net:3478", transport: "udp", operatorName: "operator-\($0)",
                        address: "198.51.100.0", seconds: 0.0123)
                },
                records: (0..<20).map {
                    .init(
                        name: "host-\($0).example.com", type: "A", phase: .synced, desired: "198.51.100.0",
                        observed: "198.51.100.0", provider: "gandi", node: "node-\($0)", updated: before(60))
                },
                nodes: (0..<200).map { .init(name: "node-\($0)", records: 1, updated: before(Int64($0))) })
            for number in (0..<20).reversed() {
                report.addressChanged(to: "198.51.100.\(number)", at: before(3600 * Int64(number)))
            }
            return report
        }

        func health() async -> [HealthCheck] { [.passed("elector")] }
        func readiness() async -> [HealthCheck] { [.passed("lease")] }
    }
}
