import CurlHTTP
import HTTPTypes
import NetworkPrimitives
import Testing

@testable import DNSRecords

/// What is particular to Gandi; the rest is in ``ProviderConformanceTests``.
@Suite struct GandiProviderTests {
    private func set(_ name: String, _ address: String = "198.51.100.7", ttl: UInt32? = nil) throws -> RecordSet {
        RecordSet(name: try #require(RecordName(name)), address: try #require(IPAddress(address)), ttl: ttl)
    }

    @Test func asksForTheLongestSuffixAndRemembersIt() async throws {
        let transport = FakeLiveDNS(FakeZone("example.com"))
        let provider = GandiProvider(
            transport: transport, credential: .token(try SecretSource(literal: "secret-token")))
        _ = await provider.apply(try set("*.a.example.com"))
        #expect(
            transport.paths == [
                "GET /domains/a.example.com", "GET /domains/example.com", "GET /domains/example.com/records/*.a/A",
                "PUT /domains/example.com/records/*.a/A",
            ])
        _ = await provider.apply(try set("*.a.example.com"))
        #expect(transport.paths.count == 5)
        _ = await provider.apply(try set("example.com"))
        #expect(transport.paths.last == "PUT /domains/example.com/records/@/A")
    }

    @Test func sendsWhatTheAPIWants() async throws {
        let transport = FakeLiveDNS(FakeZone("example.com"), authorization: "Apikey old-key")
        let provider = GandiProvider(
            transport: transport, credential: .apiKey(try SecretSource(literal: "old-key")),
            baseURL: "https://api.example.net/v5/livedns", sharingID: "org/1",
            zone: RecordName("example.com"))
        guard case .created = await provider.apply(try set("home.example.com", ttl: 60)) else {
            Issue.record("not created")
            return
        }
        let put = try #require(transport.requests.last)
        #expect(put.url == "https://api.example.net/v5/livedns/domains/example.com/records/home/A?sharing_id=org%2F1")
        #expect(put.method == .put)
        #expect(put.headers[.contentType] == "application/json")
        #expect(put.headers[.authorization] == "Apikey old-key")
        #expect(put.timeout != nil)
        let body = String(decoding: try #require(put.body), as: UTF8.self)
        #expect(body.contains(#""rrset_values":["198.51.100.7"]"#))
        // Less than 300 s is not accepted, so that is what it becomes.
        #expect(body.contains(#""rrset_ttl":300"#))
    }

    @Test func aConfiguredZoneIsTheOnlyOneAskedFor() async throws {
        let transport = FakeLiveDNS(FakeZone("sub.example.com"))
        let provider = GandiProvider(
            transport: transport, credential: .token(try SecretSource(literal: "secret-token")),
            zone: RecordName("example.com"))
        guard case .failed(let message, retriable: false) = await provider.apply(try set("a.sub.example.com")) else {
            Issue.record("expected a failure")
            return
        }
        #expect(message.contains("asked for example.com"))
        #expect(transport.paths == ["GET /domains/example.com"])
        guard case .failed(let other, retriable: false) = await provider.apply(try set("home.example.org")) else {
            Issue.record("expected a failure")
            return
        }
        #expect(other.contains("home.example.org is not within the configured zone example.com"))
        #expect(transport.paths.count == 1)
    }

    @Test func aTokenForOneDomainMayBeForbiddenToAskForOthers() async throws {
        let transport = FakeLiveDNS(FakeZone("example.com"), forbiddenDomains: ["home.example.com", "example.org"])
        let provider = GandiProvider(
            transport: transport, credential: .token(try SecretSource(literal: "secret-token")))
        guard case .created = await provider.apply(try set("home.example.com")) else {
            Issue.record("not created")
            return
        }
        guard case .refused(let message) = await provider.apply(try set("home.example.org")) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(message.contains("personal access token"))
    }

    @Test func theTokenIsNotRepeatedEvenIfGandiRepeatsIt() async throws {
        let transport = FakeLiveDNS(FakeZone("example.com"), fault: .unauthorized)
        let provider = GandiProvider(
            transport: transport, credential: .token(try SecretSource(literal: "secret-token")))
        guard case .refused(let message) = await provider.apply(try set("home.example.com")) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(
            message.hasPrefix("Gandi answered 401 (no such token: Bearer <redacted>) to GET; the personal access token")
        )
    }
}
