import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives
import Testing

@testable import DNSRecords

/// What is particular to webhooks; the rest is in ``ProviderConformanceTests``.
@Suite struct WebhookProviderTests {
    private func set(_ name: String, _ address: String = "203.0.113.9", ttl: UInt32? = nil) throws -> RecordSet {
        RecordSet(name: try #require(RecordName(name)), address: try #require(IPAddress(address)), ttl: ttl)
    }

    private func zone() -> FakeZone {
        let zone = FakeZone("example.com")
        zone.put("home.example.com", ["198.51.100.7"], ttl: 1234)
        return zone
    }

    private func failure(_ outcome: RecordOutcome) -> String {
        if case .failed(let message, retriable: false) = outcome { return message }
        Issue.record("\(outcome)")
        return ""
    }

    @Test func negotiatesOnceAndAdjustsBeforeItWrites() async throws {
        let transport = FakeWebhook(zone()).service()
        let provider = WebhookProvider(transport: transport)
        #expect(transport.calls.isEmpty)
        let wish = try set("home.example.com")
        #expect(await provider.apply(wish).isWrite)
        #expect(
            transport.calls == [
                "GET /", "GET /records", "GET /records", "POST /adjustendpoints", "POST /records",
            ])
        #expect(transport.requests.first?.url == "http://localhost:8888/")
        let body = String(decoding: transport.requests.last?.body ?? [], as: UTF8.self)
        #expect(
            body == #"{"updateNew":[{"dnsName":"home.example.com","recordTTL":1234,"recordType":"A","#
                + #""targets":["203.0.113.9"]}],"updateOld":[{"dnsName":"home.example.com","recordTTL":1234,"#
                + #""recordType":"A","targets":["198.51.100.7"]}]}"#)
        #expect(await provider.apply(wish).isSuccess)
        #expect(transport.calls.count == 6)
    }

    @Test func keepsWhatTheEntryHasBeside() async throws {
        let zone = zone()
        let fake = FakeWebhook(zone)
        let decoration = ExternalDNSEndpoint(
            dnsName: "home.example.com", targets: nil, recordType: "A", setIdentifier: "blue", recordTTL: 0,
            labels: ["resource": "service/web"], providerSpecific: [.init(name: "cloudflare-proxied", value: "true")])
        fake.decorate("home.example.com", .a, with: decoration)
        #expect(await WebhookProvider(transport: fake.service()).apply(try set("home.example.com")).isWrite)
        let now = try #require(fake.entries.first)
        #expect(now.targets == ["203.0.113.9"] && now.setIdentifier == "blue" && now.labels == decoration.labels)
        #expect(now.providerSpecific == decoration.providerSpecific)
        // The service's own TTL is not replaced by one of ours.
        #expect(now.recordTTL == nil)
    }

