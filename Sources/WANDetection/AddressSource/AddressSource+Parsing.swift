import NetworkPrimitives

extension AddressSource {
    /// Why a text is not a source. Names the text and says what would be right.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String

        init(_ text: String, _ why: String, expected: String) {
            let shown = HTTPURL.presentable(text)
            let bounded = shown.count > 80 ? shown.prefix(80) + "…" : shown[...]
            description = "\"\(bounded)\" \(why); expected \(expected)"
        }
    }

    private static let stunForm = "[OPERATOR=]HOST:PORT[/udp|/tcp|/tls]"
    private static let httpForm = "[OPERATOR=]https://HOST/PATH"
    /// Marks a plain HTTP source as authenticated, in settings of tests and demonstrations.
    private static let trustedPrefix = "trusted+"

    /// Reads a STUN server: `[OPERATOR=]HOST:PORT[/udp|/tcp|/tls]`.
    ///
    /// Where they are left out, the transport is UDP, and the port 3478, or 5349 for TLS.
    public init(parsingSTUN text: String) throws(ParseError) {
        let (operatorName, rest) = try Self.splitOperator(text, before: text.endIndex, expected: Self.stunForm)
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let carrier = parts.count == 1 ? .udp : STUNCarrier(rawValue: parts[1].lowercased())
        guard let carrier else {
            throw ParseError(text, "has a transport other than udp, tcp or tls", expected: Self.stunForm)
        }
        do {
            let server = try HostPort(parsing: String(parts[0]), defaultPort: carrier.defaultPort)
            self = .stun(server, over: carrier, operatorName: operatorName)
        } catch {
            throw ParseError(text, "is no STUN server: \(error)", expected: Self.stunForm)
        }
    }

    /// Reads a web source: `[OPERATOR=]URL`.
    ///
    /// - Parameter allowNonGlobal: the tests' setting, which also permits `http://…`, not authenticated, and
    ///   `trusted+http://…`, counted as authenticated.
    public init(parsingHTTP text: String, allowNonGlobal: Bool = false) throws(ParseError) {
        let scheme = text.firstRange(of: "://")?.lowerBound ?? text.endIndex
        var (operatorName, rest) = try Self.splitOperator(text, before: scheme, expected: Self.httpForm)
        let isTrusted = rest.lowercased().hasPrefix(Self.trustedPrefix)
        if isTrusted { rest = rest.dropFirst(Self.trustedPrefix.count) }
        let url = try Self.url(rest, of: text, expected: Self.httpForm)
        guard url.isSecure || allowNonGlobal else {
            throw ParseError(text, "is plain HTTP, which anybody on the way can forge", expected: Self.httpForm)
        }
        guard allowNonGlobal || !isTrusted else {
            throw ParseError(text, "has the prefix trusted+, which is for tests", expected: Self.httpForm)
        }
        self = .http(url, operatorName: operatorName, trusted: isTrusted)
    }

    static func url(_ part: Substring, of text: String, expected: String) throws(ParseError) -> HTTPURL {
        do {
            return try HTTPURL(parsing: String(part))
        } catch {
            throw ParseError(text, "\(error)", expected: expected)
        }
    }

    static func splitOperator(
        _ text: String, before end: String.Index, expected: String
    ) throws(ParseError) -> (String?, Substring) {
        guard let equals = text[..<end].firstIndex(of: "=") else { return (nil, text[...]) }
        let name = text[..<equals].lowercased()
        guard Operators.isValid(name) else {
            throw ParseError(
                text, "has an operator name that is not 1 to 63 letters, digits, dots, hyphens or underscores",
                expected: expected)
        }
        return (name, text[text.index(after: equals)...])
    }
}
