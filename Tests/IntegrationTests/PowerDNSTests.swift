import CurlHTTP
import DNSRecords
import Foundation
import NetworkPrimitives
import Testing

/// The HTTP API of PowerDNS (Debian packages `pdns-server` and `pdns-backend-sqlite3`), seen by `kdig` of `knot-dnsutils`.
@Suite(.timeLimit(.minutes(2))) struct PowerDNSTests {
    private func run(_ body: (PowerDNSServer, HTTPClient) async throws -> Void) async throws {
        try await PowerDNSServer.run { server async throws in
            let http = try HTTPClient()
            let result: Result<Void, any Error>
            do { result = .success(try await body(server, http)) } catch { result = .failure(error) }
            await http.shutdown()
            try result.get()
        }
    }

    private func provider(
        _ server: PowerDNSServer, _ http: HTTPClient, key: String = PowerDNSServer.key, configuredTTL: UInt32? = nil
    ) throws -> PowerDNSProvider {
        PowerDNSProvider(
            transport: http, key: try SecretSource(literal: key), baseURL: server.baseURL, configuredTTL: configuredTTL)
    }

    private func set(_ name: String, _ addresses: String..., ttl: UInt32? = nil) throws -> RecordSet {
        let parsed = try addresses.map { try #require(IPAddress($0)) }
        return try RecordSet(
            name: try DomainName(parsing: name), type: RecordType(try #require(parsed.first).family),
            addresses: parsed, ttl: ttl)
    }

    @Test func changesARecordAndNothingElse() async throws {
        try await run { server, http in
            let provider = try provider(server, http)
            let before = try set("home.pdns.example", "198.51.100.7", ttl: 1234)
            let after = try set("home.pdns.example", "203.0.113.9", ttl: 1234)
            let wish = try set("home.pdns.example", "203.0.113.9")
            let serial = try await server.kdig("pdns.example", "SOA", "+short")
            let outcome = await provider.apply(wish)
            #expect(outcome == .changed(from: before, to: after), "\(outcome)")
            #expect(await provider.apply(wish) == .inSync(after))
            #expect(try await server.kdig("home.pdns.example", "A", "+short") == ["203.0.113.9"])
            #expect(try await server.kdig("home.pdns.example", "AAAA", "+short") == ["2001:db8::7"])
            #expect(try await server.kdig("home.pdns.example", "TXT", "+short") == ["\"leave me alone\""])
            let answer = try await server.kdig("home.pdns.example", "A", "+noall", "+answer")
            #expect(answer.contains { $0.contains("1234") })
            #expect(try await server.kdig("pdns.example", "SOA", "+short") != serial)
            let zone = try await server.call("GET", "/pdns.example.")
            #expect(zone.contains("do not touch"))
            #expect(zone.contains(#"{"content": "192.0.2.1", "disabled": true}"#))
            // A record that somebody disabled is enabled, rather than refused as a duplicate.
            let enabled = await provider.apply(try set("home.pdns.example", "192.0.2.1"))
            #expect(enabled.isWrite, "\(enabled)")
            #expect(try await server.kdig("home.pdns.example", "A", "+short") == ["192.0.2.1"])
        }
    }

    @Test func createsNamesOfAllKinds() async throws {
        try await run { server, http in
            let provider = try provider(server, http, configuredTTL: 60)
            let names = [
                "pdns.example", "*.wild.pdns.example", "a.b.c.pdns.example", "NEW.pdns.example.",
                "xn--bcher-kva.pdns.example", "_under.pdns.example",
            ]
            for name in names {
                let wish = try set(name, "198.51.100.7", "203.0.113.9")
                var expected = wish
                expected.ttl = 60
                #expect(try await provider.zone(for: wish.name).description == "pdns.example")
                let outcome = await provider.apply(wish)
                #expect(outcome == .created(expected), "\(outcome)")
                #expect(try await Set(server.kdig(name, "A", "+short")) == ["198.51.100.7", "203.0.113.9"])
            }
            let six = try set("new.pdns.example", "2001:db8::1", ttl: 60)
            #expect(await provider.apply(six) == .created(six))
            #expect(try await server.kdig("new.pdns.example", "AAAA", "+short") == ["2001:db8::1"])
        }
    }

    @Test func marksItsRecords() async throws {
        try await run { server, http in
            let provider = try provider(server, http)
            let ownership = Ownership(owner: "site-1")
            let writer = RecordWriter(provider: provider, ownership: ownership)
            let wish = try set("new.pdns.example", "203.0.113.9")
            let outcome = await writer.bring(wish)
            #expect(outcome.isWrite && ownership != nil, "\(outcome)")
            #expect(
                try await server.kdig("_esddns-a.new.pdns.example", "TXT", "+short")
                    == ["\"heritage=esddns,esddns/owner=site-1\""])
            let other = RecordWriter(provider: provider, ownership: Ownership(owner: "site-2"))
            guard
                case .failed(let message, retriable: false) = await other.bring(
                    try set("new.pdns.example", "192.0.2.9"))
            else {
                Issue.record("somebody else's record was changed")
                return
            }
            #expect(message.contains("belongs to \"site-1\""))
        }
    }

    @Test func saysWhatIsWrong() async throws {
        try await run { server, http in
            guard
                case .refused(let refusal) = await (try provider(server, http, key: "wrong-key"))
                    .apply(try set("home.pdns.example", "203.0.113.9"))
            else {
                Issue.record("a wrong key was accepted")
                return
            }
            #expect(refusal.contains("401") && refusal.contains("api-key") && !refusal.contains("wrong-key"))
            let provider = try provider(server, http)
            guard
                case .failed(let alias, retriable: false) = await provider.apply(
                    try set("alias.pdns.example", "203.0.113.9"))
            else {
                Issue.record("an alias was overwritten")
                return
            }
            #expect(alias.contains("alias (CNAME) of home.pdns.example"))
            await #expect {
                try await provider.write(
                    try set("home.pdns.example", "203.0.113.9"), replacing: try set("home.pdns.example", "192.0.2.7"))
            } throws: { ($0 as? ProviderError)?.kind == .conflict }
            guard
                case .failed(let outside, retriable: false) = await provider.apply(
                    try set("home.other.example", "203.0.113.9"))
            else {
                Issue.record("a zone that is not there was served")
                return
            }
            #expect(outside.contains("asked for home.other.example, other.example, example"))
            #expect(try await server.kdig("home.pdns.example", "A", "+short") == ["198.51.100.7"])
        }
    }
}
