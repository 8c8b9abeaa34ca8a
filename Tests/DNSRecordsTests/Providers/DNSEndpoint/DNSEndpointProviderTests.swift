import NetworkPrimitives
import Testing

@testable import DNSRecords

/// What is particular to `DNSEndpoint` objects; the rest is in ``ProviderConformanceTests``.
@Suite struct DNSEndpointProviderTests {
    private func set(_ name: String, _ address: String = "203.0.113.9") throws -> RecordSet {
        RecordSet(name: try #require(RecordName(name)), address: try #require(IPAddress(address)))
    }

    private func zone() -> FakeZone {
        let zone = FakeZone("example.com")
        zone.put("home.example.com", ["198.51.100.7"], ttl: 1234)
        return zone
    }

    private func failure(_ outcome: RecordOutcome) -> String {
        if case .failed(let message, retriable: false) = outcome { return message }
        Issue.record("\(outcome)")
        return ""
    }

    @Test func makesWayForChangesOfOtherEntries() async throws {
        let zone = zone()
        let store = FakeEndpointStore(zone, interferences: 3)
        #expect(await DNSEndpointProvider(store: store).apply(try set("home.example.com")).isWrite)
        #expect(zone.set("home.example.com")?.presentations == ["203.0.113.9"])
        #expect(store.reads == 5 && zone.writes == 1)
    }

    @Test func givesUpOnAnObjectThatNeverRests() async throws {
        let zone = zone()
        let store = FakeEndpointStore(zone, interferences: .max)
        guard
            case .failed(_, retriable: true) = await DNSEndpointProvider(store: store).apply(
                try set("home.example.com"))
        else {
            Issue.record("expected a failure")
            return
        }
        #expect(store.reads == 7 && zone.writes == 0)
    }

    @Test func entriesThatContradictEachOtherAreRefused() async throws {
        func entry(_ type: String, _ target: String, _ identifier: String? = nil) -> ExternalDNSEndpoint {
            ExternalDNSEndpoint(
                dnsName: "Home.example.com.", targets: [target], recordType: type, setIdentifier: identifier)
        }
        for (others, words) in [
            ([entry("CNAME", "www.example.org")], "alias (CNAME) of www.example.org"),
            ([entry("A", "192.0.2.1"), entry("A", "192.0.2.2")], "more than one entry"),
            ([entry("A", "192.0.2.1", "blue"), entry("A", "192.0.2.2", "green")], "blue, green"),
        ] {
            let zone = FakeZone("example.com")
            let provider = DNSEndpointProvider(store: FakeEndpointStore(zone, others: others))
            #expect(failure(await provider.apply(try set("home.example.com"))).contains(words))
            #expect(zone.writes == 0)
        }
    }

    @Test func settings() throws {
        func problems(_ values: [String: String], store: (any EndpointObjectStore)?) -> [String] {
            do throws(SettingProblems) {
                _ = try ProviderKind.dnsendpoint.build(
                    from: DictionarySettings(values),
                    with: ProviderDependencies(
                        transport: FakeHTTPService(respond: { _ in .plain(500, "") }), endpointObjects: store))
                return []
            } catch {
                return error.problems.map(\.description)
            }
        }
        let store = FakeEndpointStore(zone())
        #expect(problems([:], store: store) == [])
        #expect(problems(["DNSENDPOINT_NAME": "wan.records-1"], store: store) == [])
        for name in ["Wan", "-a", "a..b", "a_b", "a/b"] {
            #expect(problems(["DNSENDPOINT_NAME": name], store: store).count == 1)
        }
        #expect(problems([:], store: nil).first?.contains("only be kept inside a cluster") == true)
    }
}
