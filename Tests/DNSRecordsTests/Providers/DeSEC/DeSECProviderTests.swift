import CurlHTTP
import HTTPTypes
import NetworkPrimitives
import Testing

@testable import DNSRecords

/// What is particular to deSEC; the rest is in ``ProviderConformanceTests``.
@Suite struct DeSECProviderTests {
    private let zone = FakeZone("example.com")

    private func provider(
        _ fake: FakeDeSEC, zone: String? = nil, ttl: UInt32? = nil,
        uptime: @escaping @Sendable () -> Duration = ProviderFixture.hurryingUptime()
    ) throws -> DeSECProvider {
        DeSECProvider(
            transport: fake.server, token: try SecretSource(literal: "secret-token"),
            zone: zone.flatMap { RecordName($0) }, configuredTTL: ttl, uptime: uptime)
    }

    private func wish(_ name: String, _ addresses: String..., ttl: UInt32? = nil) throws -> RecordSet {
        let parsed = try addresses.map { try #require(IPAddress($0)) }
        return try RecordSet(
            name: try #require(RecordName(name)), type: RecordType(try #require(parsed.first).family),
            addresses: parsed, ttl: ttl)
    }

    @Test func creatingIsOnePostAndChangingOnePatch() async throws {
        let fake = FakeDeSEC(zone)
        let provider = try provider(fake)
        #expect(
            await provider.apply(try wish("A.Home.example.com", "198.51.100.7"))
                == .created(try wish("a.home.example.com", "198.51.100.7", ttl: 3600)))
        guard case .changed = await provider.apply(try wish("a.home.example.com", "198.51.100.8", "198.51.100.9"))
        else {
            Issue.record("not changed")
            return
        }
        let list = "GET /domains/example.com/rrsets/?subname=a.home"
        #expect(
            fake.server.lines == [
                "GET /domains/?owns_qname=a.home.example.com", list, "POST /domains/example.com/rrsets/", list,
                "PATCH /domains/example.com/rrsets/a.home/A/",
            ])
        #expect(
            fake.server.bodies == [
                #"{"records":["198.51.100.7"],"subname":"a.home","ttl":3600,"type":"A"}"#,
                #"{"records":["198.51.100.8","198.51.100.9"]}"#,
            ])
        #expect(await provider.apply(try wish("example.com", "192.0.2.1")).isWrite)
        #expect(await provider.apply(try wish("example.com", "192.0.2.2")).isWrite)
        #expect(
            fake.server.lines.suffix(4) == [
                "GET /domains/example.com/rrsets/?subname=", "POST /domains/example.com/rrsets/",
                "GET /domains/example.com/rrsets/?subname=", "PATCH /domains/example.com/rrsets/@/A/",
            ])
    }

    @Test(arguments: [(UInt32(60), UInt32(300)), (300, 300), (900, 900), (3600, 3600)])
    func aNewRecordGetsATTLThatItsDomainAllows(minimum: UInt32, ttl: UInt32) async throws {
        let provider = try provider(FakeDeSEC(zone, minimumTTL: minimum))
        #expect(
            await provider.apply(try wish("home.example.com", "192.0.2.1"))
                == .created(try wish("home.example.com", "192.0.2.1", ttl: ttl)))
    }

    @Test func aTTLBelowTheDomainsLowestIsRefusedBeforeAnythingIsWritten() async throws {
        zone.put("home.example.com", ["198.51.100.7"], ttl: 3600)
        let fake = FakeDeSEC(zone)
        let expected =
            "deSEC takes no TTL below 3600 s in the domain example.com, and 300 s is set; set that or more, or ask deSEC's "
            + "support to lower it"
        for (provider, wish) in [
            (try provider(fake, ttl: 300), try wish("home.example.com", "198.51.100.8")),
            (try provider(fake), try wish("home.example.com", "198.51.100.8", ttl: 300)),
        ] {
            #expect(await provider.apply(wish) == .failed(expected, retriable: false))
        }
        #expect(zone.writes == 0 && fake.server.bodies.isEmpty)
    }

    /// deSEC's dynDNS service makes records with a TTL below the domain's lowest.
    @Test func aLowTTLThatIsThereStays() async throws {
        zone.put("home.example.com", ["198.51.100.7"], ttl: 60)
        let fake = FakeDeSEC(zone)
        guard case .changed(_, let to) = await (try provider(fake)).apply(try wish("home.example.com", "198.51.100.8"))
        else {
            Issue.record("not changed")
            return
        }
        #expect(to.ttl == 60 && zone.set("home.example.com")?.ttl == 60)
    }

    @Test func onlyTheTTLIsSentWhereOnlyThatChanges() async throws {
        zone.put("home.example.com", ["198.51.100.7"], ttl: 3600)
        let fake = FakeDeSEC(zone)
        guard case .changed = await (try provider(fake, ttl: 7200)).apply(try wish("home.example.com", "198.51.100.7"))
        else {
            Issue.record("not changed")
            return
        }
        #expect(fake.server.bodies == [#"{"ttl":7200}"#])
    }

    @Test func aWriteThatWouldChangeNothingIsNotSent() async throws {
        zone.put("home.example.com", ["198.51.100.7"], ttl: 3600)
        let fake = FakeDeSEC(zone)
        let provider = try provider(fake)
        let set = try wish("home.example.com", "198.51.100.7", ttl: 3600)
        try await provider.write(set, replacing: set)
        #expect(fake.server.bodies.isEmpty)
    }

    @Test func ownLimitsOfWritesHoldForEachDomain() async throws {
        let fake = FakeDeSEC(zone)
        let provider = try provider(fake, uptime: { .zero })
        for (index, name) in ["a", "b"].enumerated() {
            #expect(await provider.apply(try wish("\(name).example.com", "192.0.2.\(index)")).isWrite)
        }
        #expect(
            await provider.apply(try wish("c.example.com", "192.0.2.9")) == .limited(retryAfter: .seconds(1)))
        #expect(zone.writes == 2 && fake.server.bodies.count == 2)
    }

    @Test(
        arguments: [
            ("Request was throttled. Expected available in 51 seconds.", nil, 51),
            ("Request was throttled. Expected available in 1 second.", 9, 9), ("Request was throttled.", nil, 60),
            ("Expected available in 99999999 seconds.", nil, 86_400), ("seconds", nil, 60), ("in -5 seconds", nil, 60),
        ] as [(String, Int?, Int)])
    func throttlingSaysForHowLong(text: String, header: Int?, wait: Int) async throws {
        let fake = FakeDeSEC(zone) { _ in
            var response = FakeDeSEC.error(429, text)
            response.retryAfter = header.map { .seconds($0) }
            return response
        }
        let outcome = await (try provider(fake)).apply(try wish("home.example.com", "192.0.2.1"))
        #expect(outcome == .limited(retryAfter: .seconds(wait)))
    }

    @Test(arguments: [
        (
            #"{"ttl": ["Ensure this value is big.", "And more."], "records": ["No."]}"#,
            "(records: No.; ttl: Ensure this value is big. And more.)"
        ),
        (#"[{}, {"detail": "secret-token is wrong"}]"#, "(<redacted> is wrong)"), (#""text""#, "(text)"),
        ("<html>", "answered 400 to POST"),
    ])
    func errorsAreExplainedInDeSECsWords(body: String, expected: String) async throws {
        let fake = FakeDeSEC(zone) { $0.isWrite ? .fake(400, body) : nil }
        let outcome = await (try provider(fake)).apply(try wish("home.example.com", "192.0.2.1"))
        guard case .failed(let message, retriable: false) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(message.contains(expected), "\(message)")
    }

    /// Between reading and writing, somebody else created or removed the record.
    @Test(arguments: [false, true])
    func whatSomebodyElseWroteIsNotWrittenOver(isThere: Bool) async throws {
        if isThere { zone.put("home.example.com", ["203.0.113.5"], ttl: 3600) }
        let provider = try provider(FakeDeSEC(zone))
        let current = isThere ? nil : try wish("home.example.com", "203.0.113.5", ttl: 3600)
        let desired = try wish("home.example.com", "198.51.100.8", ttl: 3600)
        await #expect {
            try await provider.write(desired, replacing: current)
        } throws: {
            ($0 as? ProviderError)?.kind == .conflict
        }
        #expect(zone.writes == 0)
    }

    @Test func anAliasIsLeftAlone() async throws {
        let name = try #require(RecordName("home.example.com"))
        zone.put([.cname(name, ttl: 3600, try #require(RecordName("other.example.net")))])
        let outcome = await (try provider(FakeDeSEC(zone))).apply(try wish("home.example.com", "192.0.2.1"))
        #expect(!outcome.isSuccess && outcome.description.contains("alias (CNAME) of other.example.net; remove"))
        #expect(zone.writes == 0)
    }

    @Test func aMarkOfOwnershipIsQuotedText() async throws {
        let writer = RecordWriter(
            provider: try provider(FakeDeSEC(zone)), ownership: Ownership(owner: "site-a"))
        for address in ["192.0.2.1", "192.0.2.2"] {
            #expect(await writer.bring(try wish("*.example.com", address)).isWrite)
        }
        #expect(
            zone.set("_esddns-a._wildcard.example.com", .txt)?.values == [.text("heritage=esddns,esddns/owner=site-a")])
        #expect(zone.writes == 3)
    }

    @Test func aConfiguredZoneHasToBeTheOneThatOwnsTheName() async throws {
        let fake = FakeDeSEC(FakeZone("sub.example.com"))
        let outcome = await (try provider(fake, zone: "example.com")).apply(try wish("a.sub.example.com", "192.0.2.1"))
        guard case .failed(let message, retriable: false) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(message.contains("asked for example.com"))
    }

    @Test(arguments: ["[{", "{}", "", #"[{"subname": "home", "type": "A", "records": ["198.51.100.7"]}]"#])
    func halfAnAnswerIsNoAnswer(body: String) async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        let fake = FakeDeSEC(zone) { $0.path.count == 4 ? .fake(200, body) : nil }
        let outcome = await (try provider(fake)).apply(try wish("home.example.com", "198.51.100.8"))
        guard case .failed(_, retriable: true) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(zone.writes == 0)
    }

    @Test(
        arguments: [
            (["DESEC_TOKEN": "t", "TTL": "3600"], []), ([:], ["DESEC_TOKEN: expected a token"]),
            (
                ["DESEC_TOKEN": "t", "DESEC_BASE_URL": "x", "TTL": "59"],
                [#"DESEC_BASE_URL="x": expected"#, #"TTL="59": expected"#]
            ),
        ] as [([String: String], [String])])
    func settings(values: [String: String], expected: [String]) throws {
        var problems: [String] = []
        do {
            _ = try ProviderKind.deSEC.build(
                from: DictionarySettings(values), with: ProviderDependencies(transport: FakeDeSEC(zone).server))
        } catch {
            problems = error.problems.map(\.description)
        }
        #expect(problems.count == expected.count, "\(problems)")
        for (problem, start) in zip(problems, expected) { #expect(problem.hasPrefix(start), "\(problem)") }
    }
}
