import NetworkPrimitives
import Testing

@testable import DNSRecords

/// What every provider has to do, whatever its service looks like.
@Suite struct ProviderConformanceTests {
    static let fixtures: [ProviderFixture] = [
        .gandi,
        .rfc2136,
        .cloudflare,
        .powerdns,
        .duckdns,
        .dyndns2,
        .webhook,
        .dnsendpoint,
        .google,
        .route53,
        .azure,
        .digitalOcean,
        .hetzner,
        .deSEC,
    ]

    private func desired(_ name: String, _ addresses: String..., ttl: UInt32? = nil) throws -> RecordSet {
        try desired(name, addresses, ttl: ttl)
    }

    private func desired(_ name: String, _ addresses: [String], ttl: UInt32? = nil) throws -> RecordSet {
        let parsed = try addresses.map { try #require(IPAddress($0)) }
        return try RecordSet(
            name: try #require(RecordName(name)), type: RecordType(try #require(parsed.first).family),
            addresses: parsed, ttl: ttl)
    }

    @Test(
        arguments: fixtures,
        [
            "home.example.com", "example.com", "*.example.com", "a.b.c.d.example.com", "*.sub.example.com",
            "xn--bcher-kva.example.com", "_under.example.com", "home.example.com.", "HOME.example.com",
        ])
    func createsAndChangesAnyName(_ fixture: ProviderFixture, name: String) async throws {
        guard !fixture.impossibleNames.contains(name) else { return }
        let scenario = ProviderFixture.Scenario()
        try await fixture.run(scenario) { provider in
            let parsed = try #require(RecordName(name))
            #expect(try await provider.zone(for: parsed) == scenario.zone.apex)
            #expect(try await provider.read(parsed, .a) == nil)
            let first = try desired(name, "198.51.100.7")
            guard case .created(let created) = await provider.apply(first) else {
                Issue.record("not created")
                return
            }
            #expect(created.addresses == first.addresses)
            #expect(created.ttl == 300 || !fixture.features.contains(.ttl))
            #expect(scenario.zone.set(name) == created)
            let second = try desired(name, "198.51.100.8")
            guard case .changed(let from, let to) = await provider.apply(second) else {
                Issue.record("not changed")
                return
            }
            #expect(from == created && to.addresses == second.addresses)
            #expect(try await provider.read(parsed, .a) == to)
            #expect(scenario.zone.writes == 2)
        }
    }

    @Test(arguments: fixtures)
    func writesNothingWhenEqual(_ fixture: ProviderFixture) async throws {
        let scenario = ProviderFixture.Scenario()
        let addresses =
            fixture.features.contains(.severalAddresses) ? ["198.51.100.7", "198.51.100.8"] : ["198.51.100.7"]
        scenario.zone.put("home.example.com", addresses.reversed(), ttl: 1234)
        try await fixture.run(scenario) { provider in
            var set = try desired("home.example.com", addresses)
            let outcome = await provider.apply(set)
            set.ttl = 1234
            #expect(outcome == .inSync(set))
            #expect(scenario.zone.writes == 0)
        }
    }

    @Test(arguments: fixtures)
    func aChangeKeepsTheTTLAndEverythingElse(_ fixture: ProviderFixture) async throws {
        let scenario = ProviderFixture.Scenario()
        scenario.zone.put("home.example.com", ["198.51.100.7"], ttl: 1234)
        scenario.zone.put("home.example.com", ["2001:db8::7"], ttl: 600)
        scenario.zone.put("other.example.com", ["192.0.2.1"])
        try await fixture.run(scenario) { provider in
            let outcome = await provider.apply(try desired("home.example.com", "203.0.113.9"))
            #expect(
                outcome
                    == .changed(
                        from: try desired("home.example.com", "198.51.100.7", ttl: 1234),
                        to: try desired("home.example.com", "203.0.113.9", ttl: 1234)))
            #expect(
                scenario.zone.set("home.example.com", .aaaa)
                    == (try desired("home.example.com", "2001:db8::7", ttl: 600)))
            #expect(scenario.zone.set("other.example.com") == (try desired("other.example.com", "192.0.2.1", ttl: 300)))
            #expect(scenario.zone.writes == 1)
        }
    }

    @Test(arguments: fixtures)
    func aConfiguredTTLIsWritten(_ fixture: ProviderFixture) async throws {
        guard fixture.features.contains(.ttl) else { return }
        let scenario = ProviderFixture.Scenario(configuredTTL: 900)
        scenario.zone.put("home.example.com", ["198.51.100.7"], ttl: 1234)
        try await fixture.run(scenario) { provider in
            let set = try desired("home.example.com", "198.51.100.7")
            guard case .changed = await provider.apply(set) else {
                Issue.record("the TTL was not changed")
                return
            }
            #expect(scenario.zone.set("home.example.com")?.ttl == 900)
            guard case .inSync = await provider.apply(set) else {
                Issue.record("not in sync after the change")
                return
            }
            // A wish for this one record comes before what is configured for all.
            guard case .changed = await provider.apply(try desired("home.example.com", "198.51.100.7", ttl: 700)) else {
                Issue.record("the record's own TTL was not written")
                return
            }
            #expect(scenario.zone.set("home.example.com")?.ttl == 700)
            #expect(scenario.zone.writes == 2)
        }
    }

    @Test(arguments: fixtures)
    func holdsSeveralAddressesAndIPv6(_ fixture: ProviderFixture) async throws {
        guard fixture.features.isSuperset(of: [.severalAddresses, .ipv6]) else { return }
        let scenario = ProviderFixture.Scenario()
        try await fixture.run(scenario) { provider in
            let four = try desired("multi.example.com", "198.51.100.7", "203.0.113.9", "192.0.2.5")
            let six = try desired("multi.example.com", "2001:db8::1", "2001:db8::2")
            for set in [four, six] {
                guard case .created = await provider.apply(set), case .inSync = await provider.apply(set) else {
                    Issue.record("not created, or not in sync afterwards")
                    return
                }
            }
            #expect(scenario.zone.set("multi.example.com")?.addresses == four.addresses)
            #expect(scenario.zone.set("multi.example.com", .aaaa)?.addresses == six.addresses)
        }
    }

    @Test(arguments: fixtures)
    func holdsTextForMarksOfOwnership(_ fixture: ProviderFixture) async throws {
        guard fixture.features.contains(.ownership) else { return }
        let scenario = ProviderFixture.Scenario()
        try await fixture.run(scenario) { provider in
            let tests = Ownership(owner: "tests")
            let ownership = try #require(tests)
            let writer = RecordWriter(provider: provider, ownership: ownership)
            let first = try desired("home.example.com", "198.51.100.7")
            guard case .created = await writer.bring(first), case .inSync = await writer.bring(first) else {
                Issue.record("not created, or not in sync afterwards")
                return
            }
            let name = try ownership.markName(for: first.name, .a)
            #expect(try await provider.read(name, .txt)?.values == [.text("heritage=esddns,esddns/owner=tests")])
            guard case .changed = await writer.bring(try desired("home.example.com", "198.51.100.8")) else {
                Issue.record("not changed")
                return
            }
            let stranger = Ownership(owner: "stranger")
            let other = RecordWriter(provider: provider, ownership: stranger)
            guard stranger != nil, case .failed(_, retriable: false) = await other.bring(first) else {
                Issue.record("somebody else's record was changed")
                return
            }
            #expect(scenario.zone.set("home.example.com")?.presentations == ["198.51.100.8"])
        }
    }

    @Test(arguments: fixtures)
    func aNameOutsideAllZonesCannotBeServed(_ fixture: ProviderFixture) async throws {
        try await fixture.run(.init()) { provider in
            for name in ["home.example.org", "badexample.com"] {
                // A name server says REFUSED both to those it does not know and for zones it does not have.
                switch await provider.apply(try desired(name, "192.0.2.1")) {
                case .failed(let message, retriable: false), .refused(let message): #expect(message.contains(name))
                case let outcome: Issue.record("\(name): \(outcome)")
                }
            }
        }
    }

    @Test(arguments: fixtures, ProviderFault.allCases)
    func saysWhatWentWrong(_ fixture: ProviderFixture, fault: ProviderFault) async throws {
        guard fixture.faults.contains(fault) else { return }
        let scenario = ProviderFixture.Scenario(fault: fault)
        scenario.zone.put("home.example.com", ["198.51.100.7"], ttl: 1234)
        try await fixture.run(scenario) { provider in
            let outcome = await provider.apply(try desired("home.example.com", "203.0.113.9"))
            let isAsExpected =
                switch (fault, outcome) {
                case (.unauthorized, .refused), (.forbidden, .refused), (.zoneMissing, .failed(_, retriable: false)),
                    (.serverError, .failed(_, retriable: true)), (.malformedAnswer, .failed(_, retriable: true)),
                    (.conflict, .failed(_, retriable: true)), (.preconditionFailed, .failed(_, retriable: true)),
                    (.timeoutBeforeCommit, .failed(_, retriable: true)):
                    true
                case (.zoneMissing, .refused): fixture.testDescription == "rfc2136"
                case (.limited, .limited(let retryAfter)): retryAfter == .seconds(7)
                case (.timeoutAfterCommit, .changed): true
                default: false
                }
            #expect(isAsExpected, "\(outcome)")
            #expect(scenario.zone.writes == (fault == .timeoutAfterCommit ? 1 : 0))
            #expect(!String(reflecting: outcome).contains("secret-token"))
            #expect(!outcome.description.isEmpty && outcome.description.count < 500)
        }
    }

    @Test(arguments: fixtures, [ProviderFault.conflict, .timeoutBeforeCommit, .serverError, .unauthorized])
    func nothingIsEverDeletedByAFailure(_ fixture: ProviderFixture, fault: ProviderFault) async throws {
        let scenario = ProviderFixture.Scenario(fault: fault)
        scenario.zone.put("home.example.com", ["198.51.100.7"], ttl: 1234)
        try await fixture.run(scenario) { provider in
            _ = await provider.apply(try desired("home.example.com", "203.0.113.9"))
            #expect(
                scenario.zone.set("home.example.com") == (try desired("home.example.com", "198.51.100.7", ttl: 1234)))
        }
    }
}
