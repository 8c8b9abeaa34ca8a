import CurlHTTP
import HTTPTypes
import NetworkPrimitives
import Synchronization
import Testing

@testable import DNSRecords

/// What is particular to PowerDNS; the rest is in ``ProviderConformanceTests``.
@Suite struct PowerDNSProviderTests {
    private func set(_ name: String, _ address: String = "203.0.113.9", ttl: UInt32? = nil) throws -> RecordSet {
        RecordSet(name: try #require(RecordName(name)), address: try #require(IPAddress(address)), ttl: ttl)
    }

    private func provider(
        _ transport: any HTTPTransport, serverID: String = "localhost", key: String = "secret-token"
    ) throws -> PowerDNSProvider {
        PowerDNSProvider(
            transport: transport, key: try SecretSource(literal: key), baseURL: "http://127.0.0.1:8081",
            serverID: serverID)
    }

    @Test func keepsCommentsAndDisabledRecords() async throws {
        let zone = FakeZone("example.com")
        zone.put("home.example.com", ["198.51.100.7"], ttl: 1234)
        let fake = FakePowerDNS(zone)
        fake.comment("home.example.com", "do not touch")
        fake.disable("home.example.com", "192.0.2.1")
        let name = try #require(RecordName("home.example.com"))
        let transport = fake.service()
        guard case .changed = await (try provider(transport)).apply(try set("home.example.com")) else {
            Issue.record("not changed")
            return
        }
        let now = try #require(fake.sets(at: name).first)
        #expect(now.records.map(\.content) == ["203.0.113.9", "192.0.2.1"])
        #expect(now.records.map(\.disabled) == [false, true])
        #expect(now.comments.map(\.content) == ["do not touch"])
        #expect(now.ttl == 1234 && transport.writes.count == 1)
        // What was disabled is what is wanted now: it is enabled, rather than there twice.
        guard case .changed = await (try provider(transport)).apply(try set("home.example.com", "192.0.2.1")) else {
            Issue.record("not changed")
            return
        }
        #expect(fake.sets(at: name).first?.records == [.init(content: "192.0.2.1", disabled: false)])
    }

    @Test func whereAllRecordsAreDisabledThereIsNone() async throws {
        let fake = FakePowerDNS(FakeZone("example.com"))
        fake.disable("home.example.com", "192.0.2.1")
        fake.zone.put("home.example.com", ["2001:db8::7"])
        let provider = try provider(fake.service())
        guard case .created = await provider.apply(try set("home.example.com")) else {
            Issue.record("not created")
            return
        }
        let name = try #require(RecordName("home.example.com"))
        #expect(fake.sets(at: name).first?.records.map(\.disabled) == [false, true])
    }

    @Test func asksForEachSuffixOnceAndForZonesOfOneLabel() async throws {
        let transport = FakePowerDNS(FakeZone("lan")).service()
        let provider = try provider(transport)
        _ = await provider.apply(try set("Nas.home.lan"))
        let base = "/api/v1/servers/localhost/zones"
        #expect(
            transport.calls == [
                "GET \(base)?zone=nas.home.lan.", "GET \(base)?zone=home.lan.", "GET \(base)?zone=lan.",
                "GET \(base)/lan.?rrset_name=nas.home.lan.", "GET \(base)/lan.", "PATCH \(base)/lan.",
            ])
        _ = await provider.apply(try set("nas.home.lan"))
        #expect(transport.calls.dropFirst(6) == ["GET \(base)/lan.?rrset_name=nas.home.lan."])
    }

    @Test func refusesAliasesSecondariesAndUnknownServers() async throws {
        let zone = FakeZone("example.com")
        let alias = try #require(RecordName("home.example.com"))
        zone.put([.cname(alias, ttl: 60, try #require(RecordName("www.example.org")))])
        func failure(_ fake: FakePowerDNS, serverID: String = "localhost") async throws -> String {
            let transport = fake.service()
            guard
                case .failed(let message, retriable: false) = await (try provider(transport, serverID: serverID))
                    .apply(try set("home.example.com"))
            else { return "" }
            #expect(transport.writes.isEmpty)
            return message
        }
        #expect(try await failure(FakePowerDNS(zone)).contains("alias (CNAME) of www.example.org"))
        #expect(try await failure(FakePowerDNS(zone, kind: "Slave")).contains("as a secondary (Slave)"))
        #expect(try await failure(FakePowerDNS(zone), serverID: "other").contains("the server's identifier"))
    }

    @Test func repeatsTheServersExplanation() async throws {
        let transport = FakeHTTPService(respond: { _ in
            .plain(422, #"{"error": "RRset home.example.com. IN A: Conflicts, says secret-token"}"#)
        })
        guard case .failed(let message, retriable: false) = await (try provider(transport)).apply(try set("a.lan"))
        else {
            Issue.record("expected a failure")
            return
        }
        #expect(message.contains("422 (RRset home.example.com. IN A: Conflicts, says <redacted>)"))
    }

    @Test func doesNotOverwriteWhatSomebodyChangedInBetween() async throws {
        let zone = FakeZone("example.com")
        zone.put("home.example.com", ["192.0.2.1"], ttl: 60)
        let provider = try provider(FakePowerDNS(zone).service())
        await #expect {
            try await provider.write(
                try set("home.example.com"), replacing: try set("home.example.com", "198.51.100.7"))
        } throws: { ($0 as? ProviderError)?.kind == .conflict }
        #expect(zone.writes == 0)
    }

    @Test(arguments: ["", "[", #"[{"id": "example.com.", "name": "exa"#, "null", #"[{"name": 7}]"#])
    func halfAnAnswerIsNoAnswer(body: String) async throws {
        let transport = FakeHTTPService(respond: { _ in .plain(200, body) })
        guard case .failed(_, retriable: true) = await (try provider(transport)).apply(try set("home.example.com"))
        else {
            Issue.record("expected a failure")
            return
        }
        #expect(transport.writes.isEmpty)
    }

    @Test func settings() throws {
        let dependencies = ProviderDependencies(transport: FakePowerDNS(FakeZone("example.com")).service())
        func problems(_ values: [String: String]) -> [String] {
            do throws(SettingProblems) {
                _ = try ProviderKind.powerdns.build(from: DictionarySettings(values), with: dependencies)
                return []
            } catch {
                return error.problems.map(\.description)
            }
        }
        let least = ["POWERDNS_API_KEY": "k", "POWERDNS_BASE_URL": "http://pdns:8081/api/v1/"]
        #expect(problems(least) == [])
        #expect(problems(least.merging(["ZONE": "lan", "TTL": "0"]) { $1 }) == [])
        let all = problems([
            "POWERDNS_BASE_URL": "pdns:8081", "POWERDNS_SERVER_ID": "a b", "TTL": "2147483648",
        ])
        #expect(all.count == 4)
        #expect(all.first?.hasPrefix("POWERDNS_API_KEY: expected the server's api-key") == true)
    }
}
