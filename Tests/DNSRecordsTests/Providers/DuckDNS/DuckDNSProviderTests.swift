import CurlHTTP
import NetworkPrimitives
import Synchronization
import Testing

@testable import DNSRecords

/// What is particular to DuckDNS; the rest is in ``ProviderConformanceTests``.
@Suite struct DuckDNSProviderTests {
    private func set(_ name: String, _ addresses: String...) throws -> RecordSet {
        let parsed = try addresses.map { try #require(IPAddress($0)) }
        return try RecordSet(
            name: try #require(RecordName(name)), type: RecordType(try #require(parsed.first).family), addresses: parsed
        )
    }

    private func run(
        serving: (@Sendable () -> FakeZone?)? = nil, transport: FakeHTTPService? = nil,
        uptime: @escaping @Sendable () -> Duration = { .zero },
        _ body: (DuckDNSProvider, FakeHTTPService, FakeZone) async throws -> Void
    ) async throws {
        let zone = FakeZone("duckdns.org")
        let transport = transport ?? FakeDuckDNS(zone: zone).service()
        try await ServedZone.run(zone, serving: serving) { lookup in
            try await body(
                DuckDNSProvider(
                    transport: transport, token: try SecretSource(literal: "secret-token"), lookup: lookup,
                    uptime: uptime),
                transport, zone)
        }
    }

    @Test func sendsOneAddressAndKeepsTheOtherFamily() async throws {
        try await run { provider, transport, zone in
            for address in ["198.51.100.7", "2001:db8::7"] {
                guard case .created = await provider.apply(try set("Home.duckdns.org", address)) else {
                    Issue.record("not created")
                    return
                }
            }
            #expect(
                transport.calls == [
                    "GET /update?domains=home&token=secret-token&ip=198.51.100.7&verbose=true",
                    "GET /update?domains=home&token=secret-token&ipv6=2001%3Adb8%3A%3A7&verbose=true",
                ])
            #expect(transport.requests.allSatisfy { $0.url.hasPrefix("https://www.duckdns.org/update?") })
            #expect(zone.set("home.duckdns.org")?.presentations == ["198.51.100.7"])
            #expect(zone.set("home.duckdns.org", .aaaa)?.presentations == ["2001:db8::7"])
        }
    }

    @Test(arguments: ["www.home.duckdns.org", "*.home.duckdns.org", "duckdns.org", "*.duckdns.org", "home.example.org"])
    func otherNamesAreExplained(name: String) async throws {
        try await run { provider, transport, _ in
            guard case .failed(let message, retriable: false) = await provider.apply(try set(name, "192.0.2.1")) else {
                Issue.record("expected a failure")
                return
            }
            #expect(message.contains(name) && message.contains("duckdns.org"))
            #expect(transport.calls.isEmpty)
        }
    }

    @Test func twoAddressesAndMarksAreMoreThanItHas() async throws {
        try await run { provider, transport, _ in
            guard
                case .failed(let message, retriable: false) = await provider.apply(
                    try set("home.duckdns.org", "192.0.2.1", "192.0.2.2"))
            else {
                Issue.record("expected a failure")
                return
            }
            #expect(message.contains("one address of each family"))
            let writer = RecordWriter(provider: provider, ownership: Ownership(owner: "tests"))
            guard case .failed(_, retriable: false) = await writer.bring(try set("home.duckdns.org", "192.0.2.1"))
            else {
                Issue.record("expected a failure")
                return
            }
            #expect(transport.calls.isEmpty)
        }
    }

    @Test func theTokenIsInNoMessage() async throws {
        let token = "t0k/en secret"
        for answer in ["KO t0k/en secret", "t0k%2Fen%20secret", "<html>"] {
            for status in [200, 400, 500] {
                let zone = FakeZone("duckdns.org")
                try await ServedZone.run(zone) { lookup in
                    let provider = DuckDNSProvider(
                        transport: FakeHTTPService(respond: { _ in
                            .plain(status, "{\"message\": \"\(answer)\"}")
                        }), token: try SecretSource(literal: token), lookup: lookup)
                    let outcome = await provider.apply(try set("home.duckdns.org", "192.0.2.1"))
                    #expect(!"\(outcome)".contains("t0k"), "\(outcome)")
                }
            }
        }
    }

    @Test func theTokenIsInNoMessageOfTheRealClient() async throws {
        let http = try HTTPClient()
        try await ServedZone.run(FakeZone("duckdns.org")) { lookup in
            // Nobody listens on port 1.
            for base in ["http://127.0.0.1:1", "https://127.0.0.1:1"] {
                let provider = DuckDNSProvider(
                    transport: http, token: try SecretSource(literal: "secret-token"), baseURL: base, lookup: lookup)
                guard
                    case .failed(let message, retriable: true) = await provider.apply(
                        try set("home.duckdns.org", "192.0.2.1"))
                else {
                    Issue.record("expected a failure")
                    return
                }
                #expect(!message.contains("secret-token") && !message.contains("token="), "\(message)")
            }
        }
        await http.shutdown()
    }

