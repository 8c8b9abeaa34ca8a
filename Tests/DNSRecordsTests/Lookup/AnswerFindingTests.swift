import NetworkPrimitives
import Testing

@testable import DNSRecords

/// What one answer says about `home.example.com`, asked of a server of `example.com`.
@Suite struct AnswerFindingTests {
    private let name = RecordName("home.example.com") ?? .root
    private let apex = RecordName("example.com") ?? .root

    private func name(_ text: String) -> RecordName { RecordName(text) ?? .root }

    private func answer(
        _ code: DNSResponseCode, aa: Bool = true, _ answers: [DNSRecord] = [],
        authorities: [DNSRecord] = [], additionals: [DNSRecord] = []
    ) -> DNSMessage {
        var answer = DNSMessage.query(name, .a).response(code, isAuthoritative: aa)
        answer.answers = answers
        answer.authorities = authorities
        answer.additionals = additionals
        return answer
    }

    private func answer(
        aa: Bool = true, _ answers: [DNSRecord] = [], authorities: [DNSRecord] = [], additionals: [DNSRecord] = []
    ) -> DNSMessage {
        answer(.noError, aa: aa, answers, authorities: authorities, additionals: additionals)
    }

    private func soa(_ zone: String) -> DNSRecord {
        .soa(name(zone), ttl: 60, StartOfAuthority(primaryServer: name, mailbox: name, serial: 1))
    }

    private func finding(_ answer: DNSMessage) -> AnswerFinding { AnswerFinding(answer, for: name, .a, within: apex) }

    private func alias(to text: String) -> AnswerFinding { .observation(.alias(of: name(text))) }

    private let address = IPv4Address(198, 51, 100, 7)

    @Test func theSmallestOfSeveralTTLsCounts() throws {
        let records: [DNSRecord] = [
            .a(name, ttl: 600, address), .a(name, ttl: 60, IPv4Address(198, 51, 100, 8)), .a(name, ttl: 61, address),
        ]
        guard case .observation(.present(let set)) = finding(answer(records)) else {
            Issue.record("not present")
            return
        }
        #expect(set.ttl == 60 && set.values.count == 2)
    }

