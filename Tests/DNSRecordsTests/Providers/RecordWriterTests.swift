import NetworkPrimitives
import Testing

@testable import DNSRecords

/// Ownership and plans, through a provider whose service is in memory.
@Suite struct RecordWriterTests {
    private let zone = FakeZone("example.com")
    private let ours = "heritage=esddns,esddns/owner=site-a"

    private func writer(_ owner: String? = "site-a", takesOver: Bool = false, fault: ProviderFault? = nil) throws
        -> RecordWriter
    {
        RecordWriter(
            provider: GandiProvider(
                transport: FakeLiveDNS(zone, fault: fault),
                credential: .token(try SecretSource(literal: "secret-token"))),
            ownership: try owner.map { try #require(Ownership(owner: $0, takesOver: takesOver)) })
    }

    private func wish(_ name: String, _ address: String) throws -> RecordSet {
        RecordSet(name: try #require(RecordName(name)), address: try #require(IPAddress(address)))
    }

    private func putMark(_ name: String, _ text: String) throws {
        zone.put(RecordSet(name: try #require(RecordName(name)), text: text).records(ttl: 300))
    }

    @Test(arguments: [
        ("home.example.com", "_esddns-a.home.example.com"), ("example.com", "_esddns-a.example.com"),
        ("*.example.com", "_esddns-a._wildcard.example.com"),
    ])
    func marksWhatItCreatesAndChangesItAfterwards(name: String, mark: String) async throws {
        let writer = try writer()
        guard case .created = await writer.bring(try wish(name, "198.51.100.7")) else {
            Issue.record("not created")
            return
        }
        #expect(zone.set(mark, .txt)?.values == [.text(ours)])
        #expect(zone.writes == 2)
        guard case .changed = await writer.bring(try wish(name, "198.51.100.8")) else {
            Issue.record("not changed")
            return
        }
        // The mark is there; one change is one write.
        #expect(zone.writes == 3)
    }

    @Test func leavesAloneWhatNobodyMarked() async throws {
        zone.put("home.example.com", ["192.0.2.1"])
        let outcome = try await writer().bring(try wish("home.example.com", "198.51.100.7"))
        #expect(!outcome.isSuccess && outcome.description.contains("no TXT record at _esddns-a.home.example.com"))
        #expect(zone.writes == 0)
    }

    @Test(arguments: [true, false])
    func leavesAloneWhatIsAnothers(exists: Bool) async throws {
        if exists { zone.put("home.example.com", ["192.0.2.1"]) }
        try putMark("_esddns-a.home.example.com", "heritage=esddns,esddns/owner=site-b")
        let outcome = try await writer().bring(try wish("home.example.com", "198.51.100.7"))
        #expect(outcome.description.contains(#"belongs to "site-b""#))
        #expect(zone.writes == 0)
    }

    @Test(arguments: [nil, "heritage=esddns,esddns/owner=site-b", "v=spf1 -all"])
    func takesOverWhenToldTo(mark: String?) async throws {
        zone.put("home.example.com", ["192.0.2.1"])
        if let mark { try putMark("_esddns-a.home.example.com", mark) }
        guard case .changed = try await writer(takesOver: true).bring(try wish("home.example.com", "198.51.100.7"))
        else {
            Issue.record("not changed")
            return
        }
        #expect(zone.set("_esddns-a.home.example.com", .txt)?.values == [.text(ours)])
    }

    @Test(arguments: [nil, "site-a"])
    func nothingIsWrittenOnceItsTimeIsOver(owner: String?) async throws {
        zone.put("home.example.com", ["192.0.2.1"])
        if let owner { try putMark("_esddns-a.home.example.com", "heritage=esddns,esddns/owner=\(owner)") }
        let outcome = try await writer(owner).bring(try wish("home.example.com", "198.51.100.7")) { false }
        #expect(outcome.description.contains("nothing was written"))
        // And no mark either.
        let created = try await writer(owner).bring(try wish("new.example.com", "198.51.100.7")) { false }
        #expect(!created.isSuccess && zone.writes == 0)
    }

    @Test func whatIsAsDesiredNeedsNoMark() async throws {
        zone.put("home.example.com", ["198.51.100.7"])
        guard case .inSync = try await writer().bring(try wish("home.example.com", "198.51.100.7")) else {
            Issue.record("not in sync")
            return
        }
        #expect(zone.writes == 0)
    }

    @Test func aPlanShowsTheDifferenceAndWritesNothing() async throws {
        let writer = try writer()
        let created = try await writer.plan(try wish("home.example.com", "198.51.100.7"))
        #expect(
            created.description == """
                + _esddns-a.home.example.com 300 TXT "\(ours)"
                + home.example.com 300 A 198.51.100.7
                """)
        zone.put("home.example.com", ["192.0.2.1", "192.0.2.2"], ttl: 1234)
        try putMark("_esddns-a.home.example.com", ours)
        let changed = try await writer.plan(try wish("home.example.com", "198.51.100.7"))
        #expect(
            changed.description == """
                - home.example.com 1234 A 192.0.2.1, 192.0.2.2
                + home.example.com 1234 A 198.51.100.7
                """)
        zone.put("home.example.com", ["198.51.100.7"], ttl: 1234)
        let same = try await writer.plan(try wish("home.example.com", "198.51.100.7"))
        #expect(!same.isWrite && same.description == "  home.example.com 1234 A 198.51.100.7")
        #expect(zone.writes == 0)
    }

    @Test(arguments: ["", "with space", "ünï", "a,b", String(repeating: "a", count: 64)])
    func anOwnerIsPlain(owner: String) {
        #expect(Ownership(owner: owner) == nil)
    }

    @Test func aNameThatIsTooLongForAMarkIsRefused() async throws {
        let long = (0..<4).map { _ in String(repeating: "a", count: 58) }.joined(separator: ".") + ".example.com"
        let outcome = try await writer().bring(try wish(long, "198.51.100.7"))
        #expect(outcome.description.contains("too long for a mark"))
        #expect(zone.writes == 0)
    }
}
