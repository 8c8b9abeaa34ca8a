import NetworkPrimitives

extension AddressSource {
    private static let dnsForm =
        "[OPERATOR=]NAME/TYPE[/CLASS]@HOST[:PORT] or [OPERATOR=]NAME/TYPE[/CLASS]@https://HOST/PATH"

    /// Reads a DNS question that is answered with the asker's address: `[OPERATOR=]NAME/TYPE[/CLASS]@HOST[:PORT]`.
    ///
    /// TYPE is `A`, `AAAA` or `TXT`, CLASS is `IN` (where it is left out) or `CH`, the port is 53 where it is left out. A URL
    /// behind the `@` means DNS over HTTPS.
    public init(parsingDNS text: String) throws(ParseError) {
        func wrong(_ why: String) -> ParseError { ParseError(text, why, expected: Self.dnsForm) }
        guard let at = text.firstIndex(of: "@") else { throw wrong("names no server behind an @") }
        let (operatorName, rest) = try Self.splitOperator(text, before: at, expected: Self.dnsForm)
        let parts = rest[..<at].split(separator: "/", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count) else { throw wrong("is no question") }
        let name: DomainName
        do {
            name = try DomainName(parsing: String(parts[0]))
        } catch {
            throw wrong("asks for no domain name: \(error)")
        }
        // Anything else would not read back as what it is: "=", "/" and "@" have a meaning of their own here.
        let isPlain = name.description.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || $0.properties.numericType != nil || ".-_".unicodeScalars.contains($0))
        }
        guard isPlain else {
            throw wrong("asks for a name of other characters than letters, digits, \"-\", \"_\" and \".\"")
        }
        let types: [String: DNSRecordType] = ["A": .a, "AAAA": .aaaa, "TXT": .txt]
        guard let type = types[parts[1].uppercased()] else {
            throw wrong("has a record type other than A, AAAA or TXT")
        }
        let classes: [String: DNSClass] = ["IN": .internet, "CH": .chaos]
        guard let recordClass = parts.count == 3 ? classes[parts[2].uppercased()] : .internet else {
            throw wrong("has a class other than IN or CH")
        }
        let question = DNSQuestion(name: name, type: type, recordClass: recordClass)
        let server = text[text.index(after: at)...]
        if server.contains("://") {
            let url = try Self.url(server, of: text, expected: Self.dnsForm)
            guard url.isSecure else { throw wrong("is plain HTTP, which anybody on the way can forge") }
            self = .dns(question, at: url, operatorName: operatorName)
            return
        }
        do {
            self = .dns(
                question, at: try HostPort(parsing: String(server), defaultPort: 53), operatorName: operatorName)
        } catch {
            throw wrong("names no DNS server: \(error)")
        }
    }
}
