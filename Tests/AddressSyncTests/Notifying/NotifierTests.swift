import ClusterSimulator
import CurlHTTP
import DNSRecords
import Foundation
import OperatorCore
import StatusServer
import TestSupport
import Testing

@testable import AddressSync

@Suite(.timeLimit(.minutes(1))) struct NotifierTests {
    private func run(
        _ webhook: (SimulatedWebhookServer) throws -> NotificationSettings.Webhook = {
            try NotifyingFixture.webhook($0.url + NotifyingFixture.path)
        },
        _ work: @escaping @Sendable (SimulatedWebhookServer, Notifier<VirtualClock>, VirtualClock) async throws -> Void
    ) async throws -> (log: ProcessLog, metrics: PrometheusRegistry) {
        let (log, metrics, clock) = (ProcessLog(), PrometheusRegistry(), VirtualClock())
        try await NotifyingFixture.run { server, client in
            let notifier = Notifier(
                webhook: try webhook(server), sender: WebhookSender(transport: client, timeout: .seconds(50)),
                clock: clock,
                metrics: NotificationMetrics(factory: metrics), failures: FailureLog(logger: log.logger("notifier")))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await notifier.run() }
                try await work(server, notifier, clock)
                group.cancelAll()
            }
        }
        #expect(!log.text.contains("secret-path") && !log.text.contains("services"), "\(log.text)")
        return (log, metrics)
    }

    private static func messages(_ server: SimulatedWebhookServer) -> [String?] {
        server.requests.map { (try? JSONValue(parsing: $0.body))?["message"]?.string }
    }

    @Test func announcementsArriveInOrder() async throws {
        let (_, metrics) = try await run { server, notifier, _ in
            for number in 1...5 { notifier.announce(NotifyingFixture.announcement("\(number)")) }
            await server.waitForRequest { String(decoding: $0.body, as: UTF8.self).contains(#""message":"5""#) }
            #expect(Self.messages(server) == ["1", "2", "3", "4", "5"])
            notifier.stop()
        }
        #expect(metrics.exposition().contains("esddns_notifications_total{outcome=\"dropped\"} 0"))
    }

    @Test func whatFailsIsSentAgainAndSaidOnce() async throws {
        let (log, metrics) = try await run { server, notifier, clock in
            server.faults.inject(.status(500))
            server.faults.inject(.status(429, retryAfter: 30))
            notifier.announce(NotifyingFixture.announcement("1"))
            await clock.advance(toAlarmAt: .seconds(2))
            await clock.advance(toAlarmAt: .seconds(32))
            await server.waitForRequest()
            notifier.announce(NotifyingFixture.announcement("2"))
            await server.waitForRequest { String(decoding: $0.body, as: UTF8.self).contains(#""message":"2""#) }
            #expect(Self.messages(server) == ["1", "2"])
        }
        let warnings = log.lines.count { $0.contains("a notification was not delivered") && $0.contains("warning") }
        #expect(warnings == 1, "\(log.text)")
        #expect(log.lines.count { $0.contains("notifications are delivered again") } == 1, "\(log.text)")
        let text = metrics.exposition()
        #expect(text.contains("esddns_notification_failures_total{reason=\"status_5xx\"} 1"), "\(text)")
        #expect(text.contains("esddns_notification_failures_total{reason=\"status_4xx\"} 1"))
        #expect(text.contains("esddns_notifications_total{outcome=\"delivered\"}"))
    }

    @Test func aRefusalIsSaidAsSomethingToActUponAndHoldsNothingUp() async throws {
        let (log, metrics) = try await run { server, notifier, _ in
            server.faults.inject(.status(404))
            notifier.announce(NotifyingFixture.announcement("1"))
            notifier.announce(NotifyingFixture.announcement("2"))
            await server.waitForRequest()
            #expect(Self.messages(server) == ["2"])
        }
        #expect(
            log.lines.contains { $0.contains(" error ") && $0.contains("somebody has to act") && $0.contains("404") })
        #expect(metrics.exposition().contains("esddns_notifications_total{outcome=\"given_up\"} 1"))
    }

    @Test func onlyWhatTheUserWantsIsSentWithTheHeadersOfTheUser() async throws {
        _ = try await run {
            try NotifyingFixture.webhook(
                $0.url + NotifyingFixture.path, kinds: [.recordFailing],
                headers: "Authorization: Bearer token-of-services")
        } _: { server, notifier, _ in
            notifier.announce(NotifyingFixture.announcement("1", .addressChanged))
            notifier.announce(NotifyingFixture.announcement("2", .recordFailing))
            let request = await server.waitForRequest()
            #expect(request?.header("Authorization") == "Bearer token-of-services")
            #expect(Self.messages(server) == ["2"])
        }
    }

    @Test func aReplacedSecretIsUsed() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("esddns-hook-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        _ = try await run { server in
            try Data("\(server.url)/old\n".utf8).write(to: file)
            var webhook = try NotifyingFixture.webhook(server.url)
            webhook.url = try .init(file: file.path)
            return webhook
        } _: { server, notifier, _ in
            notifier.announce(NotifyingFixture.announcement("1"))
            await server.waitForRequest { $0.path == "/old" }
            try Data("\(server.url)/new".utf8).write(to: file, options: .atomic)
            notifier.announce(NotifyingFixture.announcement("2"))
            await server.waitForRequest { $0.path == "/new" }
        }
    }
}
