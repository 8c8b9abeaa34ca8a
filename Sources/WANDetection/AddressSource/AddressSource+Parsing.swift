import NetworkPrimitives

extension AddressSource {
    /// Why a text is not a source. Names the text and says what would be right.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String

        init(_ text: String, _ why: String, expected: String) {
            // A query may hold a key, so it is not shown.
            let shown = text.prefix { $0 != "?" }
            let bounded = shown.count > 80 ? shown.prefix(80) + "…" : shown
            description = "\"\(bounded)\" \(why); expected \(expected)"
        }
    }

    private static let stunForm = "[OPERATOR=]HOST:PORT"
    private static let httpForm = "[OPERATOR=]https://HOST/PATH"
    /// Marks a plain HTTP source as authenticated, in settings of tests and demonstrations.
    private static let trustedPrefix = "trusted+"

    /// Reads a STUN server: `[OPERATOR=]HOST:PORT`, the port being 3478 where it is left out.
    public init(parsingSTUN text: String) throws(ParseError) {
        let (operatorName, rest) = try Self.splitOperator(text, before: text.endIndex, expected: Self.stunForm)
        do {
            self = .stun(try HostPort(parsing: String(rest), defaultPort: 3478), operatorName: operatorName)
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
        let url: HTTPURL
        do {
            url = try HTTPURL(parsing: String(rest))
        } catch {
            throw ParseError(text, "\(error)", expected: Self.httpForm)
        }
        guard url.isSecure || allowNonGlobal else {
            throw ParseError(text, "is plain HTTP, which anybody on the way can forge", expected: Self.httpForm)
        }
        guard allowNonGlobal || !isTrusted else {
            throw ParseError(text, "has the prefix trusted+, which is for tests", expected: Self.httpForm)
        }
        self = .http(url, operatorName: operatorName, trusted: isTrusted)
    }

    private static func splitOperator(
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
