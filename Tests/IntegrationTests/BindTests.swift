import DNSRecords
import NetworkPrimitives
import Testing

/// Dynamic updates and lookups against BIND 9 (Debian packages `bind9`, `bind9-dnsutils` and `knot-dnsutils`).
@Suite(.timeLimit(.minutes(3))) struct BindTests {
    private func provider(
        _ server: BindServer, key: TSIGKey? = nil, zone: String? = nil, ttlPolicy: TTLPolicy = TTLPolicy(),
        wallClock: WallClock = .system
    ) throws -> RFC2136Provider {
        RFC2136Provider(
            server: server.endpoint, key: try key ?? server.key(), zone: try zone.map { try DomainName(parsing: $0) },
            ttlPolicy: ttlPolicy, wallClock: wallClock)
    }

    private func client(_ server: BindServer) -> AuthoritativeClient {
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

    private func refusal(_ provider: RFC2136Provider, _ wish: RecordSet) async -> String {
        switch await provider.apply(wish) {
        case .refused(let message): return message
        case let outcome:
            Issue.record("\(outcome)")
            return ""
        }
    }

    /// Cut to the shortest that may be, too: what BIND then sends is cut as well.
    @Test(arguments: [
        "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha1-80", "hmac-sha224-112",
        "hmac-sha256-128", "hmac-sha384-192", "hmac-sha512-256",
    ])
    func changesARecordAndNothingElse(algorithm: String) async throws {
        try await BindServer.run(algorithm: algorithm) { server async throws in
            let provider = try provider(server)
            let client = client(server)
            let name = try DomainName(parsing: "home.bind.example")
            let before = try set("home.bind.example", "198.51.100.7", ttl: 1234)
            let after = try set("home.bind.example", "203.0.113.9", ttl: 1234)
            #expect(await client.observe(name, .a) == .present(before))
            let wish = try set("home.bind.example", "203.0.113.9")
            let outcome = await provider.apply(wish)
            #expect(outcome == .changed(from: before, to: after), "\(outcome)")
            #expect(await client.observe(name, .a) == .present(after))
            #expect(await provider.apply(wish) == .inSync(after))
            #expect(try await server.dig("home.bind.example", "A") == ["203.0.113.9"])
            #expect(try await server.dig("home.bind.example", "AAAA") == ["2001:db8::7"])
            #expect(try await server.dig("home.bind.example", "TXT") == ["\"leave me alone\""])
            // One update, so one new serial number.
            let soa = try await server.dig("bind.example", "SOA")
            #expect(soa.first?.split(separator: " ").dropFirst(2).first == "2")
        }
    }

    @Test func createsNamesOfAllKinds() async throws {
        try await BindServer.run { server async throws in
            let provider = try provider(server, ttlPolicy: TTLPolicy(configured: 60))
            for name in [
                "bind.example", "*.other.bind.example", "x.b.c.bind.example", "b.deep.bind.example",
                "New.Bind.Example.",
            ] {
                let wish = try set(name, "198.51.100.7", "203.0.113.9")
                var expected = wish
                expected.ttl = 60
                #expect(try await provider.zone(for: wish.name).description == "bind.example")
                let outcome = await provider.apply(wish)
                #expect(outcome == .created(expected), "\(outcome)")
                #expect(await client(server).observe(wish.name, .a) == .present(expected))
                #expect(try await Set(server.dig(name, "A")) == ["198.51.100.7", "203.0.113.9"])
            }
            let six = try set("new.bind.example", "2001:db8::1")
            #expect(await provider.apply(six) == .created(try set("new.bind.example", "2001:db8::1", ttl: 60)))
            // So many addresses that neither the update nor the answer fits into a datagram; BIND takes at most 100.
            let many = try RecordSet(
                name: try DomainName(parsing: "many.bind.example"), type: .a,
                addresses: (1...100).compactMap { IPAddress("203.0.113.\($0)") }, ttl: 60)
            let outcome = await provider.apply(many)
            #expect(outcome == .created(many), "\(outcome)")
            #expect(await client(server).observe(many.name, .a) == .present(many))
        }
    }

    /// One provider for several zones, of which one has a name outside ASCII.
    @Test func servesInternationalisedNamesAndSeveralZones() async throws {
        try await BindServer.run { server async throws in
            let provider = try provider(server)
            let wish = try set("home.Bücher.example", "198.51.100.7", ttl: 60)
            #expect(try await provider.zone(for: wish.name) == DomainName(parsing: "bücher.example"))
            #expect(await provider.apply(wish) == .created(wish))
            #expect(await client(server).observe(wish.name, .a) == .present(wish))
            #expect(try await server.dig("home.xn--bcher-kva.example", "A") == ["198.51.100.7"])
            let other = try set("home.bind.example", "203.0.113.9")
            #expect(await provider.apply(other).isWrite)
            let foreign = try DomainName(parsing: "home.unknown.example")
            await #expect {
                _ = try await provider.zone(for: foreign)
            } throws: {
                // BIND refuses what it has no zone for, rather than say so.
                ($0 as? ProviderError)?.message.contains("home.unknown.example") == true
            }
        }
    }

    @Test func aNameUnderAWildcardGetsRecordsOfItsOwn() async throws {
        try await BindServer.run { server async throws in
            let provider = try provider(server)
            let same = try set("new.wild.bind.example", "198.51.100.7", ttl: 60)
            #expect(await provider.apply(same) == .inSync(same))
            let other = try set("new.wild.bind.example", "203.0.113.9", ttl: 60)
            #expect(await provider.apply(other) == .changed(from: same, to: other))
            #expect(try await server.dig("new.wild.bind.example", "A") == ["203.0.113.9"])
            #expect(try await server.dig("*.wild.bind.example", "A") == ["198.51.100.7"])
        }
    }

    @Test func comparesAndSwaps() async throws {
        try await BindServer.run { server async throws in
            let provider = try provider(server)
            let stale = try set("home.bind.example", "192.0.2.1", ttl: 1234)
            for current in [stale, nil] {
                await #expect {
                    try await provider.write(try set("home.bind.example", "203.0.113.9"), replacing: current)
                } throws: { ($0 as? ProviderError)?.kind == .conflict }
            }
            #expect(try await server.dig("home.bind.example", "A") == ["198.51.100.7"])
        }
    }

    /// What other people's tools write is seen, and what is written is what they see.
    @Test(arguments: ["nsupdate", "knsupdate"]) func agreesWithTheUsualTools(tool: String) async throws {
        try await BindServer.run { server async throws in
            let provider = try provider(server)
            let said = try await server.update(
                tool, "update delete home.bind.example. A", "update add home.bind.example. 77 A 192.0.2.77")
            #expect(said.status == 0, "\(said.output)")
            let theirs = try set("home.bind.example", "192.0.2.77", ttl: 77)
            #expect(try await provider.read(theirs.name, .a) == theirs)
            let ours = try set("home.bind.example", "203.0.113.9", ttl: 77)
            #expect(
                await provider.apply(try set("home.bind.example", "203.0.113.9")) == .changed(from: theirs, to: ours))
            // Theirs is on the condition of what we wrote.
            let agreed = try await server.update(
                tool, "prereq yxrrset home.bind.example. A 203.0.113.9", "update add seen.bind.example. 60 A 192.0.2.1")
            #expect(agreed.status == 0, "\(agreed.output)")
            #expect(try await server.dig("seen.bind.example", "A") == ["192.0.2.1"])
        }
    }

    @Test func leavesAliasesAlone() async throws {
        try await BindServer.run { server async throws in
            for (name, target) in [
                ("alias.bind.example", "home.bind.example"), ("home.moved.bind.example", "home.other.example"),
            ] {
                let wish = try set(name, "203.0.113.9")
                #expect(await client(server).observe(wish.name, .a) == .alias(of: try DomainName(parsing: target)))
                guard case .failed(let message, retriable: false) = await (try provider(server)).apply(wish) else {
                    Issue.record("an alias was overwritten")
                    return
                }
                #expect(message.contains("alias (CNAME) of \(target)"))
            }
            // Nor does BIND let an address appear beside an alias that was not there when we looked.
            await #expect {
                try await (try provider(server)).write(try set("alias.bind.example", "203.0.113.9"), replacing: nil)
            } throws: { ($0 as? ProviderError)?.kind == .conflict }
            #expect(try await server.dig("alias.bind.example", "CNAME") == ["home.bind.example."])
        }
    }

    @Test func saysWhatIsWrongWithTheKeyOrTheClock() async throws {
        try await BindServer.run { server async throws in
            let wish = try set("home.bind.example", "203.0.113.9")
            let unknown = await refusal(try provider(server, key: server.key(name: "other.bind.example")), wish)
            #expect(unknown.contains("does not know the key \"other.bind.example\" with hmac-sha256"), "\(unknown)")
            let wrong = await refusal(try provider(server, key: server.key(secret: "d3Jvbmc=")), wish)
            #expect(wrong.contains("does not accept the signature by the key \"update.bind.example\""), "\(wrong)")
            let algorithm = await refusal(try provider(server, key: server.key(algorithm: "hmac-sha512")), wish)
            #expect(algorithm.contains("\"update.bind.example\" with hmac-sha512"), "\(algorithm)")
            // A whole code is what the server's configuration asks for.
            let cut = await refusal(try provider(server, key: server.key(algorithm: "hmac-sha256-128")), wish)
            #expect(cut.contains("BADTRUNC"), "\(cut)")
            let now = WallClock.system
            let slow = await refusal(
                try provider(server, wallClock: WallClock { now.secondsSinceEpoch - 1000 }), wish)
            #expect(slow.contains("s behind the clock of") && slow.contains("BADTIME"), "\(slow)")
            let fast = await refusal(
                try provider(server, wallClock: WallClock { now.secondsSinceEpoch + 1000 }), wish)
            #expect(fast.contains("s ahead of the clock of"), "\(fast)")
            #expect(try await server.dig("home.bind.example", "A") == ["198.51.100.7"])
        }
    }

    @Test func theUpdatePolicyDecides() async throws {
        try await BindServer.run { server async throws in
            let wish = try set("home.bind.example", "203.0.113.9")
            for name in [BindServer.readOnlyKeyName, BindServer.limitedKeyName] {
                let provider = try provider(server, key: server.key(name: name))
                #expect(try await provider.read(wish.name, .a)?.ttl == 1234)
                let message = await refusal(provider, wish)
                #expect(message.contains("allow it to the key \"\(name)\""), "\(message)")
            }
            let limited = try provider(server, key: server.key(name: BindServer.limitedKeyName))
            let allowed = try set("home.allowed.bind.example", "203.0.113.9", ttl: 60)
            #expect(await limited.apply(allowed) == .created(allowed))
            let text = RecordSet(name: allowed.name, text: "hello", ttl: 60)
            #expect(await refusal(limited, text).contains("refuses to update"))
            #expect(try await server.dig("home.bind.example", "A") == ["198.51.100.7"])
        }
    }

    /// What somebody wrote in several strings is one text, and is exchanged for another only if it is still there.
    @Test func exchangesTexts() async throws {
        try await BindServer.run { server async throws in
            let provider = try provider(server)
            let name = try DomainName(parsing: "strings.bind.example")
            let before = RecordSet(name: name, text: "in three pieces", ttl: 60)
            #expect(try await provider.read(name, .txt) == before)
            let long = String(repeating: "0123456789", count: 60)
            let after = RecordSet(name: name, text: long, ttl: 60)
            let outcome = await provider.apply(RecordSet(name: name, text: long))
            #expect(outcome == .changed(from: before, to: after), "\(outcome)")
            #expect(try await server.dig("strings.bind.example", "TXT") == after.presentations)
            await #expect {
                try await provider.write(before, replacing: before)
            } throws: { ($0 as? ProviderError)?.kind == .conflict }
        }
    }

    @Test func marksWhatIsItsOwn() async throws {
        try await BindServer.run { server async throws in
            let provider = try provider(server, ttlPolicy: TTLPolicy(configured: 60))
            let ours = RecordWriter(provider: provider, ownership: Ownership(owner: "site-a"))
            let others = RecordWriter(provider: provider, ownership: Ownership(owner: "site-b"))
            for (name, mark) in [
                ("own.bind.example", "_esddns-a.own.bind.example"),
                ("*.own.bind.example", "_esddns-a._wildcard.own.bind.example"),
            ] {
                let wish = try set(name, "198.51.100.7")
                #expect(await ours.bring(wish).isWrite)
                let texts = try await server.dig(mark, "TXT")
                #expect(texts == ["\"heritage=esddns,esddns/owner=site-a\""])
                guard case .failed(let message, retriable: false) = await others.bring(try set(name, "203.0.113.9"))
                else {
                    Issue.record("what belongs to another was changed")
                    return
                }
                #expect(message.contains("belongs to \"site-a\""))
                #expect(await ours.bring(try set(name, "203.0.113.9")).isWrite)
                #expect(try await server.dig(name, "A") == ["203.0.113.9"])
            }
            guard case .failed = await ours.bring(try set("home.bind.example", "203.0.113.9")) else {
                Issue.record("a record without a mark was taken over")
                return
            }
        }
    }

    @Test func whatIsDelegatedIsNotItsOwn() async throws {
        try await BindServer.run { server async throws in
            let wish = try set("home.sub.bind.example", "203.0.113.9")
            guard case .failed(let message, retriable: false) = await (try provider(server)).apply(wish) else {
                Issue.record("a delegated name was written")
                return
            }
            #expect(message.contains("delegates sub.bind.example") && message.contains("ns.sub.bind.example"))
            // The client would go on to 127.0.0.9, where nobody listens.
            var configuration = AuthoritativeClient.Configuration()
            configuration.nameServers = [server.endpoint]
            configuration.nameServerPort = server.endpoint.port
            let client = AuthoritativeClient(configuration: configuration)
            guard case .unknown(let failure) = await client.observe(wish.name, .a) else {
                Issue.record("somebody told about a delegated name")
                return
            }
            #expect(failure.message.contains("127.0.0.9"), "\(failure)")
        }
    }

    @Test func aSecondaryNamesThePrimary() async throws {
        try await BindServer.run { server async throws in
            try await server.withSecondary { secondary async throws in
                let wish = try set("home.bind.example", "203.0.113.9")
                #expect(
                    await client(secondary).observe(wish.name, .a).holds(
                        try set("home.bind.example", "198.51.100.7").addresses))
                let outcome = await (try provider(secondary)).apply(wish)
                switch outcome {
                case .refused(let message), .failed(let message, retriable: false):
                    #expect(message.contains("ns.bind.example"), "\(message)")
                default: Issue.record("\(outcome)")
                }
                #expect(try await server.dig("home.bind.example", "A") == ["198.51.100.7"])
            }
        }
    }

    @Test func anAbsenceIsOfOneKindOrTheOther() async throws {
        try await BindServer.run { server async throws in
            let client = client(server)
            #expect(await client.observe(try DomainName(parsing: "none.bind.example"), .a) == .absent(.noSuchName))
            #expect(await client.observe(try DomainName(parsing: "ns.bind.example"), .aaaa) == .absent(.noSuchType))
            // An empty non-terminal: only names below it have records.
            #expect(await client.observe(try DomainName(parsing: "deep.bind.example"), .a) == .absent(.noSuchType))
        }
    }
}
