import NetworkPrimitives
import Testing

@testable import ClusterSimulator

/// A zone's answers and updates, without a network.
struct SimulatedZoneTests {
    private func name(_ text: String) throws -> DomainName { try DomainName(parsing: text) }

    private func makeZone() throws -> SimulatedZone {
        let address = IPv4Address(192, 0, 2, 1)
        return try SimulatedZone(
            name: name("example.com"),
            records: [
                .a(name("home.example.com"), ttl: 300, address),
                .aaaa(name("home.example.com"), ttl: 300, #require(IPv6Address("2001:db8::1"))),
                .a(name("deep.down.example.com"), ttl: 300, address),
                .cname(name("www.example.com"), ttl: 60, name("home.example.com")),
                .cname(name("loop.example.com"), ttl: 60, name("loop.example.com")),
                .cname(name("away.example.com"), ttl: 60, name("example.org")),
                .a(name("*.wild.example.com"), ttl: 60, address),
                .txt(name("example.com"), ttl: 60, [Array("hi".utf8)]),
                .ns(name("sub.example.com"), ttl: 60, name("ns.sub.example.com")),
                .a(name("ns.sub.example.com"), ttl: 60, address),
            ])
    }

    private func ask(_ text: String, _ type: DNSRecordType = .a) throws -> SimulatedZone.Answer {
        try makeZone().answer(DNSQuestion(name: name(text), type: type))
    }

    @Test(arguments: [
        ("home.example.com", DNSRecordType.a, 1), ("HOME.example.com", .a, 1), ("home.example.com", .any, 2),
        ("www.example.com", .a, 2), ("www.example.com", .cname, 1), ("away.example.com", .a, 1),
        ("x.wild.example.com", .a, 1), ("a.b.wild.example.com", .a, 1), ("example.com", .soa, 1),
        ("example.com", .ns, 1),
        ("example.com", .txt, 1),
    ])
    func finds(text: String, type: DNSRecordType, count: Int) throws {
        let answer = try ask(text, type)
        #expect(answer.code == .noError)
        #expect(answer.isAuthoritative)
        #expect(answer.answers.count == count)
    }

    @Test(arguments: [
        ("absent.example.com", DNSRecordType.a, DNSResponseCode.nameError), ("home.example.com", .txt, .noError),
        ("down.example.com", .a, .noError), ("x.home.example.com", .a, .nameError), ("wild.example.com", .a, .noError),
        ("x.wild.example.com", .txt, .noError),
    ])
    func doesNotFind(text: String, type: DNSRecordType, code: DNSResponseCode) throws {
        let answer = try ask(text, type)
        #expect(answer.code == code)
        #expect(answer.answers.isEmpty)
        #expect(answer.authorities.map(\.type) == [.soa])
        #expect(answer.authorities.first?.ttl == 300, "the SOA's minimum")
    }

    @Test func refersToDelegatedZones() throws {
        let answer = try ask("x.sub.example.com")
        #expect(!answer.isAuthoritative)
        #expect(answer.authorities.map(\.type) == [.ns])
        #expect(answer.additionals.map(\.type) == [.a])
    }

    @Test func aliasesThatLoopEnd() throws {
        #expect(try ask("loop.example.com").answers.count <= 8)
    }

    @Test func recordsOfOtherZonesAreRefused() throws {
        let stray = DNSRecord.a(try name("home.example.org"), ttl: 60, IPv4Address(192, 0, 2, 1))
        let error = #expect(throws: SimulatedZone.OutOfZone.self) {
            try SimulatedZone(name: name("example.com"), records: [stray])
        }
        #expect(error?.description == "home.example.org does not lie within the zone example.com")
    }

    // MARK: updates

    private func update(
        _ prerequisites: [DNSRecord] = [], _ updates: [DNSRecord], on zone: inout SimulatedZone
    ) throws -> Bool {
        var message = DNSMessage(id: 1, opcode: .update)
        message.prerequisites = prerequisites
        message.updates = updates
        return try zone.apply(message)
    }

    private func special(_ text: String, _ type: DNSRecordType, _ recordClass: DNSClass) throws -> DNSRecord {
        DNSRecord(name: try name(text), type: type, recordClass: recordClass, ttl: 0, data: [])
    }

    @Test func replacesASetIfItIsAsExpected() throws {
        var zone = try makeZone()
        let home = try name("home.example.com")
        let old = DNSRecord.a(home, ttl: 0, IPv4Address(192, 0, 2, 1))
        let new = DNSRecord.a(home, ttl: 300, IPv4Address(192, 0, 2, 2))
        let delete = try special("home.example.com", .a, .any)
        #expect(try update([old], [delete, new], on: &zone))
        #expect(zone.records(home, .a) == [new])
        #expect(zone.records(home, .aaaa).count == 1, "other types stay")
        #expect(zone.startOfAuthority.serial == 2)
        let error = #expect(throws: SimulatedZone.UpdateRefused.self) { try update([old], [delete, new], on: &zone) }
        #expect(error?.code == .noSuchRecordSet)
        #expect(zone.startOfAuthority.serial == 2)
    }

    @Test func anUpdateThatChangesNothingKeepsTheSerial() throws {
        var zone = try makeZone()
        let same = DNSRecord.a(try name("home.example.com"), ttl: 300, IPv4Address(192, 0, 2, 1))
        #expect(try !update([], [same], on: &zone))
        #expect(zone.startOfAuthority.serial == 1)
    }

    @Test(arguments: [
        ("home.example.com", DNSRecordType.any, DNSClass.none, DNSResponseCode.nameExists),
        ("absent.example.com", .any, .any, .nameError), ("home.example.com", .a, .none, .recordSetExists),
        ("home.example.com", .txt, .any, .noSuchRecordSet), ("home.example.org", .a, .any, .notInZone),
    ])
    func prerequisitesFail(text: String, type: DNSRecordType, recordClass: DNSClass, code: DNSResponseCode) throws {
        var zone = try makeZone()
        let prerequisite = try special(text, type, recordClass)
        let new = DNSRecord.a(try name("new.example.com"), ttl: 60, IPv4Address(192, 0, 2, 2))
        let error = #expect(throws: SimulatedZone.UpdateRefused.self) { try update([prerequisite], [new], on: &zone) }
        #expect(error?.code == code)
        #expect(zone.records(new.name, .a).isEmpty)
    }

    @Test func theApexKeepsItsServersAndAliasesStayAlone() throws {
        var zone = try makeZone()
        let everything = try special("example.com", .any, .any)
        #expect(try update([], [everything], on: &zone))
        #expect(zone.records(zone.name, .ns).count == 1)
        #expect(zone.records(zone.name, .txt).isEmpty)
        let beside = DNSRecord.a(try name("www.example.com"), ttl: 60, IPv4Address(192, 0, 2, 2))
        #expect(try !update([], [beside], on: &zone))
        let over = DNSRecord.cname(try name("home.example.com"), ttl: 60, try name("example.org"))
        #expect(try !update([], [over], on: &zone))
    }

    @Test func malformedUpdatesChangeNothing() throws {
        var zone = try makeZone()
        var wrong = try special("home.example.com", .a, .any)
        wrong.ttl = 1
        let new = DNSRecord.a(try name("new.example.com"), ttl: 60, IPv4Address(192, 0, 2, 2))
        let error = #expect(throws: SimulatedZone.UpdateRefused.self) { try update([], [new, wrong], on: &zone) }
        #expect(error?.code == .formatError)
        #expect(zone.records(new.name, .a).isEmpty)
    }
}
