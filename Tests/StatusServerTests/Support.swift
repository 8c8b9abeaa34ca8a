import Logging
import NIOCore
import NIOPosix
import StatusServer
import Synchronization
import Testing

/// A reporter that says what a test tells it to.
struct FixedReporter: StatusReporting {
    var status = StatusReport(
        role: .leader, identity: "pod-a", leading: true, version: "1.2.3",
        started: Timestamp(secondsSinceEpoch: 1_795_374_000), time: Timestamp(secondsSinceEpoch: 1_795_374_755)
    )
    var healthChecks: [HealthCheck] = []
    var readinessChecks: [HealthCheck] = []

    func report() async -> StatusReport { status }
    func health() async -> [HealthCheck] { healthChecks }
    func readiness() async -> [HealthCheck] { readinessChecks }
}

extension StatusReport {
    /// A report with something in every place.
    static let full: StatusReport = {
        var report = FixedReporter().status
        report.leader = "pod-a_uuid"
        report.epoch = 184_467
        report.addressChanged(to: "198.51.100.7", at: Timestamp(secondsSinceEpoch: 1_795_374_600))
        report.condition = .confirmed
        report.confirmedAt = Timestamp(secondsSinceEpoch: 1_795_374_700)
        report.votes = [
            Vote(
                source: "stun.example.net:3478", transport: "udp", operatorName: "example", address: "198.51.100.7",
                seconds: 0.0123),
            Vote(source: "stun.example.org:3478", transport: "tcp", operatorName: "other", error: "timed out"),
        ]
        report.records = [
            Record(
                name: "home.example.com", type: "A", phase: .synced, desired: "198.51.100.7", observed: "198.51.100.7",
                ttl: 300, provider: "gandi", node: "node-1", updated: Timestamp(secondsSinceEpoch: 1_795_374_601)
            )
        ]
        return report
    }()

    /// A leader of 200 nodes, each with a record of its own, that has seen 20 changes.
    static let largeCluster: StatusReport = {
        var report = FixedReporter().status
        let now = report.time.secondsSinceEpoch
        report.leader = "esddns-leader-6c9d8f7b5d-x2x7k_0f8fad5b-d9cb-469f-a165-70867728950e"
        report.condition = .confirmed
        report.confirmedAt = report.time
        for number in (0..<20).reversed() {
            report.addressChanged(
                to: "198.51.100.\(number)", at: Timestamp(secondsSinceEpoch: now - 3_600 * Int64(number)))
        }
        report.votes = (0..<5).map {
            .init(
                source: "stun\($0).example.net:3478", transport: "udp", operatorName: "operator-\($0)",
                address: "198.51.100.0", seconds: 0.0123)
        }
        report.records = (0..<20).map {
            .init(
                name: "host-\($0).example.com", type: "A", phase: .synced, desired: "198.51.100.0",
                observed: "198.51.100.0", provider: "gandi", node: "node-\($0)",
                updated: Timestamp(secondsSinceEpoch: now - 60))
        }
        report.nodes = (0..<200).map {
            .init(name: "node-\($0)", records: 1, updated: Timestamp(secondsSinceEpoch: now - Int64($0)))
        }
        return report
    }()
}

/// Keeps log lines.
final class LinesOutput: LogOutput {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    func write(line: String) { kept.withLock { $0.append(line) } }
}

extension Logger {
    /// Writes nowhere.
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// One TCP connection that sends bytes as they are given and reads to the end, so that malformed requests can be made.
enum RawClient {
    static func exchange(port: Int, _ request: String) async throws -> String {
        let channel = try await connect(port: port)
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request))
            var answer = ""
            for try await buffer in inbound { answer += String(buffer: buffer) }
            return answer
        }
    }

    static func get(port: Int, _ path: String, headers: String = "") async throws -> String {
        try await exchange(port: port, "GET \(path) HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\(headers)\r\n")
    }

    static func connect(port: Int) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
    }
}

/// Runs a server on a port of the system's choice for as long as the body runs.
func withStatusServer<Result: Sendable>(
    _ reporter: any StatusReporting = FixedReporter(),
    metrics: PrometheusRegistry = PrometheusRegistry(),
    idleTimeout: Duration = .seconds(60),
    _ body: @Sendable (Int) async throws -> Result
) async throws -> Result {
    let server = StatusServer(
        configuration: .init(host: "127.0.0.1", port: 0, idleTimeout: idleTimeout),
        report: reporter, metrics: metrics, logger: .silent
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        let result = try await body(try await server.waitUntilListening())
        group.cancelAll()
        return result
    }
}