    @Test func aTTLOfZeroIsATTL() {
        #expect(
            finding(answer([.a(name, ttl: 0, address)]))
                == .observation(.present(RecordSet(name: name, address: .v4(address), ttl: 0))))
    }

    @Test func recordsOfOtherClassesAndOddSizesDoNotCount() {
        let chaos = DNSRecord(name: name, type: .a, recordClass: .chaos, ttl: 60, data: address.bytes)
        #expect(finding(answer([chaos])) == .observation(.absent(.noSuchType)))
        let short = DNSRecord(name: name, type: .a, ttl: 60, data: [1, 2, 3])
        #expect(finding(answer([short, .a(name, ttl: 60, address)])) == .malformed)
    }

    @Test func theTwoKindsOfAbsence() {
        #expect(finding(answer(authorities: [soa("example.com")])) == .observation(.absent(.noSuchType)))
        #expect(finding(answer(.nameError, authorities: [soa("example.com")])) == .observation(.absent(.noSuchName)))
        // Some servers leave the SOA record out.
        #expect(finding(answer(.nameError)) == .observation(.absent(.noSuchName)))
        // The server also has the zone below, which nobody mentioned.
        #expect(finding(answer(authorities: [soa("home.example.com")])) == .observation(.absent(.noSuchType)))
    }

    @Test(arguments: ["com", ".", "example.org", "other.example.com"])
    func anAbsenceToldByAnotherZoneIsNone(zone: String) {
        #expect(
            finding(answer(.nameError, authorities: [soa(zone)])) == .lame("answers from the zone \(name(zone))"))
    }

    @Test func aliases() {
        let cname = DNSRecord.cname(name, ttl: 60, name("other.example.net"))
        #expect(finding(answer([cname])) == alias(to: "other.example.net"))
        // The target's addresses, and that the target does not exist, change nothing about that.
        #expect(
            finding(answer([cname, .a(name("other.example.net"), ttl: 60, address)])) == alias(to: "other.example.net"))
        #expect(finding(answer(.nameError, [cname])) == alias(to: "other.example.net"))
        #expect(finding(answer([DNSRecord(name: name, type: .cname, ttl: 60, data: [9])])) == .malformed)
    }

    private func dname(_ owner: String, _ target: String) -> DNSRecord {
        DNSRecord(name: name(owner), type: .dname, ttl: 60, data: name(target).wireBytes)
    }

    @Test func aliasesByADNAMEFurtherUp() throws {
        let moved = dname("example.com", "example.net")
        let cname = DNSRecord.cname(name, ttl: 0, name("home.example.net"))
        #expect(finding(answer([moved, cname])) == alias(to: "home.example.net"))
        #expect(finding(answer([moved])) == alias(to: "home.example.net"))
        let observation = RecordObservation.alias(of: name("home.example.net"))
        #expect(observation.description.contains("DNAME"))
        // At the name itself it moves what is below, and leaves the name its own records (RFC 6672 section 2.3).
        #expect(
            finding(answer([dname("home.example.com", "example.net"), .a(name, ttl: 60, address)]))
                == .observation(.present(RecordSet(name: name, address: .v4(address), ttl: 60))))
        let longest = Array(repeating: String(repeating: "a", count: 62), count: 4).joined(separator: ".")
        #expect(finding(answer([dname("example.com", longest)])) == .malformed)
        #expect(finding(answer([DNSRecord(name: apex, type: .dname, ttl: 60, data: [1])])) == .malformed)
    }

    @Test func delegationsLeadDownTheTree() throws {
        let below: [DNSRecord] = [
            .ns(name, ttl: 60, name("ns1.home.example.com")), .ns(name, ttl: 60, name("ns.example.org")),
        ]
        let six = try #require(IPAddress("2001:db8::1"))
        let additionals: [DNSRecord] = [
            .address(name("ns1.home.example.com"), ttl: 60, six), .a(name("ns1.home.example.com"), ttl: 60, address),
            // The server above has no say about these.
            .a(name("ns.example.org"), ttl: 60, IPv4Address(192, 0, 2, 66)),
            .a(name("www.example.com"), ttl: 60, IPv4Address(192, 0, 2, 66)),
        ]
        guard
            case .delegation(let delegation) = finding(answer(aa: false, authorities: below, additionals: additionals))
        else {
            Issue.record("no delegation")
            return
        }
        #expect(delegation.zone == name)
        #expect(delegation.nameServers.map(\.description) == ["ns1.home.example.com", "ns.example.org"])
        #expect(delegation.glue.map(\.address) == [.v4(address), six])
    }

    @Test(arguments: [
        (".", "refers to the root servers"), ("com", "refers to the servers of com"),
        ("example.com", "refers to the servers of example.com"),
    ])
    func aReferralUpwardsIsLame(zone: String, why: String) {
        let records = [DNSRecord.ns(name(zone), ttl: 60, name("ns.example.org"))]
        let up = answer(aa: false, authorities: records)
        if zone != "." { #expect(finding(up) == .lame(why)) }
        // Of a server that the user named nobody knows what it has; but nothing is above the root.
        if zone == "." { #expect(AnswerFinding(up, for: name, .a) == .lame(why)) }
    }

    @Test func otherAnswersWithoutTheAABitAreNotAuthoritative() {
        #expect(finding(answer(aa: false)) == .notAuthoritative)
        #expect(finding(answer(aa: false, [.a(name, ttl: 60, address)])) == .notAuthoritative)
        #expect(finding(answer(.nameError, aa: false, authorities: [soa("example.com")])) == .notAuthoritative)
        let elsewhere = [DNSRecord.ns(name("other.example.com"), ttl: 60, name("ns.example.org"))]
        #expect(finding(answer(aa: false, authorities: elsewhere)) == .notAuthoritative)
        let two = elsewhere + [.ns(name, ttl: 60, name("ns.example.org"))]
        #expect(finding(answer(aa: false, authorities: two)) == .notAuthoritative)
        #expect(finding(answer(.refused, aa: true, [.a(name, ttl: 60, address)])) == .error(.refused))
    }
}