    @Test func anotherAddressThanSentIsAFailure() async throws {
        let transport = FakeHTTPService(respond: { _ in .plain(200, "OK\n203.0.113.1\n\nUPDATED") })
        try await run(transport: transport) { provider, _, _ in
            guard
                case .failed(let message, retriable: false) = await provider.apply(
                    try set("home.duckdns.org", "192.0.2.1"))
            else {
                Issue.record("expected a failure")
                return
            }
            #expect(message.contains("203.0.113.1"))
        }
    }

    @Test func whatNameServersDoNotShowYetIsNotSentAgain() async throws {
        // The name server still has the zone as it was.
        let stale = FakeZone("duckdns.org")
        stale.put("home.duckdns.org", ["198.51.100.7"])
        let now = Mutex(Duration.zero)
        try await run(serving: { stale }, uptime: { now.withLock { $0 } }) { provider, transport, _ in
            let wish = try set("home.duckdns.org", "203.0.113.9")
            guard case .changed = await provider.apply(wish) else {
                Issue.record("not changed")
                return
            }
            for _ in 0..<3 {
                guard case .failed(let message, retriable: true) = await provider.apply(wish) else {
                    Issue.record("expected a failure")
                    return
                }
                #expect(message.contains("not all of the zone's name servers show it yet"))
            }
            #expect(transport.calls.count == 1)
            // Another value is another matter.
            guard case .changed = await provider.apply(try set("home.duckdns.org", "203.0.113.10")) else {
                Issue.record("not changed")
                return
            }
            // What has been lost is sent once more, after a long while.
            now.withLock { $0 = AcknowledgedRecords.lostAfter }
            let last = try set("home.duckdns.org", "203.0.113.10")
            #expect(await provider.apply(last).isWrite)
            // The service says that it has it, so that is that.
            now.withLock { $0 *= 100 }
            #expect(await !provider.apply(last).isWrite)
            #expect(transport.calls.count == 3)
        }
    }

    @Test func aRecordThatSomebodyChangedIsChangedBack() async throws {
        let now = Mutex(Duration.zero)
        try await run(uptime: { now.withLock { $0 } }) { provider, transport, zone in
            let wish = try set("home.duckdns.org", "203.0.113.9")
            _ = await provider.apply(wish)
            guard case .inSync = await provider.apply(wish) else {
                Issue.record("not in sync")
                return
            }
            // As long as name servers may differ, what one of them shows means nothing.
            zone.put("home.duckdns.org", ["192.0.2.66"])
            guard case .failed(_, retriable: true) = await provider.apply(wish) else {
                Issue.record("expected a failure")
                return
            }
            #expect(transport.calls.count == 1)
            now.withLock { $0 = AcknowledgedRecords.settledAfter }
            guard case .changed = await provider.apply(wish) else {
                Issue.record("not changed back")
                return
            }
            #expect(transport.calls.count == 2)
        }
    }

    @Test func whereNameServersCannotBeAskedAValueIsSentOnce() async throws {
        try await run(serving: { nil }) { provider, transport, _ in
            let wish = try set("home.duckdns.org", "203.0.113.9")
            #expect(await provider.apply(wish).isWrite)
            guard case .failed(let message, retriable: true) = await provider.apply(wish) else {
                Issue.record("expected a failure")
                return
            }
            #expect(message.contains("cannot be told"))
            #expect(await provider.apply(try set("home.duckdns.org", "203.0.113.10")).isWrite)
            #expect(transport.calls.count == 2)
        }
    }

    @Test func settings() throws {
        let dependencies = ProviderDependencies(transport: FakeDuckDNS(zone: FakeZone("duckdns.org")).service())
        func problems(_ values: [String: String]) -> [String] {
            do throws(SettingProblems) {
                _ = try ProviderKind.duckdns.build(from: DictionarySettings(values), with: dependencies)
                return []
            } catch {
                return error.problems.map(\.description)
            }
        }
        #expect(problems(["DUCKDNS_TOKEN": "t", "ZONE": "DuckDNS.org."]) == [])
        let all = problems(["ZONE": "example.com", "TTL": "300"])
        #expect(all.count == 3)
        #expect(all.contains { $0.hasPrefix("TTL=\"300\": expected to be left out, since DuckDNS decides") })
    }
}