    @Test(arguments: [
        (
            #""heritage=external-dns,external-dns/owner=prod,external-dns/resource=ingress/x""#, "a-home.example.com",
            "\"prod\""
        ),
        ("heritage=external-dns,external-dns/owner=prod", "home.example.com", "\"prod\""),
        (#""heritage=external-dns""#, "A-Home.example.com.", "nobody by name"),
        (
            #""h+8kvOhXs9Jjk2t1oGkbfoeMsOc7xYKTOf5D5nZZGZYOJmJFMVbA9+oIyMYoDg==""#, "a-home.example.com",
            "encrypts its marks"
        ),
    ])
    func whatBelongsToAnExternalDNSIsLeftAlone(mark: String, at name: String, owner: String) async throws {
        let fake = FakeWebhook(zone())
        fake.add(ExternalDNSEndpoint(dnsName: name, targets: [mark], recordType: "TXT"))
        let transport = fake.service()
        var provider = WebhookProvider(transport: transport)
        let message = failure(await provider.apply(try set("home.example.com")))
        #expect(message.contains(owner) && message.contains("external-dns"))
        #expect(transport.writes.isEmpty)
        // What is right as it is needs no permission.
        #expect(await provider.apply(try set("home.example.com", "198.51.100.7")).isSuccess)
        provider = WebhookProvider(transport: transport, registry: TXTRegistry(owner: "esddns"))
        _ = failure(await provider.apply(try set("home.example.com")))
        #expect(transport.writes.isEmpty)
    }

    @Test(arguments: [
        (TXTRegistry(prefix: "xdns-"), "xdns-a-home.example.com"),
        (TXTRegistry(prefix: "txt."), "txt.a-home.example.com"),
        (TXTRegistry(prefix: "_%{record_type}."), "_a.home.example.com"),
        (TXTRegistry(suffix: "-txt"), "a-home-txt.example.com"),
        (TXTRegistry(suffix: "-%{record_type}"), "home-a.example.com"),
        (TXTRegistry(), "a-home.example.com"),
    ])
    func findsMarksByTheirAffix(registry: TXTRegistry, name: String) throws {
        let home = try #require(RecordName("home.example.com"))
        #expect(registry.markName(home, .a)?.description == name)
        #expect(
            try TXTRegistry(wildcard: "any").markName(#require(RecordName("*.example.com")), .aaaa)?.description
                == "aaaa-any.example.com")
        let mark = ExternalDNSEndpoint(
            dnsName: name, targets: ["heritage=external-dns,external-dns/owner=prod"], recordType: "TXT")
        #expect(registry.mark(of: home, .a, entries: [], among: [mark]) == .others("\"prod\""))
        var ours = registry
        ours.owner = "prod"
        #expect(ours.mark(of: home, .a, entries: [], among: [mark]) == .ours)
        #expect(registry.mark(of: home, .a, entries: [], among: []) == .none)
    }

    @Test func marksWhatItCreatesInTheSameRequest() async throws {
        let zone = FakeZone("example.com")
        let fake = FakeWebhook(zone)
        let transport = fake.service()
        let provider = WebhookProvider(transport: transport, registry: TXTRegistry(owner: "esddns"))
        for address in ["203.0.113.9", "203.0.113.10"] {
            #expect(await provider.apply(try set("home.example.com", address)).isWrite)
        }
        #expect(
            zone.set("a-home.example.com", .txt)?.values
                == [.text("heritage=external-dns,external-dns/owner=esddns")])
        #expect(transport.writes.count == 2 && zone.writes == 2)
        // An apex's mark would be outside of the zone.
        #expect(await provider.apply(try set("example.com")).isWrite)
        #expect(zone.names.count == 3)
    }

    @Test func theWebhookHasTheLastWord() async throws {
        func outcome(
            ttl: UInt32? = nil, _ adjust: @escaping @Sendable (ExternalDNSEndpoint) -> ExternalDNSEndpoint?
        ) async throws -> (RecordOutcome, FakeWebhook, FakeHTTPService) {
            let fake = FakeWebhook(zone(), adjust: adjust)
            let transport = fake.service()
            let outcome = await WebhookProvider(transport: transport).apply(try set("home.example.com", ttl: ttl))
            return (outcome, fake, transport)
        }
        let (proxied, fake, _) = try await outcome {
            var entry = $0
            entry.providerSpecific = [.init(name: "proxied", value: "false")]
            return entry
        }
        #expect(proxied.isWrite)
        #expect(fake.entries.first?.providerSpecific == [.init(name: "proxied", value: "false")])
        let (dropped, _, droppedCalls) = try await outcome { _ in nil }
        #expect(failure(dropped).contains("makes 0 entries") && droppedCalls.writes.isEmpty)
        let (replaced, _, replacedCalls) = try await outcome {
            var entry = $0
            entry.targets = ["192.0.2.66"]
            return entry
        }
        #expect(failure(replaced).contains("something else") && replacedCalls.writes.isEmpty)
        let (raised, _, raisedCalls) = try await outcome(ttl: 60) {
            var entry = $0
            entry.recordTTL = max(entry.recordTTL ?? 0, 3600)
            return entry
        }
        #expect(failure(raised).contains("TTL of 3600 s") && raisedCalls.writes.isEmpty)
    }

