import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives
import Synchronization
import Testing

@testable import DNSRecords

/// What is particular to dyndns2; the rest is in ``ProviderConformanceTests``.
@Suite struct DynDNS2ProviderTests {
    private func set(_ name: String, _ address: String) throws -> RecordSet {
        RecordSet(name: try #require(RecordName(name)), address: try #require(IPAddress(address)))
    }

    private let url = "https://dynupdate.no-ip.com/nic/update"

    private func run(
        _ zone: FakeZone = FakeZone("example.com"), transport: FakeHTTPService, password: SecretSource? = nil,
        contact: String? = nil, sendsBoth: Bool = false, uptime: @escaping @Sendable () -> Duration = { .zero },
        _ body: (DynDNS2Provider) async throws -> Void
    ) async throws {
        let secret = try password ?? SecretSource(literal: "secret-token")
        try await ServedZone.run(zone) { lookup in
            try await body(
                DynDNS2Provider(
                    transport: transport, updateURL: url, username: "me@example.org", password: secret,
                    contact: contact, sendsBothFamilies: sendsBoth, lookup: lookup, uptime: uptime))
        }
    }

    @Test func sendsWhatTheProtocolWants() async throws {
        let zone = FakeZone("example.com")
        let transport = FakeDynDNS2(zone: zone).service()
        try await run(zone, transport: transport, contact: "admin@example.org") { provider in
            guard case .created = await provider.apply(try set("Home.example.com", "198.51.100.7")),
                case .created = await provider.apply(try set("home.example.com", "2001:db8::7"))
            else {
                Issue.record("not created")
                return
            }
            #expect(
                transport.requests.map(\.url) == [
                    "\(url)?hostname=home.example.com&myip=198.51.100.7",
                    "\(url)?hostname=home.example.com&myip=2001%3Adb8%3A%3A7",
                ])
            #expect(transport.requests.first?.headers[.userAgent] == "esddns updater/1 admin@example.org")
        }
    }

