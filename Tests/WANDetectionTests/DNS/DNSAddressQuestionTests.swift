import NIOCore
import NetworkPrimitives
import Testing

@testable import WANDetection

/// What counts as the answer to a DNS question for our address.
@Suite struct DNSAddressQuestionTests {
    static let id: UInt16 = 0x1234
    static let seen = globalAddress(34)

    static func question(_ text: String = "whoami.cloudflare/TXT/CH@1.1.1.1") throws -> DNSQuestion {
        guard case .dns(let question, _) = try AddressSource(parsingDNS: text).endpoint else {
            throw CancellationError()
        }
        return question
    }

    /// An answer to `question` with `answers`, changed by `change`.
    static func answer(
        to question: DNSQuestion, _ answers: [DNSRecord], change: (inout DNSMessage) -> Void = { _ in }
    ) throws -> [UInt8] {
        var message = DNSMessage(id: id, recursionDesired: true, questions: [question]).response()
        message.answers = answers
        change(&message)
        return try message.encoded()
    }

    static func text(_ question: DNSQuestion, _ strings: String...) -> DNSRecord {
        var record = DNSRecord.txt(question.name, ttl: 0, strings.map { Array($0.utf8) })
        record.recordClass = question.recordClass
        return record
    }

    private func read(
        _ bytes: [UInt8], _ question: DNSQuestion, family: IPAddress.Family = .ipv4
    ) -> DNSAddressQuestion.Answer? {
        DNSAddressQuestion(question, id: Self.id, family: family).answer(inDatagram: ByteBuffer(bytes: bytes))
    }

    @Test func asksOneQuestionAndNothingElse() throws {
        let question = try Self.question()
        let query = try DNSMessage(
            decoding: try DNSAddressQuestion(question, id: Self.id, family: .ipv4).encoded())
        #expect(query == DNSMessage(id: Self.id, recursionDesired: true, questions: [question]))
    }

    @Test func readsTheAddressOfATextOrAnAddressRecord() throws {
        let text = try Self.question()
        #expect(read(try Self.answer(to: text, [Self.text(text, "93.184.216.34")]), text) == .success(Self.seen))
        let a = try Self.question("myip.opendns.com/A@208.67.222.222")
        let record = DNSRecord.a(a.name, ttl: 0, IPv4Address(93, 184, 216, 34))
        #expect(read(try Self.answer(to: a, [record]), a) == .success(Self.seen))
        let aaaa = try Self.question("myip.opendns.com/AAAA@ns.example")
        let address = try #require(IPv6Address("2606:2800::1"))
        let six = try Self.answer(to: aaaa, [.aaaa(aaaa.name, ttl: 0, address)])
        #expect(read(six, aaaa, family: .ipv6) == .success(.v6(address)))
        #expect(read(six, aaaa)?.code == .wrongFamily)
    }

    @Test func passesOverWhatIsNoAnswerToIt() throws {
        let question = try Self.question()
        let records = [Self.text(question, "93.184.216.34")]
        let other = DNSQuestion(name: question.name, type: .a, recordClass: question.recordClass)
        let lowered = DNSQuestion(
            name: try DomainName(parsing: "WhoAmI.cloudflare"), type: .txt, recordClass: question.recordClass)
        let strays: [[UInt8]] = [
            [], [0x12], Array("garbage".utf8), try Self.answer(to: question, records) { $0.id ^= 1 },
            try Self.answer(to: question, records) { $0.isResponse = false },
            try Self.answer(to: question, records) { $0.opcode = .notify },
            try Self.answer(to: question, records) { $0.questions = [] },
            try Self.answer(to: question, records) { $0.questions = [other] },
            try Self.answer(to: question, records) { $0.questions = [lowered] },
            try Self.answer(to: question, records) { $0.questions += [other] },
            try Self.answer(to: question, records) + [0], try Self.answer(to: question, records).dropLast(),
        ]
        for stray in strays { #expect(read(stray, question) == nil, "\(stray)") }
    }

    @Test(
        arguments: [
            [["93.184.216.34", "93.184.216.35"]], [["93.184.216.34"], ["93.184.216.34"]], [], [[""]],
            [[" 93.184.216.34"]],
            [["93.184.216.34\n"]], [["93.184.216"]], [["edns0-client-subnet 93.184.216.0/24"]],
            [["93.184.216.34"], ["edns0-client-subnet 93.184.216.0/24"]], [["\u{FF19}3.184.216.34"]],
        ] as [[[String]]])
    func refusesAnythingButOneAddress(texts: [[String]]) throws {
        let question = try Self.question()
        let records = texts.map { strings in
            var record = DNSRecord.txt(question.name, ttl: 0, strings.map { Array($0.utf8) })
            record.recordClass = question.recordClass
            return record
        }
        #expect(read(try Self.answer(to: question, records), question)?.code == .invalidAnswer)
    }

    @Test func refusesRecordsOfSomethingElse() throws {
        let question = try Self.question()
        var otherClass = Self.text(question, "93.184.216.34")
        otherClass.recordClass = .internet
        var otherName = Self.text(question, "93.184.216.34")
        otherName.name = try DomainName(parsing: "other.cloudflare")
        let otherType = DNSRecord.a(question.name, ttl: 0, IPv4Address(93, 184, 216, 34))
        for record in [otherClass, otherName, otherType] {
            #expect(read(try Self.answer(to: question, [record]), question)?.code == .invalidAnswer)
        }
    }

    @Test func refusesTruncatedAnswersErrorsAndCloudflaresOwnNetwork() throws {
        let question = try Self.question()
        let records = [Self.text(question, "93.184.216.34")]
        let truncated = try Self.answer(to: question, records) { $0.isTruncated = true }
        #expect(read(truncated, question)?.code == .invalidAnswer)
        for code in [DNSResponseCode.refused, .nameError, .serverFailure] {
            let refusal = try Self.answer(to: question, records) { $0.responseCode = code }
            #expect(read(refusal, question)?.code == .rejected)
        }
        let own = try Self.answer(to: question, [Self.text(question, "104.28.1.1")])
        #expect(read(own, question)?.code == .invalidAnswer)
        let elsewhere = try Self.question("ip.example/TXT@ns.example")
        let theirs = try Self.answer(to: elsewhere, [Self.text(elsewhere, "104.28.1.1")])
        #expect(read(theirs, elsewhere) == .success(try address("104.28.1.1")))
    }
}

extension Result where Success == IPAddress, Failure == SourceError {
    var code: SourceError.Code? {
        guard case .failure(let error) = self else { return nil }
        return error.code
    }
}
