import NetworkPrimitives

@testable import DNSRecords

extension FuzzTarget {
    /// The data of a TSIG record: what is read is written as it was. And an answer of any bytes is not taken for a signed one.
    static let tsig = FuzzTarget("tsig") { bytes in
        guard let keyName = DomainName("key.example") else { return }
        let record = DNSRecord(name: keyName, type: .tsig, recordClass: .any, ttl: 0, data: bytes)
        if let tsig = TSIGRecord(record) {
            expect(TSIGRecord(tsig.record(keyName: keyName)) == tsig, "a TSIG record is read back")
        }
        let signer = TSIGSigner(
            keyName: keyName, algorithm: .sha256, key: Array("a key that the input does not know".utf8))
        let query = DNSMessage(id: 0x1234, questions: [DNSQuestion(name: keyName, type: .a)])
        guard let request = try? signer.sign(query, at: 1_700_000_000), let reply = try? DNSReply(decoding: bytes)
        else {
            return
        }
        do throws(TSIGFailure) {
            try signer.verify(reply, to: request, at: 1_700_000_000)
            expect(false, "nothing is believed without the key")
        } catch {
            expect(error != .unsigned(.noError) || reply.message.responseCode == .noError, "the code is the message's")
        }
    }

    /// An answer of any bytes is something definite about a record.
    static let recordAnswer = FuzzTarget("record-answer") { bytes in
        guard let answer = try? DNSMessage(decoding: bytes), let name = DomainName("home.example.com"),
            let apex = DomainName("example.com")
        else { return }
        for type in RecordType.allCases {
            switch AnswerFinding(answer, for: name, type, within: apex) {
            case .observation(.present(let set)):
                expect(answer.isAuthoritative, "only authoritative answers count")
                expect(set.name == name && set.type == type && !set.values.isEmpty, "it is the set that was asked for")
            case .delegation(let delegation):
                expect(name.isWithin(delegation.zone) && delegation.zone != apex, "delegations lead down")
            default: break
            }
        }
    }

    /// The file that names resolvers, which may be anything: there is always somebody to ask.
    static let resolvConf = FuzzTarget("resolv-conf") { bytes in
        let servers = ResolverConfiguration.parse(String(decoding: bytes, as: UTF8.self))
        expect(!servers.isEmpty && Set(servers).count == servers.count, "there are resolvers, each once")
        let written = servers.map { "nameserver \($0.host)\n" }.joined()
        expect(ResolverConfiguration.parse(written) == servers, "what is written can be read")
    }

    /// Labels outside ASCII, both ways.
    static let punycode = FuzzTarget("punycode") { bytes in
        if let scalars = Punycode.decode(bytes), scalars.contains(where: { !$0.isASCII }) {
            // Digits may be small or large, and nothing else may differ.
            let again = Punycode.encode(scalars)
            expect(
                again.map { String(decoding: $0, as: UTF8.self).lowercased() }
                    == String(decoding: bytes, as: UTF8.self).lowercased(), "what is decoded is encoded the same")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let scalars = Array(text.unicodeScalars)
        if let encoded = Punycode.encode(scalars) {
            expect(encoded.allSatisfy { $0 < 0x80 }, "what is encoded is ASCII")
            if scalars.contains(where: { !$0.isASCII }) {
                expect(Punycode.decode(encoded) == scalars, "what is encoded is decoded the same")
            }
        }
    }

    /// Domain names as settings have them, internationalised ones included.
    static let domainName = FuzzTarget("domain-name") { bytes in
        do throws(DomainName.ParseError) {
            let name = try DomainName(parsing: String(decoding: bytes, as: UTF8.self))
            expect(name.wireLength <= DomainName.maximumWireLength, "a name fits")
            expect(DomainName(name.description)?.isIdentical(to: name) == true, "a name is read back")
            if let shown = name.internationalText {
                expect(DomainName(shown) == name, "what people are shown is the same name")
            }
        } catch {
            expect(error.description.utf8.count <= 2000, "an error is bounded")
        }
    }

    /// Text in the quotes of zone files.
    static let quotedText = FuzzTarget("quoted-text") { bytes in
        let presentation = String(decoding: bytes, as: UTF8.self)
        if let text = QuotedText.parse(presentation) {
            expect(QuotedText.parse(QuotedText.format(text)) == text, "what is quoted can be read")
        }
        expect(QuotedText.parse(QuotedText.format(presentation)) == presentation, "any text can be quoted")
        expect(QuotedText.format(presentation).utf8.allSatisfy { (0x20...0x7E).contains($0) }, "quoted text is ASCII")
    }
}
