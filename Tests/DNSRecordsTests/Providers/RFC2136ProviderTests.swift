import NetworkPrimitives
import Synchronization
import Testing

@testable import DNSRecords

/// What is particular to dynamic updates; the rest is in ``ProviderConformanceTests``.
@Suite struct RFC2136ProviderTests {
    private static let secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    private func withServer(
        _ zone: FakeZone,
        _ body: (FakeUpdateServer, (_ keyName: String, _ secret: String) throws -> RFC2136Provider) async throws -> Void
    ) async throws {
        let fake = FakeUpdateServer(zone, keyName: "key.example", secret: Array(0..<32))
        try await FakeDNSServer.run(answering: { fake.answer($0) }) { server in
            try await body(fake) { keyName, secret in
                RFC2136Provider(
                    server: server.endpoint,
                    key: TSIGKey(name: RecordName(keyName) ?? .root, secret: try SecretSource(literal: secret)),
                    dns: DNSExchange(sendTimes: [.zero], timeout: .seconds(10)))
            }
        }
    }

    private func set(_ name: String, _ addresses: [String]) throws -> RecordSet {
        try RecordSet(
            name: try #require(RecordName(name)), type: .a, addresses: addresses.compactMap(IPAddress.init))
    }

    @Test func anUpdateIsConditional() async throws {
        let zone = FakeZone("example.com")
        zone.put("home.example.com", ["198.51.100.7"], ttl: 60)
        try await withServer(zone) { fake, make in
            let provider = try make("key.example", Self.secret)
            guard case .changed = await provider.apply(try set("home.example.com", ["203.0.113.9"])) else {
                Issue.record("not changed")
                return
            }
            let name = try #require(RecordName("home.example.com"))
            let update = try #require(fake.received.first)
            #expect(update.zones == [DNSQuestion(name: zone.apex, type: .soa)])
            #expect(
                update.prerequisites == [
                    DNSRecord(name: name, type: .cname, recordClass: .none, ttl: 0, data: []),
                    .a(name, ttl: 0, IPv4Address(198, 51, 100, 7)),
                ])
            #expect(
                update.updates == [
                    DNSRecord(name: name, type: .a, recordClass: .any, ttl: 0, data: []),
                    .a(name, ttl: 60, IPv4Address(203, 0, 113, 9)),
                ])
            #expect(fake.received.count == 1)
        }
    }

    @Test func aRecordThatChangedInBetweenIsNotOverwritten() async throws {
        let zone = FakeZone("example.com")
        zone.put("home.example.com", ["192.0.2.1"])
        try await withServer(zone) { _, make in
            let provider = try make("key.example", Self.secret)
            let stale = try set("home.example.com", ["198.51.100.7"])
            await #expect {
                try await provider.write(try set("home.example.com", ["203.0.113.9"]), replacing: stale)
            } throws: { ($0 as? ProviderError)?.kind == .conflict }
            await #expect {
                try await provider.write(try set("home.example.com", ["203.0.113.9"]), replacing: nil)
            } throws: { ($0 as? ProviderError)?.kind == .conflict }
            #expect(zone.writes == 0)
        }
    }

    @Test func whatWasReadFromAWildcardIsNoReasonNotToCreate() async throws {
        let zone = FakeZone("example.com")
        try await withServer(zone) { fake, make in
            let provider = try make("key.example", Self.secret)
            let synthesised = try set("home.example.com", ["198.51.100.7"])
            try await provider.write(try set("home.example.com", ["203.0.113.9"]), replacing: synthesised)
            #expect(zone.set("home.example.com")?.addresses == [try #require(IPAddress("203.0.113.9"))])
            #expect(fake.received.count == 2)
        }
    }

    /// The strings that a text is kept in are what an update has to rely on, however they were cut.
    @Test func aTextInOddPiecesIsExchanged() async throws {
        let zone = FakeZone("example.com")
        let name = try #require(RecordName("_esddns-a.home.example.com"))
        zone.put([.txt(name, ttl: 60, ["one ", "", "text"].map { Array($0.utf8) })])
        try await withServer(zone) { fake, make in
            let provider = try make("key.example", Self.secret)
            let before = RecordSet(name: name, text: "one text", ttl: 60)
            #expect(try await provider.read(name, .txt) == before)
            let after = RecordSet(name: name, text: "another", ttl: 60)
            #expect(await provider.apply(RecordSet(name: name, text: "another")) == .changed(from: before, to: after))
            #expect(fake.received.count == 1)
            await #expect {
                try await provider.write(before, replacing: before)
            } throws: { ($0 as? ProviderError)?.kind == .conflict }
            #expect(zone.writes == 1)
        }
    }

    @Test func aZoneIsLookedForOnce() async throws {
        let zone = FakeZone("example.com")
        let fake = FakeUpdateServer(zone, keyName: "key.example", secret: Array(0..<32))
        let searches = Mutex(0)
        try await FakeDNSServer.run(answering: { request in
            if request.message.questions.first?.type == .soa, request.message.opcode == .query {
                searches.withLock { $0 += 1 }
            }
            return fake.answer(request)
        }) { server in
            let provider = RFC2136Provider(
                server: server.endpoint,
                key: TSIGKey(
                    name: try #require(RecordName("key.example")), secret: try SecretSource(literal: Self.secret)),
                dns: DNSExchange(sendTimes: [.zero], timeout: .seconds(10)))
            #expect(searches.withLock { $0 } == 0)
            for last in 1...3 {
                #expect(await provider.apply(try set("home.example.com", ["203.0.113.\(last)"])).isWrite)
            }
            #expect(searches.withLock { $0 } == 1)
        }
    }

    @Test func anAliasIsNotOverwritten() async throws {
        let zone = FakeZone("example.com")
        let name = try #require(RecordName("home.example.com"))
        zone.put([.cname(name, ttl: 60, try #require(RecordName("elsewhere.example.net")))])
        try await withServer(zone) { fake, make in
            let outcome = await (try make("key.example", Self.secret)).apply(
                try set("home.example.com", ["203.0.113.9"]))
            guard case .failed(let message, retriable: false) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(message.contains("alias (CNAME) of elsewhere.example.net"))
            #expect(fake.received.isEmpty)
            // Nor if it appears between reading and writing.
            await #expect {
                try await (try make("key.example", Self.secret)).write(
                    try set("home.example.com", ["203.0.113.9"]), replacing: nil)
            } throws: { ($0 as? ProviderError)?.kind == .conflict }
        }
    }

    @Test func aLargeUpdateGoesOverTCP() async throws {
        let zone = FakeZone("example.com")
        try await withServer(zone) { fake, make in
            let many = try set("home.example.com", (1...120).map { "203.0.113.\($0)" })
            guard case .created = await (try make("key.example", Self.secret)).apply(many) else {
                Issue.record("not created")
                return
            }
            #expect(zone.set("home.example.com")?.addresses == many.addresses)
        }
    }

    @Test(arguments: [
        ("other.example", secret, "does not know the key \"other.example\" with hmac-sha256"),
        ("key.example", "c29tZXRoaW5nIGVsc2U=", "does not accept the signature by the key \"key.example\""),
        ("key.example", "???", "the secret of the key \"key.example\" is not base64"),
    ])
    func saysWhatIsWrongWithTheKey(keyName: String, secret: String, message: String) async throws {
        try await withServer(FakeZone("example.com")) { _, make in
            let outcome = await (try make(keyName, secret)).apply(try set("home.example.com", ["203.0.113.9"]))
            guard case .refused(let said) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(said.contains(message), "\(said)")
            #expect(!said.contains(secret))
        }
    }

    @Test func aServerThatIsNotThereIsATemporaryFailure() async throws {
        let provider = RFC2136Provider(
            server: HostPort(host: "127.0.0.1", port: 1),
            key: TSIGKey(
                name: try #require(RecordName("key.example")), secret: try SecretSource(literal: Self.secret)),
            dns: DNSExchange(sendTimes: [.zero], timeout: .seconds(10)))
        #expect(
            await provider.apply(try set("home.example.com", ["203.0.113.9"]))
                == .failed("127.0.0.1:1: connection refused", retriable: true))
    }
}
