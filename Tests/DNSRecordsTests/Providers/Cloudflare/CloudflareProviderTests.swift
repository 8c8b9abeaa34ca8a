import CurlHTTP
import HTTPTypes
import NetworkPrimitives
import Testing

@testable import DNSRecords

/// What is particular to Cloudflare; the rest is in ``ProviderConformanceTests``.
@Suite struct CloudflareProviderTests {
    private let zone = FakeZone("example.com")
    private let path = "/zones/\(FakeCloudflare.zoneID)/dns_records"

    private func provider(
        _ fake: FakeCloudflare, zone: String? = nil, zoneID: String? = nil, ttl: UInt32? = nil
    ) throws -> CloudflareProvider {
        CloudflareProvider(
            transport: fake.server, token: try SecretSource(literal: "secret-token"),
            zone: zone.flatMap { RecordName($0) }, zoneID: zoneID, configuredTTL: ttl)
    }

    private func wish(_ name: String, _ addresses: String..., ttl: UInt32? = nil) throws -> RecordSet {
        let parsed = try addresses.map { try #require(IPAddress($0)) }
        return try RecordSet(
            name: try #require(RecordName(name)), type: RecordType(try #require(parsed.first).family),
            addresses: parsed, ttl: ttl)
    }

    @Test func aChangeIsOnePatchOfTheContent() async throws {
        zone.put("home.example.com", ["198.51.100.7"], ttl: 1234)
        let fake = FakeCloudflare(zone)
        fake.store.decorate("home.example.com") {
            $0.comment = "the house"
            $0.tags = ["team:home"]
        }
        let before = try #require(fake.store.all.first)
        let provider = try provider(fake)
        guard case .changed = await provider.apply(try wish("HOME.example.com.", "198.51.100.8")) else {
            Issue.record("not changed")
            return
        }
        #expect(
            fake.server.lines == [
                "GET /zones?name=home.example.com", "GET /zones?name=example.com", "GET \(path)?name=home.example.com",
                "GET \(path)?name=home.example.com", "PATCH \(path)/\(FakeCloudflare.identifier(before.id))",
            ])
        #expect(fake.server.bodies == [#"{"content":"198.51.100.8"}"#])
        let after = try #require(fake.store.all.first)
        #expect(after.comment == "the house" && after.tags == ["team:home"] && after.id == before.id)
        #expect(after.record.ttl == 1234)
        #expect(provider.blindSpot(for: before.record.name, .a) == nil)
    }

