import DNSRecords
import NetworkPrimitives
import Testing

/// Dynamic updates and lookups against Knot DNS (Debian packages `knot` and `knot-dnsutils`).
@Suite(.timeLimit(.minutes(2))) struct KnotTests {
    private func provider(
        _ server: KnotServer, key: TSIGKey? = nil, zone: String? = nil, ttlPolicy: TTLPolicy = TTLPolicy(),
        wallClock: WallClock = .system
    ) throws -> RFC2136Provider {
        RFC2136Provider(
            server: server.endpoint, key: try key ?? server.key(), zone: try zone.map { try DomainName(parsing: $0) },
            ttlPolicy: ttlPolicy, wallClock: wallClock)
    }

    private func client(_ server: KnotServer) -> AuthoritativeClient {
        var configuration = AuthoritativeClient.Configuration()
        configuration.nameServers = [server.endpoint]
        return AuthoritativeClient(configuration: configuration)
    }

    private func set(_ name: String, _ addresses: String..., ttl: UInt32? = nil) throws -> RecordSet {
        let parsed = try addresses.map { try #require(IPAddress($0)) }
        return try RecordSet(
            name: try DomainName(parsing: name), type: RecordType(try #require(parsed.first).family),
            addresses: parsed, ttl: ttl)
    }

    @Test(arguments: TSIGAlgorithm.allCases)
    func changesARecordAndNothingElse(algorithm: TSIGAlgorithm) async throws {
        try await KnotServer.run(algorithm: algorithm.rawValue) { server async throws in
            let provider = try provider(server)
            let client = client(server)
            let name = try DomainName(parsing: "home.knot.example")
            let before = try set("home.knot.example", "198.51.100.7", ttl: 1234)
            let after = try set("home.knot.example", "203.0.113.9", ttl: 1234)
            #expect(await client.observe(name, .a) == .present(before))
            let wish = try set("home.knot.example", "203.0.113.9")
            #expect(await provider.apply(wish) == .changed(from: before, to: after))
            #expect(await client.observe(name, .a) == .present(after))
            #expect(await provider.apply(wish) == .inSync(after))
            // As Knot's own tool sees it.
            #expect(try await server.kdig("home.knot.example", "A", "+short") == ["203.0.113.9"])
            #expect(try await server.kdig("home.knot.example", "AAAA", "+short") == ["2001:db8::7"])
            #expect(try await server.kdig("home.knot.example", "TXT", "+short") == ["\"leave me alone\""])
            let answer = try await server.kdig("home.knot.example", "A", "+noall", "+answer")
            #expect(answer.contains { $0.contains("1234") })
            // One update, so one new serial number.
            let soa = try await server.kdig("knot.example", "SOA", "+short")
            #expect(soa.first?.split(separator: " ").dropFirst(2).first == "2")
        }
    }

    @Test func createsNamesOfAllKinds() async throws {
        try await KnotServer.run { server async throws in
            let provider = try provider(server, ttlPolicy: TTLPolicy(configured: 60))
            for name in ["knot.example", "*.wild.knot.example", "a.b.c.knot.example", "new.knot.example."] {
                let wish = try set(name, "198.51.100.7", "203.0.113.9")
                var expected = wish
                expected.ttl = 60
                #expect(try await provider.zone(for: wish.name).description == "knot.example")
                let outcome = await provider.apply(wish)
                #expect(outcome == .created(expected), "\(outcome)")
                #expect(await client(server).observe(wish.name, .a) == .present(expected))
                #expect(try await Set(server.kdig(name, "A", "+short")) == ["198.51.100.7", "203.0.113.9"])
            }
            let six = try set("new.knot.example", "2001:db8::1")
            #expect(await provider.apply(six) == .created(try set("new.knot.example", "2001:db8::1", ttl: 60)))
            // So many addresses that neither the update nor the answer fits into a datagram.
            let many = try RecordSet(
                name: try DomainName(parsing: "many.knot.example"), type: .a,
                addresses: (1...250).compactMap { IPAddress("203.0.113.\($0)") }, ttl: 60)
            let outcome = await provider.apply(many)
            #expect(outcome == .created(many), "\(outcome)")
            #expect(await client(server).observe(many.name, .a) == .present(many))
        }
    }

    @Test func aNameUnderAWildcardGetsRecordsOfItsOwn() async throws {
        try await KnotServer.run { server async throws in
            let provider = try provider(server)
            let wild = try set("*.knot.example", "198.51.100.7", ttl: 60)
            #expect(await provider.apply(wild) == .created(wild))
            // What the wildcard stands for is right as it is.
            let same = try set("new.knot.example", "198.51.100.7", ttl: 60)
            #expect(await provider.apply(same) == .inSync(same))
            let other = try set("new.knot.example", "203.0.113.9", ttl: 60)
            #expect(await provider.apply(other) == .changed(from: same, to: other))
            #expect(try await server.kdig("new.knot.example", "A", "+short") == ["203.0.113.9"])
            #expect(try await server.kdig("*.knot.example", "A", "+short") == ["198.51.100.7"])
        }
    }

    @Test func comparesAndSwaps() async throws {
        try await KnotServer.run { server async throws in
            let provider = try provider(server)
            let stale = try set("home.knot.example", "192.0.2.1", ttl: 1234)
            for current in [stale, nil] {
                await #expect {
                    try await provider.write(try set("home.knot.example", "203.0.113.9"), replacing: current)
                } throws: { ($0 as? ProviderError)?.kind == .conflict }
            }
            #expect(try await server.kdig("home.knot.example", "A", "+short") == ["198.51.100.7"])
        }
    }

    @Test func leavesAliasesAlone() async throws {
        try await KnotServer.run { server async throws in
            let wish = try set("alias.knot.example", "203.0.113.9")
            let home = try DomainName(parsing: "home.knot.example")
            #expect(await client(server).observe(wish.name, .a) == .alias(of: home))
            guard case .failed(let message, retriable: false) = await (try provider(server)).apply(wish) else {
                Issue.record("an alias was overwritten")
                return
            }
            #expect(message.contains("alias (CNAME) of home.knot.example"))
            // Nor does Knot let an address appear beside one that was not there when we looked.
            await #expect {
                try await (try provider(server)).write(wish, replacing: nil)
            } throws: { ($0 as? ProviderError)?.kind == .conflict }
            #expect(try await server.kdig("alias.knot.example", "CNAME", "+short") == ["home.knot.example."])
        }
    }

    @Test func saysWhatIsWrongWithTheKeyOrTheClock() async throws {
        try await KnotServer.run { server async throws in
            let wish = try set("home.knot.example", "203.0.113.9")
            func refusal(_ provider: RFC2136Provider) async -> String {
                switch await provider.apply(wish) {
                case .refused(let message): return message
                case let outcome:
                    Issue.record("\(outcome)")
                    return ""
                }
            }
            let unknown = await refusal(try provider(server, key: server.key(name: "other.knot.example")))
            #expect(unknown.contains("does not know the key \"other.knot.example\" with hmac-sha256"))
            let wrong = await refusal(try provider(server, key: server.key(secret: "d3Jvbmc=")))
            #expect(wrong.contains("does not accept the signature by the key \"update.knot.example\""))
            let otherAlgorithm = await refusal(try provider(server, key: server.key(algorithm: .sha512)))
            #expect(otherAlgorithm.contains("\"update.knot.example\" with hmac-sha512"))
            let now = WallClock.system
            let slow = WallClock { now.secondsSinceEpoch - 1000 }
            let late = await refusal(try provider(server, wallClock: slow))
            #expect(late.contains("s behind the clock of") && late.contains("BADTIME"))
            let fast = WallClock { now.secondsSinceEpoch + 1000 }
            let early = await refusal(try provider(server, wallClock: fast))
            #expect(early.contains("s ahead of the clock of"))
            #expect(try await server.kdig("home.knot.example", "A", "+short") == ["198.51.100.7"])
        }
    }

    @Test func aKeyThatMayOnlyReadIsRefusedTheUpdate() async throws {
        try await KnotServer.run { server async throws in
            let provider = try provider(server, key: server.key(name: "readonly.knot.example"))
            let wish = try set("home.knot.example", "203.0.113.9")
            #expect(try await provider.read(wish.name, .a) == (try set("home.knot.example", "198.51.100.7", ttl: 1234)))
            guard case .refused(let message) = await provider.apply(wish) else {
                Issue.record("not refused")
                return
            }
            #expect(message.contains("readonly.knot.example"))
        }
    }

    @Test func anotherZoneIsNotServed() async throws {
        try await KnotServer.run { server async throws in
            let wish = try set("home.other.example", "203.0.113.9")
            let outcome = await (try provider(server)).apply(wish)
            switch outcome {
            case .refused(let message), .failed(let message, retriable: false):
                #expect(message.contains("home.other.example"))
            default: Issue.record("\(outcome)")
            }
            guard case .unknown(let failure) = await client(server).observe(wish.name, .a) else {
                Issue.record("a server told about a zone that it does not have")
                return
            }
            #expect(failure.code == .serversRefused)
        }
    }
}
