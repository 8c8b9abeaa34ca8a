import CurlHTTP
import HTTPTypes
import NetworkPrimitives
import Testing

@testable import DNSRecords

/// What is particular to Azure DNS; the rest is in ``ProviderConformanceTests``.
@Suite struct AzureProviderTests {
    private let zone = FakeZone("example.com")

    private func provider(
        _ fake: FakeAzureDNS, group: String? = nil, zone: RecordName? = nil, uptime: FakeUptime = FakeUptime()
    ) -> AzureProvider {
        AzureProvider(
            transport: fake, credential: .managedIdentity(clientID: nil), subscription: FakeAzureDNS.subscription,
            resourceGroup: group, kind: fake.kind, baseURL: "https://\(fake.host)", zone: zone, uptime: uptime.read)
    }

    private func wish(_ name: String, _ address: String = "198.51.100.7") throws -> RecordSet {
        RecordSet(name: try #require(RecordName(name)), address: try #require(IPAddress(address)))
    }

    @Test func listsTheZonesOnceAndWritesOnce() async throws {
        let fake = FakeAzureDNS(zone)
        let provider = provider(fake)
        #expect(fake.requests.isEmpty)
        _ = await provider.apply(try wish("*.A.example.com"))
        let record = "/resourceGroups/dns-group/…/dnsZones/example.com"
        #expect(
            fake.paths == [
                "GET /…/dnsZones", "GET /…/dnsZones&$skipToken=1", "GET \(record)/A/*.a", "GET \(record)/CNAME/*.a",
                "PUT \(record)/A/*.a",
            ])
        _ = await provider.apply(try wish("*.a.example.com", "198.51.100.8"))
        _ = await provider.apply(try wish("example.com"))
        #expect(
            Array(fake.paths.dropFirst(5)) == [
                "GET \(record)/A/*.a", "PUT \(record)/A/*.a", "GET \(record)/A/@", "PUT \(record)/A/@",
            ])
        #expect(fake.identity.log == ["GET 169.254.169.254"])
        #expect(zone.writes == 3)
    }

    @Test func metadataIsKept() async throws {
        let name = try #require(RecordName("home.example.com"))
        zone.put("home.example.com", ["192.0.2.1"], ttl: 77)
        let fake = FakeAzureDNS(zone)
        fake.touch(name, metadata: ["owner": "somebody", "ticket": "4711"])
        guard case .changed = await provider(fake).apply(try wish("home.example.com")) else {
            Issue.record("not changed")
            return
        }
        #expect(fake.metadata(name) == ["owner": "somebody", "ticket": "4711"])
        #expect(zone.set("home.example.com")?.ttl == 77)
    }

    @Test func whatSomebodyElseWroteInTheMeantimeIsNotOverwritten() async throws {
        zone.put("home.example.com", ["192.0.2.1"])
        let name = try #require(RecordName("home.example.com"))
        let fake = FakeAzureDNS(zone)
        let provider = provider(fake)
        let current = try #require(try await provider.read(name, .a))
        zone.put("home.example.com", ["192.0.2.2"])
        fake.touch(name)
        await #expect {
            try await provider.write(try wish("home.example.com"), replacing: current)
        } throws: { ($0 as? ProviderError)?.kind == .conflict }
        // Now that its version is used up, it is read once more, and found to be another.
        await #expect {
            try await provider.write(try wish("home.example.com"), replacing: current)
        } throws: { ($0 as? ProviderError)?.message.contains("was changed by somebody else") == true }
        #expect(zone.writes == 0)
    }

    @Test func aSetThatAppearedOrVanishedIsAConflict() async throws {
        zone.put("home.example.com", ["192.0.2.1"])
        let fake = FakeAzureDNS(zone)
        await #expect {
            try await provider(fake).write(try wish("home.example.com"), replacing: nil)
        } throws: { ($0 as? ProviderError)?.kind == .conflict }
        await #expect {
            try await provider(fake).write(
                try wish("other.example.com"), replacing: try wish("other.example.com", "192.0.2.9"))
        } throws: { ($0 as? ProviderError)?.kind == .conflict }
        #expect(zone.writes == 0)
    }

    @Test func anAliasRecordSetIsNeverOverwritten() async throws {
        zone.put("home.example.com", ["192.0.2.1"])
        let fake = FakeAzureDNS(zone, aliases: [try #require(RecordName("home.example.com"))])
        guard case .failed(let message, retriable: false) = await provider(fake).apply(try wish("home.example.com"))
        else {
            Issue.record("expected a failure")
            return
        }
        #expect(message.contains("home.example.com A is an alias record set") && message.contains("publicIPAddresses"))
        #expect(zone.writes == 0)
    }

    @Test func aCNAMEIsLeftAlone() async throws {
        let name = try #require(RecordName("home.example.com"))
        zone.put([.cname(name, ttl: 60, try #require(RecordName("elsewhere.example.net")))])
        let outcome = await provider(FakeAzureDNS(zone)).apply(try wish("home.example.com"))
        #expect(outcome.description.contains("home.example.com is an alias at Azure DNS (CNAME)"))
        #expect(zone.writes == 0)
    }

    @Test(arguments: [AzureProvider.ZoneKind.publicZone, .privateZone])
    func bothKindsOfZonesHoldEverything(kind: AzureProvider.ZoneKind) async throws {
        let fake = FakeAzureDNS(zone, kind: kind)
        let writer = RecordWriter(provider: provider(fake), ownership: Ownership(owner: "site-a"))
        for address in ["198.51.100.7", "2001:db8::7"] {
            for address in [address, address.replacing("7", with: "8")] {
                #expect(await writer.bring(try wish("home.example.com", address)).isWrite)
                guard case .inSync = await writer.bring(try wish("home.example.com", address)) else {
                    Issue.record("not in sync")
                    return
                }
            }
        }
        let mark = RecordValue.text("heritage=esddns,esddns/owner=site-a")
        #expect(zone.set("_esddns-a.home.example.com", .txt)?.values == [mark])
        #expect(zone.set("_esddns-aaaa.home.example.com", .txt)?.values == [mark])
        #expect(zone.writes == 6)
    }

    @Test(arguments: ["x", "quo\"ted \\ text", String(repeating: "é", count: 300)])
    func textsComeBackAsTheyWere(text: String) async throws {
        let name = try #require(RecordName("text.example.com"))
        let provider = provider(FakeAzureDNS(zone))
        #expect(await provider.apply(RecordSet(name: name, text: text)).isSuccess)
        #expect(try await provider.read(name, .txt)?.values == [.text(text)])
    }

    // MARK: Zones

    @Test func theLongestZoneIsMeantWhateverItsGroup() async throws {
        let fake = FakeAzureDNS(
            FakeZone("sub.example.com"),
            zones: [.init(name: "example.com", group: "one"), .init(name: "Sub.example.com", group: "two")])
        _ = try? await provider(fake).read(try #require(RecordName("a.sub.example.com")), .a)
        #expect(fake.paths.last?.hasPrefix("GET /resourceGroups/two/…/dnsZones/sub.example.com/") == true)
    }

    @Test func twoZonesOfOneNameAreForTheUserToTellApart() async throws {
        let zones = [
            FakeAzureDNS.Zone(name: "example.com", group: "one"), .init(name: "example.com", group: "two"),
        ]
        let outcome = await provider(FakeAzureDNS(zone, zones: zones)).apply(try wish("home.example.com"))
        #expect(outcome.description.contains("in the resource groups one, two; set AZURE_RESOURCE_GROUP"))
        #expect(zone.writes == 0)
        let fake = FakeAzureDNS(zone, zones: zones)
        #expect(await provider(fake, group: "two").apply(try wish("home.example.com")).isSuccess)
        #expect(fake.paths.first == "GET /resourceGroups/two/…/dnsZones")
    }

    @Test func aConfiguredZoneInAConfiguredGroupNeedsNoList() async throws {
        let fake = FakeAzureDNS(zone)
        let provider = provider(fake, group: "dns-group", zone: RecordName("Example.com"))
        #expect(await provider.apply(try wish("home.example.com")).isSuccess)
        #expect(fake.paths.first == "GET /resourceGroups/dns-group/…/dnsZones/example.com")
    }

    @Test func theListIsReadAgainForAZoneThatIsNewButNotAllTheTime() async throws {
        let uptime = FakeUptime()
        let fake = FakeAzureDNS(zone)
        let provider = provider(fake, uptime: uptime)
        for name in ["home.example.com", "www.example.com", "home.example.org", "home.example.org"] {
            _ = try? await provider.zone(for: try #require(RecordName(name)))
        }
        #expect(fake.paths.count == 2)
        uptime.advance(by: .seconds(61))
        _ = try? await provider.zone(for: try #require(RecordName("home.example.org")))
        #expect(fake.paths.count == 4)
    }

    @Test func theTokenDoesNotFollowALinkElsewhere() async throws {
        let fake = FakeAzureDNS(zone, foreignLink: "https://management.azure.com.evil.example/zones")
        let outcome = await provider(fake).apply(try wish("home.example.com"))
        #expect(outcome.description.contains("continues its list of zones at another server"))
        #expect(fake.requests.allSatisfy { !$0.url.contains("evil") })
    }

    @Test func pagesWithoutEndAreNotFollowedForEver() async throws {
        let first = "https://management.azure.com/subscriptions/\(FakeAzureDNS.subscription)"
        let fake = FakeAzureDNS(
            zone, foreignLink: first + "/providers/Microsoft.Network/dnsZones?api-version=2018-05-01")
        let outcome = await provider(fake).apply(try wish("home.example.com"))
        #expect(outcome.description.contains("more than 100 pages"))
    }

    // MARK: Errors

    @Test func aRefusalNamesTheRole() async throws {
        let outcome = await provider(FakeAzureDNS(zone, fault: .forbidden)).apply(try wish("home.example.com"))
        #expect(outcome.description.contains("the role DNS Zone Contributor on the zone or its resource group"))
    }

    @Test func aTokenThatIsNotAcceptedIsReplacedOnceAndTheWriteIsDone() async throws {
        let fake = FakeAzureDNS(zone)
        let provider = provider(fake)
        _ = try await provider.read(try #require(RecordName("home.example.com")), .a)
        fake.identity.revokeAll()
        try await provider.write(try wish("home.example.com"), replacing: nil)
        #expect(fake.identity.issued == 2 && zone.writes == 1)
    }

    @Test func aLockIsForSomebodyToRemove() throws {
        let response = HTTPClientResponse.json(409, ["error": ["code": "ScopeLocked", "message": "locked"]])
        #expect(AzureError.dialect.kind(response) == .permanent)
        #expect(AzureError.dialect.explanation(response) == "ScopeLocked: locked")
    }
}
