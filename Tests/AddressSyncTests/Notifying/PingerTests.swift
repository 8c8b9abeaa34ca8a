import ClusterSimulator
import CurlHTTP
import DNSRecords
import HTTPTypes
import StatusServer
import Synchronization
import TestSupport
import Testing

@testable import AddressSync

@Suite(.timeLimit(.minutes(1))) struct PingerTests {
    @Test func troubleOfAMomentIsNotTold() {
        var state = PingState()
        #expect(state.looked(.trouble("starting")) == nil)
        #expect(state.looked(.healthy) == .alive)
        #expect(state.looked(.trouble("a")) == nil)
        #expect(state.looked(.healthy) == .alive)
        #expect(state.looked(.trouble("a")) == nil)
        #expect(state.looked(.trouble("b")) == .failing("b"))
        #expect(state.looked(.trouble("b")) == .failing("b"))
        #expect(state.looked(.silent) == nil)
        #expect(state.looked(.trouble("c")) == nil, "another process was asked in between")
    }

    @Test func pingsComeAtEveryIntervalAndFailuresAtTheirOwnPath() async throws {
        let (log, metrics, clock) = (ProcessLog(), PrometheusRegistry(), VirtualClock())
        let condition = Mutex(PingState.Condition.healthy)
        try await NotifyingFixture.run { server, client in
            let pinger = Pinger(
                settings: .init(
                    url: try SecretSource(literal: server.url + "/uuid"), interval: .seconds(60), method: .post,
                    allowsHTTP: false),
                sender: WebhookSender(transport: client), clock: clock, metrics: NotificationMetrics(factory: metrics),
                failures: FailureLog(logger: log.logger("notifier"))
            ) { condition.withLock { $0 } }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await pinger.run() }
                // Each look is over once the next is waited for.
                func pass(to second: Double) async {
                    await clock.advance(toAlarmAt: .seconds(second))
                    await clock.waitForSleeper(of: .seconds(60) ... .seconds(60))
                }
                await pass(to: 10)
                await pass(to: 70)
                condition.withLock { $0 = .trouble("home.example.com A: HTTP 500") }
                await pass(to: 130)
                await pass(to: 190)
                let failing = server.requests.first { $0.path == "/uuid/fail" }
                #expect(failing.map { String(decoding: $0.body, as: UTF8.self) } == "home.example.com A: HTTP 500")
                condition.withLock { $0 = .silent }
                await pass(to: 250)
                condition.withLock { $0 = .healthy }
                server.faults.inject(.status(500))
                await pass(to: 310)
                await pass(to: 370)
                group.cancelAll()
            }
            #expect(server.requests.map(\.path) == ["/uuid", "/uuid", "/uuid/fail", "/uuid"])
        }
        #expect(log.lines.count { $0.contains("a ping was not accepted") } == 1)
        #expect(log.lines.count { $0.contains("pings are accepted again") } == 1)
        #expect(!log.text.contains("uuid"))
        #expect(metrics.exposition().contains("esddns_pings_total{outcome=\"accepted\"} 4"))
        #expect(metrics.exposition().contains("esddns_pings_total{outcome=\"failed\"} 1"))
    }

    @Test func troubleIsWhatTheBoardKnows() throws {
        let board = StatusBoard(
            role: .standalone, identity: "box", pending: ["address": "not yet"], metrics: PrometheusRegistry())
        #expect(board.trouble(with: ["ipv4"]) == "address: not yet")
        board.setReadiness("address", failure: nil)
        #expect(board.trouble(with: ["ipv4"]) == "the ipv4 address has not been found yet")
        board.setPublished(PublishedAddress(addresses: addressA, condition: .confirmed))
        #expect(board.trouble(with: ["ipv4"]) == nil)
        #expect(board.trouble(with: ["ipv4", "ipv6"]) == "the ipv6 address has not been found yet")
        board.setPublished(PublishedAddress(addresses: addressA, condition: .unconfirmed))
        #expect(board.trouble(with: ["ipv4"]) == "the ipv4 address is not confirmed")
        board.setPublished(PublishedAddress(addresses: addressA, condition: .multipleEgress))
        let record = try #require(SettingsFixture.standalone().records.records.first)
        board.setRecord(record, provider: "gandi") {
            $0.phase = .failed
            $0.error = "HTTP 500"
        }
        #expect(board.trouble(with: ["ipv4"]) == "home.example.com A: HTTP 500")
    }
}