    @Test func aliasesAndSeveralSetsAreRefused() async throws {
        let zone = zone()
        let alias = try #require(RecordName("alias.example.com"))
        zone.put([.cname(alias, ttl: 60, try #require(RecordName("www.example.org")))])
        let fake = FakeWebhook(zone)
        for identifier in ["blue", "green"] {
            fake.add(
                ExternalDNSEndpoint(
                    dnsName: "weighted.example.com", targets: ["192.0.2.1"], recordType: "A", setIdentifier: identifier)
            )
        }
        let transport = fake.service()
        let provider = WebhookProvider(transport: transport)
        #expect(
            failure(await provider.apply(try set("alias.example.com"))).contains("alias (CNAME) of www.example.org"))
        #expect(failure(await provider.apply(try set("weighted.example.com"))).contains("blue, green"))
        #expect(transport.writes.isEmpty)
    }

    @Test(
        arguments: [
            (#"{"include": ["example.com"]}"#, true, false), (#"{"filters": ["example.com"]}"#, true, false),
            (#"{"include": ["other.com", ".example.com"]}"#, false, false), ("{}", true, true), ("null", nil, nil),
            (#"{"exclude": ["example.com"]}"#, false, true), (#"{"exclude": ["x.example.com"]}"#, true, true),
            (#"{"regexInclude": "^(.+\\.)?example\\.(com|net)$"}"#, true, false),
            (#"{"regexExclude": "com$"}"#, false, true),
            (#"{"regexInclude": "("}"#, nil, nil), ("<html>", nil, nil),
        ] as [(String, Bool?, Bool?)])
    func readsDomainFilters(text: String, servesApex: Bool?, servesOther: Bool?) throws {
        let filter = try? JSONDecoder().decode(DomainFilter.self, from: Data(text.utf8))
        let (apex, other) = (try #require(RecordName("example.com")), try #require(RecordName("badexample.org")))
        #expect(filter?.matches(apex) == servesApex)
        #expect(filter?.matches(other) == servesOther)
    }

    @Test func somethingElseThatAnswersIsNoWebhook() async throws {
        let transport = FakeHTTPService(respond: { _ in .json(200, ["include": ["example.com"]]) })
        guard
            case .failed(let message, retriable: true) = await WebhookProvider(transport: transport).apply(
                try set("home.example.com"))
        else {
            Issue.record("expected a failure")
            return
        }
        #expect(message.contains("\"application/json\" rather than application/external.dns.webhook+json;version=1"))
        #expect(transport.calls == ["GET /"])
    }

    @Test func settings() throws {
        let dependencies = ProviderDependencies(transport: FakeWebhook(zone()).service())
        func problems(_ values: [String: String]) -> [String] {
            do throws(SettingProblems) {
                _ = try ProviderKind.webhook.build(from: DictionarySettings(values), with: dependencies)
                return []
            } catch {
                return error.problems.map(\.description)
            }
        }
        #expect(problems([:]) == [])
        #expect(problems(["WEBHOOK_TXT_PREFIX": "%{record_type}-", "WEBHOOK_OWNER_ID": "esddns"]) == [])
        #expect(
            problems([
                "WEBHOOK_TXT_PREFIX": "a b", "WEBHOOK_OWNER_ID": "a,b", "WEBHOOK_BASE_URL": "localhost:8888",
                "TTL": "0",
            ]).count == 4)
        #expect(problems(["WEBHOOK_TXT_PREFIX": "a-", "WEBHOOK_TXT_SUFFIX": "-b"]).first?.contains("left out") == true)
    }
}
