import CurlHTTP
import HTTPTypes
import NetworkPrimitives
import Testing

@testable import DNSRecords

/// What is particular to Hetzner; the rest is in ``ProviderConformanceTests``.
@Suite struct HetznerProviderTests {
    private let zone = FakeZone("example.com")
    private let clock = InstantClock()

    private func provider(_ fake: FakeHetzner, ttl: UInt32? = nil) throws -> HetznerProvider {
        HetznerProvider(
            transport: fake.server, token: try SecretSource(literal: "secret-token"), configuredTTL: ttl, clock: clock)
    }

    private func wish(_ name: String, _ addresses: String..., ttl: UInt32? = nil) throws -> RecordSet {
        let parsed = try addresses.map { try #require(IPAddress($0)) }
        return try RecordSet(
            name: try #require(RecordName(name)), type: RecordType(try #require(parsed.first).family),
            addresses: parsed, ttl: ttl)
    }

    @Test func aChangeIsOneRequestAndAWaitForItsAction() async throws {
        zone.put("home.example.com", ["198.51.100.7"], ttl: 1234)
        let fake = FakeHetzner(zone, looks: 4)
        guard case .changed = await (try provider(fake)).apply(try wish("HOME.example.com", "198.51.100.8")) else {
            Issue.record("not changed")
            return
        }
        let list = "GET /zones/4711/rrsets?name=home&type=A&type=CNAME"
        #expect(
            fake.server.lines.prefix(5) == [
                "GET /zones/home.example.com", "GET /zones/example.com", list, list,
                "POST /zones/4711/rrsets/home/A/actions/set_records",
            ])
        #expect(fake.server.lines.dropFirst(5).count == 3)
        #expect(fake.server.lines.dropFirst(5).allSatisfy { $0.hasPrefix("GET /actions/") })
        #expect(fake.server.bodies == [#"{"records":[{"value":"198.51.100.8"}]}"#])
        #expect(clock.slept == .seconds(1))
        #expect(zone.set("home.example.com")?.ttl == 1234)
    }

    @Test func commentsStayWithTheRecords() async throws {
        zone.put("multi.example.com", ["192.0.2.1", "192.0.2.2"])
        let fake = FakeHetzner(zone)
        fake.store.decorate("multi.example.com") { $0.comment = "line \($0.record.data.last ?? 0)" }
        let provider = try provider(fake)
        guard
            case .changed = await provider.apply(
                try wish("multi.example.com", "192.0.2.2", "198.51.100.7", "198.51.100.8"))
        else {
            Issue.record("not changed")
            return
        }
        // The new address took the first one's place, and the third is new.
        let comments = fake.store.all.sorted { $0.record.data.lexicographicallyPrecedes($1.record.data) }.map(\.comment)
        #expect(comments == ["line 2", "line 1", nil])
    }

