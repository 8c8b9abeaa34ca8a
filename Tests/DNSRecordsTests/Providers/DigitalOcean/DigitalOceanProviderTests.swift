import CurlHTTP
import HTTPTypes
import NetworkPrimitives
import Synchronization
import Testing

@testable import DNSRecords

/// What is particular to DigitalOcean; the rest is in ``ProviderConformanceTests``.
@Suite struct DigitalOceanProviderTests {
    private let zone = FakeZone("example.com")

    private func provider(_ fake: FakeDigitalOcean, ttl: UInt32? = nil) throws -> DigitalOceanProvider {
        DigitalOceanProvider(
            transport: fake.server, token: try SecretSource(literal: "secret-token"), configuredTTL: ttl,
            wallClock: WallClock { 1_444_931_800 })
    }

    private func wish(_ name: String, _ addresses: String..., ttl: UInt32? = nil) throws -> RecordSet {
        let parsed = try addresses.map { try #require(IPAddress($0)) }
        return try RecordSet(
            name: try #require(RecordName(name)), type: RecordType(try #require(parsed.first).family),
            addresses: parsed, ttl: ttl)
    }

    @Test func aChangeIsOnePatchOfTheData() async throws {
        zone.put("home.example.com", ["198.51.100.7"], ttl: 1234)
        let fake = FakeDigitalOcean(zone)
        let id = try #require(fake.store.all.first?.id)
        guard case .changed = await (try provider(fake)).apply(try wish("HOME.example.com", "198.51.100.8")) else {
            Issue.record("not changed")
            return
        }
        let list = "GET /domains/example.com/records?name=home.example.com"
        #expect(
            fake.server.lines == [
                "GET /domains/home.example.com", "GET /domains/example.com", list, list,
                "PATCH /domains/example.com/records/\(id)",
            ])
        #expect(fake.server.bodies == [#"{"data":"198.51.100.8","type":"A"}"#])
        #expect(zone.set("home.example.com")?.ttl == 1234)
    }

