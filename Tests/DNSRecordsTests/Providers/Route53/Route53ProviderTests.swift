import CurlHTTP
import HTTPTypes
import NetworkPrimitives
import Synchronization
import Testing

@testable import DNSRecords

/// What is particular to Route 53; the rest is in ``ProviderConformanceTests``.
@Suite struct Route53ProviderTests {
    private func set(_ name: String, _ address: String = "198.51.100.7", ttl: UInt32? = nil) throws -> RecordSet {
        RecordSet(name: try #require(RecordName(name)), address: try #require(IPAddress(address)), ttl: ttl)
    }

    private func failure(
        _ provider: Route53Provider, _ name: String, _ address: String = "203.0.113.9"
    ) async throws -> String {
        switch await provider.apply(try set(name, address)) {
        case .failed(let message, retriable: false): return message
        case let outcome:
            Issue.record("\(outcome)")
            return ""
        }
    }

    @Test func sendsWhatTheAPIWants() async throws {
        let zone = FakeZone("example.com")
        let fake = FakeRoute53(zone)
        let provider = try Route53Provider.against(fake)
        guard case .created = await provider.apply(try set("*.a.example.com")) else {
            Issue.record("not created")
            return
        }
        #expect(
            fake.calls == [
                "GET /hostedzonesbyname?dnsname=example.com.&maxitems=100",
                "GET /hostedzone/Z1EXAMPLE/rrset?maxitems=20&name=%5C052.a.example.com.",
                "POST /hostedzone/Z1EXAMPLE/rrset",
            ])
        let head =
            #"<?xml version="1.0" encoding="UTF-8"?>"#
            + #"<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/">"#
        func change(_ action: String, _ address: String) -> String {
            #"<Change><Action>\#(action)</Action><ResourceRecordSet><Name>\052.a.example.com.</Name><Type>A</Type>"#
                + "<TTL>300</TTL><ResourceRecords><ResourceRecord><Value>\(address)</Value></ResourceRecord>"
                + "</ResourceRecords></ResourceRecordSet></Change>"
        }
        func batch(_ changes: String...) -> String {
            head + "<ChangeBatch><Changes>\(changes.joined())</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"
        }
        #expect(
            fake.requests.last?.body.map { String(decoding: $0, as: UTF8.self) }
                == batch(change("CREATE", "198.51.100.7")))
        _ = await provider.apply(try set("*.a.example.com", "203.0.113.9"))
        #expect(
            fake.requests.last?.body.map { String(decoding: $0, as: UTF8.self) }
                == batch(change("DELETE", "198.51.100.7"), change("CREATE", "203.0.113.9")))
        // The zone is known by now.
        #expect(fake.calls.count == 5)
    }

    @Test func everyRequestIsSignedWithTheSessionToken() async throws {
        var signature = FakeAWSSignature(now: FakeRoute53.now)
        signature.sessionToken = "FwoGZXIvYXdzE+/=="
        let zone = FakeZone("example.com")
        let fake = FakeRoute53([.init(id: "Z1", zone: zone)], signature: signature)
        let provider = try Route53Provider.against(
            fake, sources: [try GivenAWSCredentials.forTests(token: "FwoGZXIvYXdzE+/==")])
        guard case .created = await provider.apply(try set("home.example.com")) else {
            Issue.record("not created")
            return
        }
        #expect(zone.writes == 1)
    }

    // MARK: Zones

    @Test func theLongestZoneWinsAndOthersAreNotConfusedWithIt() async throws {
        let names = [
            "example.com", "b.example.com", "a.b.example.com", "xa.b.example.com", "example.org", "badexample.com",
        ]
        let zones = names.enumerated().map { FakeRoute53.HostedZone(id: "Z\($0.offset)", zone: FakeZone($0.element)) }
        let fake = FakeRoute53(zones)
        let provider = try Route53Provider.against(fake)
        for (name, expected) in [
            ("home.a.b.example.com", "a.b.example.com"), ("a.b.example.com", "a.b.example.com"),
            ("home.c.b.example.com", "b.example.com"), ("home.example.com", "example.com"),
            ("home.example.org", "example.org"),
        ] {
            #expect(try await provider.zone(for: try #require(RecordName(name))).description == expected)
        }
        // Two pages of zones for each name that ends in example.com.
        #expect(fake.calls.filter { $0.contains("hostedzoneid") }.count >= 4)
        #expect(
            fake.calls.allSatisfy {
                $0.hasPrefix("GET /hostedzonesbyname?dnsname=example.") || $0.contains("&maxitems")
            })
    }

    @Test func privateZonesAreLeftOutUnlessNamed() async throws {
        let (hidden, open) = (FakeZone("home.example.com"), FakeZone("example.com"))
        let zones = [
            FakeRoute53.HostedZone(id: "ZPRIVATE", zone: hidden, isPrivate: true),
            FakeRoute53.HostedZone(id: "ZPUBLIC", zone: open),
        ]
        _ = await (try Route53Provider.against(FakeRoute53(zones))).apply(try set("a.home.example.com"))
        #expect(open.writes == 1 && hidden.writes == 0)
        _ = await (try Route53Provider.against(FakeRoute53(zones), zoneID: "ZPRIVATE")).apply(
            try set("a.home.example.com"))
        #expect(open.writes == 1 && hidden.writes == 1)
        let message = try await failure(
            try Route53Provider.against(FakeRoute53([zones[0]])), "a.home.example.com")
        #expect(message.contains("private hosted zones (ZPRIVATE)") && message.contains("ESDDNS_ROUTE53_ZONE_ID"))
    }

    @Test func twoPublicZonesOfOneNameNeedAnAnswer() async throws {
        let zones = ["Z1", "Z2", "Z3"].map { FakeRoute53.HostedZone(id: $0, zone: FakeZone("example.com")) }
        let message = try await failure(try Route53Provider.against(FakeRoute53(zones)), "home.example.com")
        #expect(message.contains("several hosted zones called example.com (Z1, Z2, Z3)"))
        #expect(message.contains("set ESDDNS_ROUTE53_ZONE_ID"))
        _ = await (try Route53Provider.against(FakeRoute53(zones), zoneID: "Z2")).apply(try set("home.example.com"))
        #expect(zones.map(\.zone.writes) == [0, 1, 0])
    }

    @Test func aNamedZoneIsCheckedAndAskedForOnce() async throws {
        let zone = FakeZone("example.com")
        let fake = FakeRoute53(zone)
        let provider = try Route53Provider.against(fake, zoneID: "Z1EXAMPLE")
        _ = await provider.apply(try set("home.example.com"))
        _ = await provider.apply(try set("other.example.com"))
        #expect(fake.calls.filter { $0 == "GET /hostedzone/Z1EXAMPLE" }.count == 1)
        #expect(try await failure(provider, "home.example.org").contains("not within example.com"))
        let missing = try await failure(try Route53Provider.against(fake, zoneID: "ZNONE"), "home.example.com")
        #expect(missing.contains("NoSuchHostedZone") && missing.contains("ESDDNS_ROUTE53_ZONE_ID"))
        let other = try await failure(
            try Route53Provider.against(fake, zoneID: "Z1EXAMPLE", zone: "example.org"), "home.example.org")
        #expect(other.contains("is the hosted zone of example.com"))
        #expect(zone.writes == 2)
    }

    // MARK: Record sets that are not replaced

    @Test(arguments: [
        (
            "<AliasTarget><HostedZoneId>Z2</HostedZoneId><DNSName>lb.example.net.</DNSName></AliasTarget>",
            "alias of lb.example.net."
        ),
        (
            "<SetIdentifier>blue</SetIdentifier><Weight>10</Weight><TTL>60</TTL><ResourceRecords><ResourceRecord>"
                + "<Value>192.0.2.1</Value></ResourceRecord></ResourceRecords>",
            "routing policy (set identifier \"blue\")"
        ),
        (
            "<TTL>60</TTL><ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords>"
                + "<HealthCheckId>x</HealthCheckId>", "depends on a health check"
        ),
        (
            "<TTL>60</TTL><ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords>"
                + "<TrafficPolicyInstanceId>x</TrafficPolicyInstanceId>", "depends on a traffic policy"
        ),
    ])
    func whatIsPeculiarIsLeftAlone(rest: String, why: String) async throws {
        let zone = FakeZone("example.com")
        let fake = FakeRoute53(zone, peculiar: [.init(name: "home.example.com.", type: "A", rest: rest)])
        let message = try await failure(try Route53Provider.against(fake), "home.example.com")
        #expect(message.contains(why) && message.contains("left as it is"), "\(message)")
        // The name's other types are not concerned.
        guard
            case .created = await (try Route53Provider.against(fake)).apply(try set("home.example.com", "2001:db8::1"))
        else {
            Issue.record("not created")
            return
        }
        #expect(zone.writes == 1)
    }

    @Test func manyWeightedSetsOverSeveralPagesAreOneRefusal() async throws {
        let sets = (0..<7).map { index in
            FakeRoute53.Peculiar(
                name: "home.example.com.", type: "A", rest: "<SetIdentifier>s\(index)</SetIdentifier><Weight>1</Weight>"
            )
        }
        let zone = FakeZone("example.com")
        let fake = FakeRoute53(zone, peculiar: sets)
        #expect(try await failure(try Route53Provider.against(fake), "home.example.com").contains("routing policy"))
        #expect(fake.calls.filter { $0.contains("identifier=") }.count == 3)
        #expect(zone.writes == 0)
    }

    @Test func aCNAMEIsRefused() async throws {
        let zone = FakeZone("example.com")
        let alias = try #require(RecordName("home.example.com"))
        zone.put([.cname(alias, ttl: 60, try #require(RecordName("target.example.net")))])
        let message = try await failure(try Route53Provider.against(FakeRoute53(zone)), "home.example.com")
        #expect(message.contains("alias (CNAME) of target.example.net"))
        #expect(zone.writes == 0)
    }

    @Test func whatIsReplacedIsNamedAsRoute53HasIt() async throws {
        let rest =
            "<TTL>60</TTL><ResourceRecords><ResourceRecord><Value>2001:0DB8:0:0:0:0:0:7</Value></ResourceRecord>"
            + "</ResourceRecords>"
        let zone = FakeZone("example.com")
        let fake = FakeRoute53(zone, peculiar: [.init(name: "home.example.com.", type: "AAAA", rest: rest)])
        guard
            case .changed(let from, let to) = await (try Route53Provider.against(fake)).apply(
                try set("home.example.com", "2001:db8::8"))
        else {
            Issue.record("not changed")
            return
        }
        #expect(from.presentations == ["2001:db8::7"] && to.ttl == 60)
    }

    @Test(arguments: [true, false])
    func somebodyElsesChangeIsNotOverwritten(exists: Bool) async throws {
        let zone = FakeZone("example.com")
        if exists { zone.put("home.example.com", ["192.0.2.1"]) }
        let fake = FakeRoute53(
            [.init(id: "Z1", zone: zone)], interference: { zone.put("home.example.com", ["192.0.2.99"]) })
        let provider = try Route53Provider.against(fake)
        guard case .failed(let message, retriable: true) = await provider.apply(try set("home.example.com")) else {
            Issue.record("expected a conflict")
            return
        }
        #expect(message.contains("InvalidChangeBatch"))
        #expect(zone.set("home.example.com")?.presentations == ["192.0.2.99"] && zone.writes == 0)
    }

    @Test func textsOfAllKindsGoThereAndBack() async throws {
        let zone = FakeZone("example.com")
        let provider = try Route53Provider.against(FakeRoute53(zone))
        let name = try #require(RecordName("_mark.example.com"))
        let text = #"heritage=esddns,esddns/owner=site-a and more <&>"#
        let outcome = await provider.apply(RecordSet(name: name, text: text))
        #expect(outcome == .created(RecordSet(name: name, text: text, ttl: 300)), "\(outcome)")
        #expect(try await provider.read(name, .txt)?.values == [.text(text)])
        guard case .changed = await provider.apply(RecordSet(name: name, text: "other")) else {
            Issue.record("not changed")
            return
        }
    }

    // MARK: Errors

    private func outcome(_ status: Int, _ body: String, retryAfter: Duration? = nil) async throws -> RecordOutcome {
        let fake = OneAnswer(
            response: HTTPClientResponse(
                status: .init(code: status), body: Array(body.utf8), retryAfter: retryAfter))
        return await (try Route53Provider.against(fake, zoneID: "Z1")).apply(try set("home.example.com"))
    }

    private struct OneAnswer: HTTPTransport {
        var response: HTTPClientResponse

        func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse { response }

        func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
            throw HTTPClientError(.internalError, "there are no streams here")
        }
    }

    private func errorBody(_ code: String, _ message: String = "why") -> String {
        "<ErrorResponse><Error><Type>Sender</Type><Code>\(code)</Code><Message>\(message)</Message></Error></ErrorResponse>"
    }

    @Test func whoeverTriesAgainWhenToldToGetsToWrite() async throws {
        let zone = FakeZone("example.com")
        let milliseconds = Mutex(0)
        let provider = try Route53Provider.against(
            FakeRoute53(zone), uptime: { .milliseconds(milliseconds.withLock { $0 }) })
        for name in ["a", "b", "c", "d"] {
            var attempts = 0
            while case .limited(let wait) = await provider.apply(try set("\(name).example.com")) {
                attempts += 1
                guard attempts < 3 else {
                    Issue.record("\(name) is read again and again, and never written")
                    return
                }
                milliseconds.withLock { $0 += Int(wait / .milliseconds(1)) }
            }
            milliseconds.withLock { $0 += 150 }
        }
        #expect(zone.writes == 4)
    }

    @Test(arguments: ["Throttling", "PriorRequestNotComplete"])
    func throttlingIsNoError(code: String) async throws {
        #expect(try await outcome(400, errorBody(code)) == .limited(retryAfter: .seconds(10)))
        #expect(try await outcome(400, errorBody(code), retryAfter: .seconds(3)) == .limited(retryAfter: .seconds(3)))
    }

    @Test(arguments: [
        (400, "ExpiredToken"), (403, "AccessDenied"), (403, "InvalidClientTokenId"), (403, "SignatureDoesNotMatch"),
        (400, "MissingAuthenticationToken"),
    ])
    func refusalsSayWhichPermissionsAndWhichCredentials(status: Int, code: String) async throws {
        guard case .refused(let message) = try await outcome(status, errorBody(code)) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(message.contains(code) && message.contains("ChangeResourceRecordSets"))
        #expect(message.contains("credentials: a test"))
    }

    @Test func badInputIsNotRetried() async throws {
        guard case .failed(let message, retriable: false) = try await outcome(400, errorBody("InvalidInput", "no"))
        else {
            Issue.record("expected a failure")
            return
        }
        #expect(message.contains("InvalidInput: no"))
        let batch =
            "<InvalidChangeBatch><Messages><Message>one</Message><Message>two</Message></Messages></InvalidChangeBatch>"
        guard case .failed(let both, retriable: false) = try await outcome(400, batch) else {
            Issue.record("expected a failure")
            return
        }
        #expect(both.contains("InvalidChangeBatch: one; two"))
    }

    @Test(arguments: [
        "", "<html>", "<html></html>", "<GetHostedZoneResponse>", "<GetHostedZoneResponse></GetHostedZoneResponse>",
        "<GetHostedZoneResponse><HostedZone><Id>/hostedzone/Z2</Id><Name>example.com.</Name></HostedZone>"
            + "</GetHostedZoneResponse>", "{}",
        "<!DOCTYPE x [<!ENTITY a \"b\">]><GetHostedZoneResponse/>",
    ])
    func whatIsNoProperAnswerIsTriedAgain(body: String) async throws {
        guard case .failed(let message, retriable: true) = try await outcome(200, body) else {
            Issue.record("expected a failure")
            return
        }
        #expect(message.contains("something unexpected"))
    }

    @Test func aWrongClockIsCalledThat() async throws {
        let zone = FakeZone("example.com")
        let fake = FakeRoute53(
            [.init(id: "Z1", zone: zone)], signature: FakeAWSSignature(now: FakeRoute53.now + 1000))
        guard case .refused(let message) = await (try Route53Provider.against(fake)).apply(try set("home.example.com"))
        else {
            Issue.record("expected a refusal")
            return
        }
        #expect(message.contains("this machine's clock is wrong") && message.count < 500)
    }

    @Test func environmentsAreNotDumped() throws {
        let dependencies = ProviderDependencies(
            transport: FakeRoute53(FakeZone("example.com")), environment: ["AWS_SECRET_ACCESS_KEY": "hunter2"])
        var dumped = "\(dependencies) \(String(reflecting: dependencies))"
        dump(dependencies, to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }

    @Test func whatAWSRepeatsOfTheSecretsIsTakenOut() async throws {
        let zone = FakeZone("example.com")
        var signature = FakeAWSSignature(now: FakeRoute53.now)
        signature.secret = "another"
        signature.sessionToken = "session-token-that-nobody-may-see"
        let fake = FakeRoute53([.init(id: "Z1", zone: zone)], signature: signature)
        let provider = try Route53Provider.against(
            fake, sources: [try GivenAWSCredentials.forTests(token: "session-token-that-nobody-may-see")])
        guard case .refused(let message) = await provider.apply(try set("home.example.com")) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(message.contains("SignatureDoesNotMatch") && !message.contains("nobody-may-see"))
        // Not once for each suffix.
        #expect(fake.calls.count == 1)
    }
}