    @Test(arguments: [nil, UInt32(900)])
    func aProxiedRecordStaysProxiedAndHasNoTTL(ttl: UInt32?) async throws {
        zone.put("home.example.com", ["198.51.100.7"], ttl: 1)
        let fake = FakeCloudflare(zone)
        fake.store.decorate("home.example.com") { $0.isProxied = true }
        let provider = try provider(fake, ttl: ttl)
        let name = try #require(RecordName("home.example.com"))
        #expect(provider.blindSpot(for: name, .a) == nil)
        // A TTL that cannot be had must not be asked for again and again.
        #expect(
            await provider.apply(try wish("home.example.com", "198.51.100.7"))
                == .inSync(try wish("home.example.com", "198.51.100.7")))
        #expect(zone.writes == 0)
        #expect(
            await provider.apply(try wish("home.example.com", "198.51.100.8", ttl: 700))
                == .changed(
                    from: try wish("home.example.com", "198.51.100.7"), to: try wish("home.example.com", "198.51.100.8")
                )
        )
        #expect(fake.server.bodies == [#"{"content":"198.51.100.8"}"#])
        #expect(fake.store.all.map(\.isProxied) == [true])
        #expect(try #require(provider.blindSpot(for: name, .a)).contains("Cloudflare proxies home.example.com"))
        #expect(provider.blindSpot(for: name, .aaaa) == nil)
        // Another address of a hidden name is hidden as well.
        guard case .created = await provider.apply(try wish("home.example.com", "2001:db8::7")) else {
            Issue.record("not created")
            return
        }
        #expect(fake.store.all.map(\.isProxied) == [true, true])
        #expect(provider.blindSpot(for: name, .aaaa) != nil)
        fake.store.decorate("home.example.com") { $0.isProxied = false }
        _ = try await provider.read(name, .a)
        #expect(provider.blindSpot(for: name, .a) == nil)
    }

    @Test func theAutomaticTTLIsKeptAndCanBeWished() async throws {
        zone.put("home.example.com", ["198.51.100.7"], ttl: 1)
        let fake = FakeCloudflare(zone)
        guard case .changed(_, let to) = await (try provider(fake)).apply(try wish("home.example.com", "198.51.100.8"))
        else {
            Issue.record("not changed")
            return
        }
        #expect(to.ttl == 1 && zone.set("home.example.com")?.ttl == 1)
        guard
            case .created(let created) = await (try provider(fake, ttl: 1)).apply(
                try wish("new.example.com", "192.0.2.1"))
        else {
            Issue.record("not created")
            return
        }
        #expect(created.ttl == 1 && zone.set("new.example.com")?.ttl == 1)
        // Less than a minute is not accepted, and becomes that.
        _ = await (try provider(fake)).apply(try wish("new.example.com", "192.0.2.1", ttl: 5))
        #expect(zone.set("new.example.com")?.ttl == 60)
    }

    @Test func severalChangesAreOneBatchThatNeverEmptiesTheName() async throws {
        zone.put("multi.example.com", ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"])
        zone.put("multi.example.com", ["2001:db8::1"])
        zone.put("other.example.com", ["192.0.2.9"])
        let fake = FakeCloudflare(zone)
        let provider = try provider(fake)
        guard case .changed = await provider.apply(try wish("multi.example.com", "192.0.2.3", "198.51.100.7")) else {
            Issue.record("not changed")
            return
        }
        #expect(zone.set("multi.example.com")?.addresses == (try wish("x", "192.0.2.3", "198.51.100.7")).addresses)
        #expect(fake.server.lines.filter { !$0.hasPrefix("GET") } == ["POST \(path)/batch"])
        guard
            case .changed = await provider.apply(
                try wish("multi.example.com", "203.0.113.1", "203.0.113.2", "203.0.113.3"))
        else {
            Issue.record("not changed")
            return
        }
        guard case .changed = await provider.apply(try wish("multi.example.com", "203.0.113.2")) else {
            Issue.record("not changed")
            return
        }
        #expect(zone.writes == 3)
        #expect(zone.set("multi.example.com")?.presentations == ["203.0.113.2"])
        #expect(zone.set("multi.example.com", .aaaa)?.presentations == ["2001:db8::1"])
        #expect(zone.set("other.example.com")?.presentations == ["192.0.2.9"])
        #expect(!fake.store.hasEmptiedASet)
    }

    @Test func aSurplusRecordIsOneDeletion() async throws {
        zone.put("multi.example.com", ["192.0.2.1", "192.0.2.2"])
        let fake = FakeCloudflare(zone)
        guard case .changed = await (try provider(fake)).apply(try wish("multi.example.com", "192.0.2.2")) else {
            Issue.record("not changed")
            return
        }
        #expect(fake.server.requests.last?.method == .delete)
        #expect(zone.set("multi.example.com")?.presentations == ["192.0.2.2"])
    }

    @Test func anAliasIsLeftAlone() async throws {
        let name = try #require(RecordName("home.example.com"))
        zone.put([.cname(name, ttl: 300, try #require(RecordName("other.example.net")))])
        let outcome = await (try provider(FakeCloudflare(zone))).apply(try wish("home.example.com", "192.0.2.1"))
        guard case .failed(let message, retriable: false) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(message.hasPrefix("home.example.com: the name is an alias (CNAME) of other.example.net; remove"))
        #expect(zone.writes == 0)
    }

    @Test func aTokenThatMustNotListZonesWorksWithTheIdentifier() async throws {
        let fake = FakeCloudflare(zone, mayListZones: false)
        guard case .refused(let message) = await (try provider(fake)).apply(try wish("home.example.com", "192.0.2.1"))
        else {
            Issue.record("not refused")
            return
        }
        #expect(
            message.contains("Unauthorized to access requested resource (9109)")
                && message.contains("Zone / DNS / Edit"))
        let provider = try provider(fake, zone: "example.com", zoneID: FakeCloudflare.zoneID)
        guard case .created = await provider.apply(try wish("home.example.com", "192.0.2.1")) else {
            Issue.record("not created")
            return
        }
        let wrong = try self.provider(fake, zone: "example.com", zoneID: "00000000000000000000000000000000")
        guard case .failed(let gone, retriable: false) = await wrong.apply(try wish("home.example.com", "192.0.2.1"))
        else {
            Issue.record("found a zone that is not there")
            return
        }
        #expect(gone.contains("no zone with the identifier 00000000000000000000000000000000"))
    }

    @Test(arguments: [
        (["pending", "active"], true), (["pending"], true), (["moved"], false), (["active", "active"], false),
    ])
    func theActiveOneOfSeveralZonesIsUsed(statuses: [String], isFound: Bool) async throws {
        let fake = FakeCloudflare(zone, zoneStatuses: statuses)
        let outcome = await (try provider(fake)).apply(try wish("home.example.com", "192.0.2.1"))
        // With two, the second is the active one, and its identifier has no records here.
        let usesTheOther = statuses == ["pending", "active"]
        #expect(outcome.isSuccess == (isFound && !usesTheOther), "\(outcome)")
        if usesTheOther { #expect(outcome.description.contains("no zone with the identifier 1000")) }
        if !isFound { #expect(zone.writes == 0) }
    }

    @Test func textIsReadInEitherFormAndWrittenQuoted() async throws {
        let fake = FakeCloudflare(zone)
        let provider = try provider(fake)
        let name = try #require(RecordName("_esddns-a.home.example.com"))
        let text = RecordSet(name: name, text: #"a "quoted" text"#)
        guard case .created = await provider.apply(text), case .inSync = await provider.apply(text) else {
            Issue.record("not created, or not in sync afterwards")
            return
        }
        #expect(
            fake.server.bodies == [
                #"{"content":"\"a \\\"quoted\\\" text\"","name":"_esddns-a.home.example.com","ttl":300,"type":"TXT"}"#
            ])
    }

    @Test(arguments: [
        #"{"success": true, "errors": [], "result": []}"#,
        #"{"success": true, "errors": [], "result": [], "result_info": {"count": 0, "total_count": 1}}"#,
        #"{"success": true, "errors": [], "result": [], "result_info": {"count": 1, "total_count": 1}}"#,
        #"{"success": true, "errors": [], "result": null, "result_info": {"count": 0, "total_count": 0}}"#,
        #"{"success": false, "errors": [{"code": 1, "message": "secret-token"}], "result": null}"#,
        #"{"success": true, "errors": [], "result": [{"id": "1", "type": "A", "na"#, "", "[]", "{}",
    ])
    func halfAnAnswerIsNoAnswer(body: String) async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        let fake = FakeCloudflare(zone) { $0.path.count == 3 ? .fake(200, body) : nil }
        let outcome = await (try provider(fake)).apply(try wish("home.example.com", "198.51.100.8"))
        guard case .failed(let message, retriable: true) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(message.contains("home.example.com") && !message.contains("secret-token"))
        #expect(zone.writes == 0)
    }

    @Test(arguments: [
        (400, 6003, "Invalid request headers", "refused"), (400, 6111, "Invalid format", "refused"),
        (403, 10000, "Authentication error", "refused"), (400, 971, "throttle", "limited"),
        (429, 1, "Rate limited", "limited"), (400, 9999, "whatever", "failed"),
    ])
    func errorsInCloudflaresOwnWords(status: Int, code: Int, message: String, label: String) async throws {
        let fake = FakeCloudflare(zone) { _ in FakeCloudflare.error(status, code, message) }
        let outcome = await (try provider(fake)).apply(try wish("home.example.com", "198.51.100.8"))
        #expect(outcome.label == label)
        if label != "limited" { #expect(outcome.description.contains("\(message) (\(code))")) }
    }

    /// Between reading and writing, somebody else changed the record.
    @Test(arguments: [["203.0.113.5"], ["198.51.100.8"]])
    func whatSomebodyElseWroteIsNotWrittenOver(meanwhile: [String]) async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        let zone = zone
        let fake = FakeCloudflare(zone)
        let provider = try provider(fake)
        let current = try await provider.read(try #require(RecordName("home.example.com")), .a)
        zone.put("home.example.com", meanwhile)
        let desired = try wish("home.example.com", "198.51.100.8")
        await #expect {
            try await provider.write(desired, replacing: current)
        } throws: {
            ($0 as? ProviderError)?.kind == .conflict
        }
        #expect(zone.writes == 0)
    }

    @Test func anAnswerToAWriteThatIsNoneLeadsToASecondLook() async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        let fake = FakeCloudflare(zone) { $0.isWrite ? .fake(200, "<html>captive portal</html>") : nil }
        let outcome = await (try provider(fake)).apply(try wish("home.example.com", "198.51.100.8"))
        guard case .failed(_, retriable: true) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(fake.server.requests.last?.method == .get)
    }

    @Test(
        arguments: [
            (["CLOUDFLARE_TOKEN": "t"], []),
            (["CLOUDFLARE_TOKEN": "t", "TTL": "1"], []),
            (
                [
                    "CLOUDFLARE_TOKEN": "t", "ZONE": "example.com",
                    "CLOUDFLARE_ZONE_ID": FakeCloudflare.zoneID.uppercased(),
                ], []
            ),
            ([:], ["CLOUDFLARE_TOKEN: expected an API token"]),
            (
                ["CLOUDFLARE_TOKEN": "t", "CLOUDFLARE_ZONE_ID": FakeCloudflare.zoneID, "TTL": "59"],
                ["ZONE: expected the name of the zone that CLOUDFLARE_ZONE_ID identifies", #"TTL="59": expected"#]
            ),
            (
                [
                    "CLOUDFLARE_TOKEN": "t", "CLOUDFLARE_ZONE_ID": "../x", "ZONE": "example.com",
                    "CLOUDFLARE_BASE_URL": "x",
                ],
                [#"CLOUDFLARE_ZONE_ID="../x": expected"#, #"CLOUDFLARE_BASE_URL="x": expected"#]
            ),
        ] as [([String: String], [String])])
    func settings(values: [String: String], expected: [String]) throws {
        var problems: [String] = []
        do {
            _ = try ProviderKind.cloudflare.build(
                from: DictionarySettings(values), with: ProviderDependencies(transport: FakeCloudflare(zone).server))
        } catch {
            problems = error.problems.map(\.description)
        }
        #expect(problems.count == expected.count, "\(problems)")
        for (problem, start) in zip(problems, expected) { #expect(problem.hasPrefix(start), "\(problem)") }
    }
}