    @Test func severalAddressesTakeAsFewRequestsAsPossibleAndRemovalsComeLast() async throws {
        zone.put("multi.example.com", ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
        zone.put("multi.example.com", ["2001:db8::1"])
        let fake = FakeDigitalOcean(zone)
        let provider = try provider(fake)
        guard case .changed = await provider.apply(try wish("multi.example.com", "192.0.2.3", "198.51.100.7")) else {
            Issue.record("not changed")
            return
        }
        #expect(zone.set("multi.example.com")?.presentations == ["192.0.2.3", "198.51.100.7"])
        #expect(fake.server.requests.map(\.method).filter { $0 != .get } == [.patch, .delete])
        guard
            case .changed = await provider.apply(
                try wish("multi.example.com", "203.0.113.1", "203.0.113.2", "203.0.113.3"))
        else {
            Issue.record("not changed")
            return
        }
        #expect(fake.server.requests.map(\.method).filter { $0 != .get }.suffix(3) == [.patch, .patch, .post])
        #expect(zone.set("multi.example.com")?.presentations == ["203.0.113.1", "203.0.113.2", "203.0.113.3"])
        #expect(zone.set("multi.example.com", .aaaa)?.presentations == ["2001:db8::1"])
        #expect(!fake.store.hasEmptiedASet)
    }

    /// A wildcard is looked for among all records, since nothing says how it would be filtered for.
    @Test func aWildcardIsFoundOnALaterPage() async throws {
        for index in 1...9 { zone.put("host\(index).example.com", ["192.0.2.\(index)"]) }
        zone.put("*.example.com", ["198.51.100.7"])
        let fake = FakeDigitalOcean(zone)
        guard case .changed = await (try provider(fake)).apply(try wish("*.example.com", "198.51.100.8")) else {
            Issue.record("not changed")
            return
        }
        #expect(zone.set("*.example.com")?.presentations == ["198.51.100.8"])
        #expect(zone.writes == 1)
    }

    @Test func anAliasIsLeftAlone() async throws {
        let name = try #require(RecordName("home.example.com"))
        zone.put([.cname(name, ttl: 300, try #require(RecordName("other.example.net")))])
        let outcome = await (try provider(FakeDigitalOcean(zone))).apply(try wish("home.example.com", "192.0.2.1"))
        #expect(!outcome.isSuccess && outcome.description.contains("alias (CNAME) of other.example.net"))
        #expect(zone.writes == 0)
    }

    @Test(arguments: ["heritage=esddns,esddns/owner=site-a", #"say "hi" \ bye"#, "a; b"])
    func textTravelsAsItIs(text: String) async throws {
        let fake = FakeDigitalOcean(zone)
        let provider = try provider(fake)
        let set = RecordSet(name: try #require(RecordName("_esddns-a.example.com")), text: text)
        guard case .created = await provider.apply(set), case .inSync = await provider.apply(set) else {
            Issue.record("not created, or not in sync afterwards")
            return
        }
        #expect(zone.set("_esddns-a.example.com", .txt)?.values == [.text(text)])
    }

    @Test func aMarkOfOwnershipIsWrittenFirst() async throws {
        let fake = FakeDigitalOcean(zone)
        let writer = RecordWriter(provider: try provider(fake), ownership: Ownership(owner: "site-a"))
        guard case .created = await writer.bring(try wish("*.example.com", "192.0.2.1")) else {
            Issue.record("not created")
            return
        }
        #expect(fake.server.bodies.map { $0.contains("TXT") } == [true, false])
        guard case .changed = await writer.bring(try wish("*.example.com", "192.0.2.2")) else {
            Issue.record("not changed")
            return
        }
    }

    @Test(arguments: [
        #"{"domain_records": [], "links": {}, "meta": {"total": 1}}"#, #"{"domain_records": []}"#,
        #"{"domain_records": [{"id": 1, "type": "A", "na"#, "", "[]",
    ])
    func halfAnAnswerIsNoAnswer(body: String) async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        let fake = FakeDigitalOcean(zone) { $0.path.count == 3 ? .fake(200, body) : nil }
        let outcome = await (try provider(fake)).apply(try wish("home.example.com", "198.51.100.8"))
        guard case .failed(let message, retriable: true) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(message.contains("home.example.com"))
        #expect(zone.writes == 0)
    }

    @Test(arguments: [("1444931833", 33), ("1444931700", 1), ("x", 60), (nil, 60)] as [(String?, Int)])
    func theHourlyLimitSaysWhenItEnds(reset: String?, wait: Int) async throws {
        let fake = FakeDigitalOcean(zone) { _ in
            var response = FakeDigitalOcean.error(429, "too_many_requests", "API rate limit exceeded.")
            if let reset, let name = HTTPField.Name("RateLimit-Reset") { response.headers[name] = reset }
            return response
        }
        let outcome = await (try provider(fake)).apply(try wish("home.example.com", "198.51.100.8"))
        #expect(outcome == .limited(retryAfter: .seconds(wait)))
    }

    /// The second of two requests fails: a part is written, and the next attempt does the rest.
    @Test func aPartThatWasWrittenIsCompletedLater() async throws {
        zone.put("multi.example.com", ["192.0.2.1", "192.0.2.2"])
        let failures = Mutex(1)
        let fake = FakeDigitalOcean(zone) { request in
            guard request.method == "DELETE" else { return nil }
            return failures.withLock { left in
                left -= 1
                return left < 0 ? nil : FakeDigitalOcean.error(500, "server_error", "Unexpected server-side error")
            }
        }
        let provider = try provider(fake)
        let set = try wish("multi.example.com", "198.51.100.7")
        guard case .failed(_, retriable: true) = await provider.apply(set) else {
            Issue.record("not failed")
            return
        }
        #expect(zone.set("multi.example.com")?.presentations.contains("198.51.100.7") == true)
        guard case .changed = await provider.apply(set) else {
            Issue.record("not completed")
            return
        }
        #expect(zone.set("multi.example.com")?.presentations == ["198.51.100.7"])
        #expect(!fake.store.hasEmptiedASet)
    }

    /// Between reading and writing, somebody else changed or removed the record.
    @Test(arguments: [["203.0.113.5"], []])
    func whatSomebodyElseWroteIsNotWrittenOver(meanwhile: [String]) async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        let zone = zone
        let fake = FakeDigitalOcean(zone)
        let provider = try provider(fake)
        let name = try #require(RecordName("home.example.com"))
        let current = try await provider.read(name, .a)
        if meanwhile.isEmpty {
            fake.store.change { $0 = [] }
        } else {
            zone.put("home.example.com", meanwhile)
        }
        let writes = zone.writes
        let desired = try wish("home.example.com", "198.51.100.8")
        await #expect {
            try await provider.write(desired, replacing: current)
        } throws: {
            ($0 as? ProviderError)?.kind == .conflict
        }
        #expect(zone.writes == writes)
    }

    @Test(
        arguments: [
            (["DIGITALOCEAN_TOKEN": "t", "TTL": "30"], []), ([:], ["DIGITALOCEAN_TOKEN: expected an API token"]),
            (
                ["DIGITALOCEAN_TOKEN": "t", "DIGITALOCEAN_BASE_URL": "x", "TTL": "29"],
                [#"DIGITALOCEAN_BASE_URL="x": expected"#, #"TTL="29": expected"#]
            ),
        ] as [([String: String], [String])])
    func settings(values: [String: String], expected: [String]) throws {
        var problems: [String] = []
        do {
            _ = try ProviderKind.digitalOcean.build(
                from: DictionarySettings(values), with: ProviderDependencies(transport: FakeDigitalOcean(zone).server))
        } catch {
            problems = error.problems.map(\.description)
        }
        #expect(problems.count == expected.count, "\(problems)")
        for (problem, start) in zip(problems, expected) { #expect(problem.hasPrefix(start), "\(problem)") }
    }
}
