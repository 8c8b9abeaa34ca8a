import NetworkPrimitives
import TestSupport
import Testing

@Suite struct DNSMessageTests {
    @Test func encodesAQueryAsRFC1035Does() throws {
        let query = DNSMessage(
            id: 0xBEEF, recursionDesired: true,
            questions: [DNSQuestion(name: try DomainName(parsing: "Home.example"), type: .a)],
            additionals: [.opt(DNSOptions())])
        #expect(
            try query.encoded() == [
                0xBE, 0xEF, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 1,
                4, 0x48, 0x6F, 0x6D, 0x65, 7, 0x65, 0x78, 0x61, 0x6D, 0x70, 0x6C, 0x65, 0, 0, 1, 0, 1,
                0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0,
            ])
    }

    @Test func decodesACompressedAnswer() throws {
        // home.example A?  ->  home.example CNAME www.home.example; example SOA ns.example …, names compressed everywhere.
        let bytes: [UInt8] =
            [0, 7, 0x85, 0x00, 0, 1, 0, 1, 0, 1, 0, 0]
            + [4] + Array("home".utf8) + [7] + Array("example".utf8) + [0, 0, 1, 0, 1]
            + [0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 6, 3] + Array("www".utf8) + [0xC0, 12]
            + [0xC0, 17, 0, 6, 0, 1, 0, 0, 0, 30, 0, 32, 2] + Array("ns".utf8) + [0xC0, 17, 4] + Array("root".utf8)
            + [0xC0, 17, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5]
        let message = try DNSMessage(decoding: bytes)
        #expect(message.id == 7)
        #expect(message.isResponse && message.isAuthoritative && message.recursionDesired)
        #expect(!message.isTruncated && !message.recursionAvailable)
        #expect(message.questions == [DNSQuestion(name: try DomainName(parsing: "home.example"), type: .a)])
        #expect(message.answers.first?.canonicalName?.description == "www.home.example")
        let soa = try #require(message.authorities.first?.startOfAuthority)
        #expect(
            soa
                == StartOfAuthority(
                    primaryServer: try DomainName(parsing: "ns.example"),
                    mailbox: try DomainName(parsing: "root.example"),
                    serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5))
        // What was compressed is self-contained now.
        #expect(try DNSMessage(decoding: message.encoded()) == message)
    }

    @Test func hasTypedData() throws {
        let name = try DomainName(parsing: "home.example")
        let v6 = try #require(IPv6Address("2001:db8::7"))
        #expect(DNSRecord.a(name, ttl: 60, IPv4Address(198, 51, 100, 7)).ipv4Address?.description == "198.51.100.7")
        #expect(DNSRecord.aaaa(name, ttl: 60, v6).ipv6Address == v6)
        #expect(DNSRecord.address(name, ttl: 60, .v6(v6)).type == .aaaa)
        #expect(DNSRecord.ns(name, ttl: 60, name).nameServer == name)
        #expect(DNSRecord.cname(name, ttl: 60, name).canonicalName == name)
        #expect(DNSRecord.a(name, ttl: 60, IPv4Address(1, 2, 3, 4)).canonicalName == nil)
        let long = [UInt8](repeating: 65, count: 300)
        #expect(DNSRecord.txt(name, ttl: 60, [long, []]).strings?.map(\.count) == [255, 45, 0])
        #expect(DNSRecord(name: name, type: .a, ttl: 60, data: [1, 2, 3]).ipv4Address == nil)
        #expect(DNSRecord(name: name, type: .txt, ttl: 60, data: [5, 1]).strings == nil)
        #expect(DNSRecord(name: name, type: .ns, ttl: 60, data: [0, 0]).nameServer == nil)
        // A pointer has nothing to point to in data that stands alone.
        #expect(DNSRecord(name: name, type: .ns, ttl: 60, data: [0xC0, 0]).nameServer == nil)
    }

    @Test func ednsCarriesTheUpperBitsOfTheResponseCode() throws {
        var message = DNSMessage(id: 1, isResponse: true)
        let options = DNSOptions(
            udpPayloadSize: 4096, extendedResponseCode: 1, dnssecOK: true, options: [.init(code: 10, data: [1, 2, 3])])
        message.additionals = [.opt(options)]
        let decoded = try DNSMessage(decoding: message.encoded())
        #expect(decoded.ednsOptions == options)
        #expect(decoded.responseCode == .badSignature)
        message.additionals = []
        message.responseCode = .nameError
        #expect(try DNSMessage(decoding: message.encoded()).responseCode == .nameError)
    }

    @Test func decodesAnUpdateWithDeletionsAndPrerequisites() throws {
        let zone = try DomainName(parsing: "example")
        let name = try DomainName(parsing: "home.example")
        var update = DNSMessage(id: 3, opcode: .update)
        update.zones = [DNSQuestion(name: zone, type: .soa)]
        update.prerequisites = [
            DNSRecord(name: name, type: .a, recordClass: .none, ttl: 0, data: []),
            DNSRecord(name: name, type: .cname, recordClass: .any, ttl: 0, data: []),
        ]
        update.updates = [
            DNSRecord(name: name, type: .any, recordClass: .any, ttl: 0, data: []),
            DNSRecord(name: name, type: .ns, recordClass: .any, ttl: 0, data: []),
            DNSRecord(name: name, type: .ns, recordClass: .none, ttl: 0, data: name.wireBytes),
            .a(name, ttl: 60, IPv4Address(198, 51, 100, 7)),
        ]
        let decoded = try DNSMessage(decoding: update.encoded())
        #expect(decoded == update)
        #expect(decoded.opcode == .update)
        #expect(decoded.response(.notAuthoritative).zones == update.zones)
    }

    @Test func survivesEncodingWhateverItHolds() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<300 {
            let message = try Self.randomMessage(&random)
            let decoded = try DNSMessage(decoding: message.encoded())
            #expect(decoded == message)
            #expect(zip(decoded.questions, message.questions).allSatisfy { $0.isIdentical(to: $1) })
        }
    }

    @Test func refusesToEncodeWhatDoesNotFit() throws {
        let huge = DNSRecord(name: .root, type: .txt, ttl: 0, data: [UInt8](repeating: 0, count: 65_536))
        #expect(throws: DNSEncodingError.tooLong) { try DNSMessage(id: 1, answers: [huge]).encoded() }
        let half = DNSRecord(name: .root, type: .txt, ttl: 0, data: [UInt8](repeating: 0, count: 33_000))
        #expect(throws: DNSEncodingError.tooLong) { try DNSMessage(id: 1, answers: [half, half]).encoded() }
        let many = Array(repeating: DNSQuestion(name: .root, type: .a), count: 65_536)
        #expect(throws: DNSEncodingError.tooManyRecords) { try DNSMessage(id: 1, questions: many).encoded() }
    }

    static func randomMessage(_ random: inout SeededGenerator) throws -> DNSMessage {
        func name() throws -> DomainName {
            try DomainName(
                labels: (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    (0..<Int.random(in: 1...12, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                })
        }
        func record() throws -> DNSRecord {
            let ttl = UInt32.random(in: 0...UInt32.max, using: &random)
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            switch Int.random(in: 0...5, using: &random) {
            case 0: return .a(try name(), ttl: ttl, IPv4Address(rawValue: ttl))
            case 1: return .ns(try name(), ttl: ttl, try name())
            case 2: return .txt(try name(), ttl: ttl, [bytes, []])
            case 3:
                return .soa(
                    try name(), ttl: ttl, StartOfAuthority(primaryServer: try name(), mailbox: try name(), serial: ttl))
            case 4: return DNSRecord(name: try name(), type: .a, recordClass: .any, ttl: 0, data: [])
            default: return DNSRecord(name: try name(), type: DNSRecordType(rawValue: 65_280), ttl: ttl, data: bytes)
            }
        }
        func section() throws -> [DNSRecord] {
            try (0..<Int.random(in: 0...3, using: &random)).map { _ in try record() }
        }
        var message = DNSMessage(
            id: .random(in: 0...UInt16.max, using: &random), isResponse: .random(using: &random),
            opcode: DNSOpcode(rawValue: .random(in: 0...15, using: &random)), isAuthoritative: .random(using: &random),
            isTruncated: .random(using: &random), recursionDesired: .random(using: &random),
            recursionAvailable: .random(using: &random),
            responseCode: DNSResponseCode(rawValue: .random(in: 0...15, using: &random)),
            questions: [DNSQuestion(name: try name(), type: .a)],
            answers: try section(), authorities: try section(), additionals: try section())
        message.authenticData = .random(using: &random)
        message.checkingDisabled = .random(using: &random)
        return message
    }
}