    @Test func anActionThatDoesNotEndIsFollowedByASecondLook() async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        let fake = FakeHetzner(zone, looks: 1000)
        let outcome = await (try provider(fake)).apply(try wish("home.example.com", "198.51.100.8"))
        #expect(
            outcome
                == .failed("Hetzner has not finished the change of home.example.com A within 20 s", retriable: true))
        #expect(clock.slept == .seconds(20))
        #expect(fake.server.requests.count < 20)
        #expect(fake.server.lines.last?.hasPrefix("GET /zones/4711/rrsets") == true)
        #expect(zone.writes == 0)
    }

    @Test func anActionThatFailsSaysWhy() async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        let fake = FakeHetzner(zone, actionError: "no secret-token today")
        let outcome = await (try provider(fake)).apply(try wish("home.example.com", "198.51.100.8"))
        #expect(
            outcome
                == .failed(
                    "Hetzner could not carry out the change of home.example.com A (no <redacted> today (action_failed))",
                    retriable: true))
        #expect(zone.writes == 0)
    }

    /// The action cannot be watched, but what was asked for has been done.
    @Test(arguments: [500, 200])
    func whatCannotBeWatchedIsLookedAt(status: Int) async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        let zone = zone
        let fake = FakeHetzner(zone) { request in
            guard request.path.first == "actions" else { return nil }
            zone.put("home.example.com", ["198.51.100.8"])
            return .fake(status, "<html>")
        }
        guard case .changed = await (try provider(fake)).apply(try wish("home.example.com", "198.51.100.8")) else {
            Issue.record("not changed")
            return
        }
    }

    @Test func recordsGoBeforeTheTTLIfBothChange() async throws {
        zone.put("home.example.com", ["198.51.100.7"], ttl: 1234)
        let fake = FakeHetzner(zone)
        guard case .changed = await (try provider(fake, ttl: 900)).apply(try wish("home.example.com", "198.51.100.8"))
        else {
            Issue.record("not changed")
            return
        }
        let writes = fake.server.lines.filter { $0.hasPrefix("POST") }.compactMap { $0.split(separator: "/").last }
        #expect(writes == ["set_records", "change_ttl"])
        #expect(zone.set("home.example.com") == (try wish("home.example.com", "198.51.100.8", ttl: 900)))
    }

    @Test func aSetWithoutATTLHasTheZones() async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        let fake = FakeHetzner(zone, setsWithoutTTL: true)
        guard
            case .changed(let from, let to) = await (try provider(fake)).apply(
                try wish("home.example.com", "192.0.2.1"))
        else {
            Issue.record("not changed")
            return
        }
        #expect(from.ttl == 300 && to.ttl == 300)
        #expect(fake.server.bodies == [#"{"records":[{"value":"192.0.2.1"}]}"#])
        guard case .inSync = await (try provider(fake, ttl: 300)).apply(try wish("home.example.com", "192.0.2.1"))
        else {
            Issue.record("not in sync")
            return
        }
    }

    @Test func aZoneThatIsOnlyCopiedIsNotWritten() async throws {
        let outcome = await (try provider(FakeHetzner(zone, mode: "secondary"))).apply(
            try wish("home.example.com", "192.0.2.1"))
        guard case .failed(let message, retriable: false) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(message.contains("secondary mode"))
    }

    @Test func anAliasIsLeftAlone() async throws {
        let name = try #require(RecordName("home.example.com"))
        zone.put([.cname(name, ttl: 300, try #require(RecordName("other.example.net")))])
        let outcome = await (try provider(FakeHetzner(zone))).apply(try wish("home.example.com", "192.0.2.1"))
        #expect(!outcome.isSuccess && outcome.description.contains("alias (CNAME) of other.example.net; remove"))
        #expect(zone.writes == 0)
    }

    @Test func aMarkOfOwnershipIsQuotedText() async throws {
        let fake = FakeHetzner(zone)
        let writer = RecordWriter(provider: try provider(fake), ownership: Ownership(owner: "site-a"))
        for address in ["192.0.2.1", "192.0.2.2"] {
            #expect(await writer.bring(try wish("example.com", address)).isWrite)
        }
        #expect(zone.set("_esddns-a.example.com", .txt)?.values == [.text("heritage=esddns,esddns/owner=site-a")])
        #expect(zone.writes == 3)
    }

    @Test(arguments: [
        (401, "unauthorized", "refused"), (403, "forbidden", "refused"), (403, "token_readonly", "refused"),
        (423, "locked", "failed, again"), (503, "maintenance", "failed, again"),
        (409, "uniqueness_error", "failed, again"),
        (403, "protected", "failed"), (422, "incorrect_zone_mode", "failed"), (429, "rate_limit_exceeded", "limited"),
        (500, "server_error", "failed, again"),
    ])
    func errorsInHetznersOwnWords(status: Int, code: String, expected: String) async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        let fake = FakeHetzner(zone) { $0.isWrite ? FakeHetzner.error(status, code, "because") : nil }
        let outcome = await (try provider(fake)).apply(try wish("home.example.com", "198.51.100.8"))
        var label = outcome.label
        if case .failed(_, retriable: true) = outcome { label += ", again" }
        #expect(label == expected)
        if label != "limited" { #expect(outcome.description.contains("because (\(code))")) }
        #expect(zone.writes == 0)
    }

    @Test(arguments: [
        #"{"rrsets": [], "meta": {"pagination": {"total_entries": 1}}}"#, #"{"rrsets": []}"#, #"{"rrsets": [{"#, "",
        "[]",
    ])
    func halfAnAnswerIsNoAnswer(body: String) async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        let fake = FakeHetzner(zone) { $0.path.count == 3 ? .fake(200, body) : nil }
        let outcome = await (try provider(fake)).apply(try wish("home.example.com", "198.51.100.8"))
        guard case .failed(_, retriable: true) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(zone.writes == 0)
    }

    /// Between reading and writing, somebody else changed, created or removed the record.
    @Test(
        arguments: [
            (["198.51.100.7"], ["203.0.113.5"]), ([], ["203.0.113.5"]), (["198.51.100.7"], []),
        ] as [([String], [String])])
    func whatSomebodyElseWroteIsNotWrittenOver(before: [String], meanwhile: [String]) async throws {
        zone.put("home.example.com", before)
        let fake = FakeHetzner(zone)
        let provider = try provider(fake)
        let current = try await provider.read(try #require(RecordName("home.example.com")), .a)
        if meanwhile.isEmpty { fake.store.change { $0 = [] } } else { zone.put("home.example.com", meanwhile) }
        let writes = zone.writes
        let desired = try wish("home.example.com", "198.51.100.8")
        await #expect {
            try await provider.write(desired, replacing: current)
        } throws: {
            ($0 as? ProviderError)?.kind == .conflict
        }
        #expect(zone.writes == writes)
    }

    @Test func cancellingTheWaitIsNoSuccess() async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        let fake = FakeHetzner(zone, looks: 1000)
        let provider = HetznerProvider(
            transport: fake.server, token: try SecretSource(literal: "secret-token"), clock: ContinuousClock())
        let set = try wish("home.example.com", "198.51.100.8")
        let task = Task { await provider.apply(set) }
        task.cancel()
        #expect(await task.value.isSuccess == false)
    }

    @Test(
        arguments: [
            (["HETZNER_TOKEN": "t", "TTL": "60"], []), ([:], ["HETZNER_TOKEN: expected an API token"]),
            (
                ["HETZNER_TOKEN": "t", "HETZNER_BASE_URL": "x", "TTL": "59"],
                [#"HETZNER_BASE_URL="x": expected"#, #"TTL="59": expected"#]
            ),
        ] as [([String: String], [String])])
    func settings(values: [String: String], expected: [String]) throws {
        var problems: [String] = []
        do {
            _ = try ProviderKind.hetzner.build(
                from: DictionarySettings(values), with: ProviderDependencies(transport: FakeHetzner(zone).server))
        } catch {
            problems = error.problems.map(\.description)
        }
        #expect(problems.count == expected.count, "\(problems)")
        for (problem, start) in zip(problems, expected) { #expect(problem.hasPrefix(start), "\(problem)") }
    }
}
