import Foundation
import Logging
import StatusServer
import Testing

/// The status page as a person sees it: in Chromium, light, dark and narrow, while the address changes.
/// `scripts/install-browser.sh` installs it; `scripts/browser/check-page.py` says what is looked at.
@Suite(.timeLimit(.minutes(3))) struct StatusPageInBrowserTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../scripts/browser/check-page.py").standardizedFileURL.path
    private static let old = "198.51.100.7"
    private static let new = "203.0.113.250"

    /// Shows the address that stands in a file, after a crowded past.
    private struct Reporter: StatusReporting {
        let file: URL
        let start = Timestamp.now()

        private func earlier(_ seconds: Int64) -> Timestamp {
            Timestamp(secondsSinceEpoch: start.secondsSinceEpoch - seconds)
        }

        func report() async -> StatusReport {
            let attack = #"<img src=x onerror="window.injected=1"></script><script>window.injected=1</script>"#
            var ipv4 = StatusReport.Finding(
                condition: .confirmed, confirmedAt: start,
                votes: [
                    .init(
                        source: "stun.example.net:3478", transport: "udp", operatorName: "example",
                        address: StatusPageInBrowserTests.old,
                        seconds: 0.0123),
                    .init(source: "https://ip.example.org/", transport: "https", operatorName: "other", error: attack),
                ])
            for step in 0..<16 {
                ipv4.addressChanged(to: "192.0.2.\(step % 9)", at: earlier(Int64(900_000 - step * step * 3_500)))
            }
            ipv4.addressChanged(to: StatusPageInBrowserTests.old, at: earlier(7_500))
            let address = (try? String(contentsOf: file, encoding: .utf8)) ?? "unreadable"
            ipv4.addressChanged(to: address, at: start)
            var ipv6 = StatusReport.Finding(condition: .unconfirmed)
            ipv6.addressChanged(to: "2001:db8:1234:5678:9abc:def0:1234:5678", at: earlier(86_400))
            var report = StatusReport(
                role: .leader, identity: "esddns-leader-6c9f8b7d5-x2vqn_0b1c2d3e-4f50", leading: true, version: "1.2.3",
                started: earlier(900_000), leader: "esddns-leader-6c9f8b7d5-x2vqn_0b1c2d3e-4f50", epoch: 184_467,
                records: StatusReport.Record.Phase.allCases.map { phase in
                    .init(
                        name: "\(phase.rawValue.lowercased()).a-long-name.home.example.com", type: "A", phase: phase,
                        desired: address, observed: StatusPageInBrowserTests.old, ttl: 300, provider: "gandi",
                        node: "node-1",
                        error: phase == .failed ? "the provider refused: \(attack)" : nil, updated: earlier(42))
                })
            report.ipv4 = ipv4
            report.ipv6 = ipv6
            return report
        }

        func health() async -> [HealthCheck] { [.passed("loop")] }
        func readiness() async -> [HealthCheck] { [.passed("loop")] }
    }

    @Test func isReadableEverywhereAndShowsAChangeAsItHappens() async throws {
        _ = try TestProgram.path(of: "chromium")
        try await TestProgram.withDirectory { directory in
            let file = directory.appending(path: "address")
            try Data(Self.old.utf8).write(to: file)
            let server = StatusServer(
                configuration: .init(host: "127.0.0.1", port: 0), report: Reporter(file: file),
                metrics: PrometheusRegistry(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let run = try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await server.run() }
                let port = try await server.waitUntilListening()
                // For whoever wants to see it.
                let screenshots = ProcessInfo.processInfo.environment["ESDDNS_SCREENSHOTS"]
                let run = try await TestProgram.run(
                    "python3",
                    [Self.script, "http://127.0.0.1:\(port)/", file.path, Self.old, Self.new]
                        + (screenshots.map { [$0] } ?? []))
                tasks.cancelAll()
                return run
            }
            #expect(run.status == 0, "\(run.output)")
        }
    }
}
