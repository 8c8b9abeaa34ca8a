import CurlHTTP
import HTTPTypes
import NetworkPrimitives
import Testing

@testable import DNSRecords

/// What is particular to Google Cloud DNS; the rest is in ``ProviderConformanceTests``.
@Suite struct GoogleProviderTests {
    private let zone = FakeZone("example.com")

    private func provider(
        _ fake: FakeCloudDNS, managedZone: String? = nil, visibility: GoogleProvider.Visibility = .publicZone,
        zone: RecordName? = nil
    ) -> GoogleProvider {
        GoogleProvider(
            transport: fake, credential: .metadataServer(host: GoogleMetadataServer.defaultHost),
            managedZone: managedZone, visibility: visibility, zone: zone)
    }

    private func wish(_ name: String, _ address: String = "198.51.100.7") throws -> RecordSet {
        RecordSet(name: try #require(RecordName(name)), address: try #require(IPAddress(address)))
    }

    @Test func askFirstThenWriteOnce() async throws {
        let fake = FakeCloudDNS(zone)
        let provider = provider(fake)
        #expect(fake.requests.isEmpty)
        _ = await provider.apply(try wish("*.A.example.com"))
        #expect(
            fake.paths == [
                "GET ?dnsName=a.example.com.", "GET ?dnsName=example.com.", "GET /my-zone/rrsets?name=*.a.example.com.",
                "POST /my-zone/rrsets",
            ])
        _ = await provider.apply(try wish("*.a.example.com", "198.51.100.8"))
        #expect(
            fake.paths.dropFirst(4).map(\.self) == [
                "GET /my-zone/rrsets?name=*.a.example.com.", "PATCH /my-zone/rrsets/*.a.example.com./A",
            ])
        // One token and one question for the project serve everything.
        #expect(fake.identity.log == ["GET 169.254.169.254", "GET 169.254.169.254"])
        #expect(zone.writes == 2)
    }

    @Test func marksOfOwnershipAreTextRecords() async throws {
        let fake = FakeCloudDNS(zone)
        let writer = RecordWriter(provider: provider(fake), ownership: Ownership(owner: "site-a"))
        guard case .created = await writer.bring(try wish("home.example.com")) else {
            Issue.record("not created")
            return
        }
        #expect(
            zone.set("_esddns-a.home.example.com", .txt)?.values == [.text("heritage=esddns,esddns/owner=site-a")])
        guard case .changed = await writer.bring(try wish("home.example.com", "198.51.100.8")) else {
            Issue.record("not changed")
            return
        }
        #expect(zone.writes == 3)
    }

    @Test func aRoutingPolicyIsNeverOverwritten() async throws {
        zone.put("home.example.com", ["192.0.2.1"])
        let fake = FakeCloudDNS(zone, routed: [try #require(RecordName("home.example.com"))])
        guard case .failed(let message, retriable: false) = await provider(fake).apply(try wish("home.example.com"))
        else {
            Issue.record("expected a failure")
            return
        }
        #expect(message.contains("home.example.com A has a routing policy"))
        #expect(zone.writes == 0)
    }

    @Test func anAliasIsLeftAlone() async throws {
        let name = try #require(RecordName("home.example.com"))
        zone.put([.cname(name, ttl: 60, try #require(RecordName("elsewhere.example.net")))])
        let outcome = await provider(FakeCloudDNS(zone)).apply(try wish("home.example.com"))
        #expect(outcome.description.contains("home.example.com is an alias at Google Cloud DNS (CNAME)"))
        #expect(zone.writes == 0)
    }

    // MARK: Zones

    @Test func thePublicZoneIsMeantWhereThereIsAPrivateOneAsWell() async throws {
        let zones = [
            FakeCloudDNS.Zone(name: "inside", dnsName: "example.com.", visibility: "private"),
            .init(name: "nearer", dnsName: "home.example.com.", visibility: "private"),
            .init(name: "outside", dnsName: "example.com."),
        ]
        let fake = FakeCloudDNS(zone, zones: zones)
        _ = await provider(fake).apply(try wish("home.example.com"))
        #expect(fake.paths.last == "POST /outside/rrsets")
        let inside = FakeCloudDNS(zone, zones: zones)
        _ = await provider(inside, visibility: .privateZone).apply(try wish("www.example.com"))
        #expect(inside.paths.last == "POST /inside/rrsets")
    }

    @Test func aZoneWithoutRecordsOfItsOwnDoesNotCount() async throws {
        let fake = FakeCloudDNS(
            zone,
            zones: [
                .init(name: "forwarding", dnsName: "home.example.com.", visibility: "private", isForwarding: true),
                .init(name: "inside", dnsName: "example.com.", visibility: "private"),
            ])
        _ = await provider(fake, visibility: .privateZone).apply(try wish("home.example.com"))
        #expect(fake.paths.last == "POST /inside/rrsets")
    }

    @Test func twoZonesForOneDomainAreForTheUserToTellApart() async throws {
        let zones = [
            FakeCloudDNS.Zone(name: "old", dnsName: "example.com."), .init(name: "new", dnsName: "example.com."),
        ]
        let outcome = await provider(FakeCloudDNS(zone, zones: zones)).apply(try wish("home.example.com"))
        #expect(
            outcome.description.contains("several public zones for example.com in the project my-project-1: new, old"))
        #expect(outcome.description.contains("GOOGLE_MANAGED_ZONE") && zone.writes == 0)
        let fake = FakeCloudDNS(zone, zones: zones)
        _ = await provider(fake, managedZone: "new").apply(try wish("home.example.com"))
        #expect(
            fake.paths == [
                "GET /new", "GET /new/rrsets?name=home.example.com.", "POST /new/rrsets",
            ])
    }

    @Test func aManagedZoneHasToExistAndToHoldTheName() async throws {
        let missing = await provider(FakeCloudDNS(zone), managedZone: "nowhere").apply(try wish("home.example.com"))
        #expect(missing.description.contains("no managed zone nowhere in the project my-project-1"))
        let fake = FakeCloudDNS(zone)
        let outside = await provider(fake, managedZone: "my-zone").apply(try wish("home.example.org"))
        #expect(outside.description.contains("home.example.org"))
        #expect(fake.paths == ["GET /my-zone"] && zone.writes == 0)
    }

    @Test func pagesWithoutEndAreNotFollowedForEver() async throws {
        let fake = FakeCloudDNS(zone, hasEndlessPages: true)
        guard case .failed(let message, retriable: true) = await provider(fake).apply(try wish("home.example.com"))
        else {
            Issue.record("expected a failure")
            return
        }
        #expect(message.contains("more than 100 pages") && zone.writes == 0)
    }

    // MARK: Errors

    @Test func aRefusalNamesTheRole() async throws {
        let outcome = await provider(FakeCloudDNS(zone, fault: .forbidden)).apply(try wish("home.example.com"))
        #expect(outcome.description.contains("DNS Administrator (roles/dns.admin)"))
    }

    @Test func aTokenThatIsNotAcceptedIsReplacedOnceAndTheWriteIsDone() async throws {
        let fake = FakeCloudDNS(zone)
        let provider = provider(fake)
        _ = try await provider.read(try #require(RecordName("home.example.com")), .a)
        #expect(fake.identity.issued == 1)
        fake.identity.revokeAll()
        try await provider.write(try wish("home.example.com"), replacing: nil)
        #expect(fake.identity.issued == 2 && zone.writes == 1)
    }

    @Test func whatIsNeverAcceptedIsAskedForTwice() async throws {
        let fake = FakeCloudDNS(zone, fault: .unauthorized)
        let provider = provider(fake, zone: RecordName("example.com"))
        guard case .refused(let message) = await provider.apply(try wish("home.example.com")) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(fake.paths.count == 2 && fake.identity.issued == 2)
        #expect(message.contains("<redacted>") && !message.contains("secret-token"))
    }

    @Test func aSetThatVanishedIsAConflict() async throws {
        let fake = FakeCloudDNS(zone)
        let current = try wish("home.example.com")
        await #expect {
            try await provider(fake).write(try wish("home.example.com", "198.51.100.8"), replacing: current)
        } throws: { ($0 as? ProviderError)?.kind == .conflict }
        #expect(zone.writes == 0)
    }

    @Test func aSetThatAppearedIsNotOverwritten() async throws {
        zone.put("home.example.com", ["192.0.2.1"])
        await #expect {
            try await provider(FakeCloudDNS(zone)).write(try wish("home.example.com"), replacing: nil)
        } throws: { ($0 as? ProviderError)?.kind == .conflict }
        #expect(zone.writes == 0)
    }
}