    @Test func theOtherFamilyGoesAlongWhereItWouldBeDeleted() async throws {
        let zone = FakeZone("example.com")
        zone.put("home.example.com", ["198.51.100.7"])
        zone.put("home.example.com", ["2001:db8::7"])
        let transport = FakeDynDNS2(zone: zone, deletesTheOther: true).service()
        try await run(zone, transport: transport, sendsBoth: true) { provider in
            for address in ["2001:db8::8", "203.0.113.9"] {
                guard case .changed = await provider.apply(try set("home.example.com", address)) else {
                    Issue.record("not changed")
                    return
                }
            }
            #expect(
                transport.requests.map(\.url) == [
                    "\(url)?hostname=home.example.com&myip=198.51.100.7,2001%3Adb8%3A%3A8",
                    "\(url)?hostname=home.example.com&myip=203.0.113.9,2001%3Adb8%3A%3A8",
                ])
            #expect(zone.set("home.example.com")?.presentations == ["203.0.113.9"])
            #expect(zone.set("home.example.com", .aaaa)?.presentations == ["2001:db8::8"])
        }
    }

    @Test(arguments: [
        ("badauth", true), ("!donator", true), ("badagent", false), ("abuse", false), ("nohost", false),
        ("notfqdn", false), ("numhost", false), ("!yours", false), ("good 127.0.0.1", false),
        ("good 192.0.2.99", false),
    ])
    func stopsUntilTheUserActs(answer: String, isRefusal: Bool) async throws {
        let transport = FakeHTTPService(respond: { _ in .plain(200, answer) })
        try await run(transport: transport) { provider in
            for _ in 0..<3 {
                switch await provider.apply(try set("home.example.com", "198.51.100.7")) {
                case .refused(let message) where isRefusal: #expect(message.contains(answer.prefix { $0 != " " }))
                case .failed(let message, retriable: false) where !isRefusal:
                    #expect(message.contains(answer.prefix { $0 != " " }))
                case let outcome: Issue.record("\(outcome)")
                }
            }
            #expect(transport.calls.count == 1)
            // What is wrong with one host says nothing about another; what is wrong with the account does.
            _ = await provider.apply(try set("other.example.com", "198.51.100.7"))
            #expect(transport.calls.count == (isRefusal ? 1 : 2))
        }
    }

    @Test func otherCredentialsAreTried() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data("wrong-one\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let zone = FakeZone("example.com")
        let transport = FakeDynDNS2(zone: zone).service()
        try await run(zone, transport: transport, password: try SecretSource(file: file.path())) { provider in
            let wish = try set("home.example.com", "198.51.100.7")
            for _ in 0..<2 {
                guard case .refused(let message) = await provider.apply(wish) else {
                    Issue.record("a wrong password was accepted")
                    return
                }
                #expect(message.contains("badauth") && !message.contains("wrong-one"))
            }
            try Data("secret-token\n".utf8).write(to: file)
            #expect(await provider.apply(wish).isWrite)
            #expect(transport.calls.count == 2)
        }
    }

    @Test(arguments: ["911", "dnserr"], [200, 500, 503])
    func leavesAServiceInTroubleAlone(answer: String, status: Int) async throws {
        let now = Mutex(Duration.zero)
        let transport = FakeHTTPService(respond: { _ in .plain(status, answer) })
        try await run(transport: transport, uptime: { now.withLock { $0 } }) { provider in
            let wish = try set("home.example.com", "198.51.100.7")
            #expect(await provider.apply(wish) == .limited(retryAfter: .seconds(1800)))
            now.withLock { $0 = .seconds(600) }
            #expect(
                await provider.apply(try set("other.example.com", "192.0.2.1")) == .limited(retryAfter: .seconds(1200)))
            #expect(transport.calls.count == 1)
            now.withLock { $0 = .seconds(1800) }
            _ = await provider.apply(wish)
            #expect(transport.calls.count == 2)
        }
    }

    @Test func isToldOnceThatNothingHasChanged() async throws {
        // The service has the value already, and its name servers do not show it.
        let transport = FakeHTTPService(respond: { _ in .plain(200, "nochg 198.51.100.7") })
        let now = Mutex(Duration.zero)
        try await run(transport: transport, uptime: { now.withLock { $0 } }) { provider in
            let wish = try set("home.example.com", "198.51.100.7")
            #expect(await provider.apply(wish).isSuccess)
            for day in 1...3 {
                now.withLock { $0 = .seconds(day * 86_400) }
                guard case .failed(_, retriable: true) = await provider.apply(wish) else {
                    Issue.record("expected a failure")
                    return
                }
            }
            #expect(transport.calls.count == 1)
        }
    }

    @Test func anAliasIsLeftAlone() async throws {
        let zone = FakeZone("example.com")
        let alias = try #require(RecordName("home.example.com"))
        zone.put([.cname(alias, ttl: 60, try #require(RecordName("www.example.org")))])
        let transport = FakeDynDNS2(zone: zone).service()
        try await run(zone, transport: transport) { provider in
            guard
                case .failed(let message, retriable: false) = await provider.apply(
                    try set("home.example.com", "198.51.100.7"))
            else {
                Issue.record("expected a failure")
                return
            }
            #expect(message.contains("alias (CNAME) of www.example.org") && transport.calls.isEmpty)
        }
    }

    @Test func theCredentialsAreInNoMessage() async throws {
        let encoded = Data("me@example.org:secret-token".utf8).base64EncodedString()
        for status in [200, 400, 401, 403, 500] {
            let transport = FakeHTTPService(respond: { _ in
                .plain(status, "{\"message\": \"who is secret-token, \(encoded)?\"}")
            })
            try await run(transport: transport) { provider in
                let outcome = await provider.apply(try set("home.example.com", "198.51.100.7"))
                #expect(!"\(outcome)".contains("secret-token") && !"\(outcome)".contains(encoded))
            }
        }
    }

    @Test(arguments: [
        ("noip", "https://dynupdate.no-ip.com/nic/update"), ("Dyn", "https://members.dyndns.org/nic/update"),
        ("dyndns.example.net", "https://dyndns.example.net/nic/update"),
        ("dyndns.example.net/up", "https://dyndns.example.net/up"),
        ("http://127.0.0.1:8080/nic/update", "http://127.0.0.1:8080/nic/update"),
        ("nopi", nil), ("https://user:password@example.net/nic/update", nil), ("ftp://example.net/x", nil),
        ("https://example.net/nic/update?hostname=x", nil),
    ])
    func findsTheServer(text: String, url: String?) {
        #expect(DynDNS2Provider.updateURL(text) == url)
    }

    @Test func settings() throws {
        let dependencies = ProviderDependencies(transport: FakeDynDNS2(zone: FakeZone("example.com")).service())
        func problems(_ values: [String: String]) -> [String] {
            do throws(SettingProblems) {
                _ = try ProviderKind.dyndns2.build(from: DictionarySettings(values), with: dependencies)
                return []
            } catch {
                return error.problems.map(\.description)
            }
        }
        let least = ["DYNDNS2_SERVER": "noip", "DYNDNS2_USERNAME": "me", "DYNDNS2_PASSWORD": "hunter2"]
        #expect(problems(least) == [])
        #expect(problems(least.merging(["DYNDNS2_SEND": "both", "DYNDNS2_CONTACT": "a@example.org"]) { $1 }) == [])
        #expect(problems([:]).count == 3)
        let wrong = problems([
            "DYNDNS2_SERVER": "nopi", "DYNDNS2_USERNAME": "a:b", "DYNDNS2_PASSWORD": "x\ny", "DYNDNS2_CONTACT": "me",
            "DYNDNS2_SEND": "all", "TTL": "60",
        ])
        #expect(wrong.count == 6)
        #expect(wrong.contains { $0.hasPrefix("DYNDNS2_SERVER=\"nopi\": expected an https") && $0.contains("noip") })
    }
}
