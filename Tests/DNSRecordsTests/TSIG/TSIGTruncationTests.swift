import NetworkPrimitives
import Testing

@testable import DNSRecords

/// Codes that are cut (RFC 8945 section 5.2.2.1), and answers that belong to another request.
@Suite struct TSIGTruncationTests {
    private static let time: UInt64 = 1_700_000_000
    private let keyName = DomainName("key.example") ?? .root
    private let key: [UInt8] = Array(0..<32)

    private func signer(_ algorithm: TSIGAlgorithm = .sha256, bytes: Int? = nil) -> TSIGSigner {
        TSIGSigner(keyName: keyName, algorithm: algorithm, codeByteCount: bytes, key: key)
    }

    private func query(id: UInt16 = 7) -> DNSMessage {
        DNSMessage(id: id, questions: [DNSQuestion(name: DomainName("home.example") ?? .root, type: .a)])
    }

    /// A server's answer to a request, with as many bytes of its code as `bytes`.
    private func reply(to request: TSIGSigner.SignedRequest, id: UInt16 = 7, bytes: Int) throws -> DNSReply {
        var tsig = TSIGRecord(
            algorithm: TSIGAlgorithm.sha256.name, timeSigned: Self.time, fudge: 300, originalID: id)
        var answer = query(id: id).response(isAuthoritative: true)
        let prefix = [0, UInt8(request.code.count)] + request.code
        tsig.code = Array(
            TSIGAlgorithm.sha256.authenticationCode(
                for: prefix + (try answer.encoded()) + tsig.signedVariables(keyName: keyName), key: key
            ).prefix(bytes))
        answer.additionals = [tsig.record(keyName: keyName)]
        return try DNSReply(decoding: answer.encoded())
    }

    private func failure(_ reply: DNSReply, to request: TSIGSigner.SignedRequest, by signer: TSIGSigner) -> TSIGFailure?
    {
        do throws(TSIGFailure) {
            try signer.verify(reply, to: request, at: Self.time)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: TSIGAlgorithm.allCases)
    func sendsTheBeginningOfTheCode(algorithm: TSIGAlgorithm) throws {
        let whole = try signer(algorithm).sign(query(), at: Self.time)
        let cut = try signer(algorithm, bytes: algorithm.shortestCodeByteCount).sign(query(), at: Self.time)
        #expect(whole.code.count == algorithm.codeByteCount)
        #expect(cut.code == Array(whole.code.prefix(algorithm.shortestCodeByteCount)))
        #expect(cut.code.count >= 10)
        let sent = try DNSMessage(decoding: cut.bytes)
        #expect(sent.additionals.last.flatMap(TSIGRecord.init)?.code == cut.code)
    }

    @Test func believesWhatIsAsLongAsAgreedOrLonger() throws {
        let cutting = signer(bytes: 16)
        let request = try cutting.sign(query(), at: Self.time)
        for count in [16, 20, 32] {
            #expect(try failure(reply(to: request, bytes: count), to: request, by: cutting) == nil)
        }
        for count in [0, 1, 10, 15] {
            #expect(try failure(reply(to: request, bytes: count), to: request, by: cutting) == .forged)
        }
        let whole = try signer().sign(query(), at: Self.time)
        #expect(try failure(reply(to: whole, bytes: 31), to: whole, by: signer()) == .forged)
        #expect(try failure(reply(to: whole, bytes: 32), to: whole, by: signer()) == nil)
    }

    @Test func aCodeLongerThanItsAlgorithmGivesIsForged() throws {
        let request = try signer().sign(query(), at: Self.time)
        var answer = try reply(to: request, bytes: 32).message
        var tsig = try #require(answer.additionals.last.flatMap(TSIGRecord.init))
        tsig.code.append(0)
        answer.additionals = [tsig.record(keyName: keyName)]
        #expect(failure(try DNSReply(decoding: answer.encoded()), to: request, by: signer()) == .forged)
    }

    /// What was answered to one request is no answer to another: the request's code is signed with it.
    @Test func anAnswerCannotBeReplayed() throws {
        let first = try signer().sign(query(), at: Self.time)
        let second = try signer().sign(query(id: 8), at: Self.time)
        let later = try signer().sign(query(), at: Self.time + 1)
        let recorded = try reply(to: first, bytes: 32)
        #expect(failure(recorded, to: first, by: signer()) == nil)
        #expect(failure(recorded, to: second, by: signer()) == .forged)
        #expect(failure(recorded, to: later, by: signer()) == .forged)
    }

    @Test(arguments: [
        ("hmac-sha256", TSIGAlgorithm.sha256, nil), ("HMAC-SHA512.", .sha512, nil), ("hmac-sha256-128", .sha256, 16),
        ("hmac-sha1-80", .sha1, 10), ("hmac-sha224-112", .sha224, 14), ("hmac-sha512-512", .sha512, 64),
        ("Hmac-SHA384-192", .sha384, 24),
    ])
    func readsMethods(text: String, algorithm: TSIGAlgorithm, bytes: Int?) {
        let method = TSIGKey.Method(parsing: text)
        #expect(method?.algorithm == algorithm)
        #expect(method?.codeByteCount == bytes)
    }

    @Test(arguments: [
        "", "hmac-sha256-", "hmac-sha256-64", "hmac-sha256-120", "hmac-sha256-129", "hmac-sha256-264",
        "hmac-sha256--128",
        "hmac-sha1-72", "hmac-md5-80", "hmac-sha256-128-128", "hmac-sha256-99999999",
    ])
    func refusesOtherMethods(text: String) {
        #expect(TSIGKey.Method(parsing: text) == nil)
    }
}
