import NetworkPrimitives
import Testing

@testable import DNSRecords

@Suite struct TSIGTests {
    private static let time: UInt64 = 1_700_000_000
    private static let keyName = DomainName("Update-Key.example") ?? .root
    private static let key: [UInt8] = Array(0..<32)

    private func signer(_ algorithm: TSIGAlgorithm = .sha256, key: [UInt8] = TSIGTests.key) -> TSIGSigner {
        TSIGSigner(keyName: Self.keyName, algorithm: algorithm, key: key)
    }

    private var query: DNSMessage {
        DNSMessage(
            id: 0x1234, recursionDesired: true,
            questions: [DNSQuestion(name: DomainName("home.example") ?? .root, type: .a)])
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The codes were computed with Python's hmac over the bytes that RFC 8945 section 4.3 lists.
    @Test(arguments: [
        (TSIGAlgorithm.sha1, "1377513924dd1d0d4500e0de63168b069820ceec"),
        (.sha224, "bde553a6ad1ae32d13b2c0d4aedf47c537ab7f1116dfa11edb8d70c2"),
        (.sha256, "2fe5db9a20748de0f50169c75e7ae7f1c4ead09f434ff7297b21a9b4d55224bd"),
        (
            .sha384,
            "70b80417d3dfc5d11a96a30aa5b437e3e5ef3e1fa625aac110f595f0cebded47221c710a1801cd3600bb24b4b24401a4"
        ),
        (
            .sha512,
            "01c72fabeaadc39d25c1d7a7d57d0e8926bf36755c21bb38dbb7ab9852394dd9"
                + "e88ea96eb8407115002c0a39d7da5cb05e230bdb9201d84aad029b0243f1f293"
        ),
    ])
    func signsAsTheRFCSays(algorithm: TSIGAlgorithm, code: String) throws {
        let request = try signer(algorithm).sign(query, at: Self.time)
        #expect(hex(request.code) == code)
        let sent = try DNSMessage(decoding: request.bytes)
        let tsig = try #require(sent.additionals.last.flatMap(TSIGRecord.init))
        #expect(tsig.code == request.code)
        #expect(tsig.timeSigned == Self.time && tsig.fudge == 300 && tsig.originalID == 0x1234)
        #expect(sent.additionals.last?.name == Self.keyName)
    }

    /// An answer with a compressed name, signed 5 s later; bytes and code were made with Python.
    private func reply(
        id: UInt16 = 0x1234, address: UInt8 = 7, keyName: DomainName = TSIGTests.keyName,
        change: (inout TSIGRecord) -> Void = { _ in }
    ) throws -> DNSReply {
        var tsig = TSIGRecord(
            algorithm: TSIGAlgorithm.sha256.name, timeSigned: Self.time + 5, fudge: 300,
            code: bytes("18cf5558b656253cf56dba8dfeaa0c581a96fcaf7d41939c6cb71784179217e9"), originalID: 0x1234)
        change(&tsig)
        var message = bytes(
            "123485000001000100000001" + "04686f6d65076578616d706c650000010001" + "c00c000100010000003c0004c6336407")
        message[0] = UInt8(id >> 8)
        message[1] = UInt8(id & 0xFF)
        message[message.count - 1] = address
        var writer = DNSWriter()
        try writer.write(tsig.record(keyName: keyName))
        return try DNSReply(decoding: message + writer.bytes)
    }

    private func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private func failure(_ reply: DNSReply, at time: UInt64 = TSIGTests.time, key: [UInt8] = TSIGTests.key) throws
        -> TSIGFailure?
    {
        let request = try signer().sign(query, at: Self.time)
        do throws(TSIGFailure) {
            try signer(key: key).verify(reply, to: request, at: time)
            return nil
        } catch {
            return error
        }
    }

    @Test func believesAnAnswerWithTheRightSignature() throws {
        #expect(try failure(reply()) == nil)
        // A forwarder may have changed the identifier on the way (RFC 8945 section 4.3.2).
        #expect(try failure(reply(id: 0x9999)) == nil)
        #expect(try failure(reply(), at: Self.time + 305) == nil)
        #expect(try failure(reply(keyName: DomainName("UPDATE-key.EXAMPLE") ?? .root)) == nil)
    }

    @Test func believesNothingElse() throws {
        #expect(try failure(reply(address: 8)) == .forged)
        #expect(try failure(reply(), key: [1, 2, 3]) == .forged)
        #expect(try failure(reply { $0.code.removeLast(16) }) == .forged)
        #expect(try failure(reply { $0.code = [] }) == .forged)
        #expect(try failure(reply { $0.timeSigned += 1 }) == .forged)
        #expect(try failure(reply { $0.error = .refused }) == .forged)
        #expect(try failure(reply(keyName: DomainName("other.example") ?? .root)) == .otherKey)
        #expect(try failure(reply { $0.algorithm = TSIGAlgorithm.sha1.name }) == .otherKey)
        let plain = try DNSReply(decoding: query.response(.refused).encoded())
        #expect(try failure(plain) == .unsigned(.refused))
    }

    @Test func namesTheErrorsOfTheServer() throws {
        #expect(try failure(reply { $0.error = .badKey }) == .unknownKey)
        #expect(try failure(reply { $0.error = .badSignature }) == .badSignature)
        #expect(try failure(reply { $0.error = .badTruncation }) == .badTruncation)
    }

    @Test func anOldAnswerIsNotBelieved() throws {
        #expect(try failure(reply(), at: Self.time + 306) == .clocksDiffer(by: 301))
        #expect(try failure(reply(), at: Self.time - 296) == .clocksDiffer(by: -301))
    }

    @Test func twoSignaturesAreMalformed() throws {
        var message = query.response()
        let record = TSIGRecord(
            algorithm: TSIGAlgorithm.sha256.name, timeSigned: Self.time, fudge: 300, originalID: 0x1234
        ).record(keyName: Self.keyName)
        message.additionals = [record, record]
        #expect(try failure(DNSReply(decoding: message.encoded())) == .malformed)
        message.additionals = [DNSRecord(name: Self.keyName, type: .tsig, recordClass: .any, ttl: 0, data: [0, 1])]
        #expect(try failure(DNSReply(decoding: message.encoded())) == .malformed)
    }

    @Test(arguments: [
        ("hmac-sha256", TSIGAlgorithm.sha256), ("HMAC-SHA512.", .sha512), ("hmac-sha1", .sha1),
        ("hmac-sha384.", .sha384), ("HMAC-SHA224", .sha224),
    ])
    func readsAlgorithms(text: String, algorithm: TSIGAlgorithm) {
        #expect(TSIGAlgorithm(parsing: text) == algorithm)
    }

    @Test(arguments: ["", ".", "sha256", "hmac-md5", "hmac-md5.sig-alg.reg.int.", "hmac-sha256.."])
    func refusesOtherAlgorithms(text: String) {
        #expect(TSIGAlgorithm(parsing: text) == nil)
    }
}
