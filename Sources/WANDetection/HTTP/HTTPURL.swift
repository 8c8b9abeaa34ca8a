import CurlHTTP
public import NetworkPrimitives

/// An absolute `http` or `https` URL of an address source.
///
/// User names, passwords and fragments are refused; a query is sent but never shown, since it may hold a key.
public struct HTTPURL: Hashable, Sendable, CustomStringConvertible {
    /// The URL as it is sent.
    public let text: String
    /// Whether the scheme is `https`.
    public let isSecure: Bool
    /// The host, and the port: stated, or 443 or 80 by the scheme.
    public let host: HostPort
    /// From the first slash to the query; `/` where the URL has none.
    public let path: String
    /// The URL without its query.
    public let description: String

    /// Why a text is not a URL for an address source.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    public init(parsing text: String) throws(ParseError) {
        guard let separator = text.firstRange(of: "://") else {
            throw ParseError(description: "has no scheme; expected https://HOST/PATH")
        }
        switch text[..<separator.lowerBound].lowercased() {
        case "https": isSecure = true
        case "http": isSecure = false
        default: throw ParseError(description: "has a scheme other than https; expected https://HOST/PATH")
        }
        let allowed = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }
        guard allowed, text.utf8.count <= 2000 else {
            throw ParseError(description: "has characters that a URL cannot hold; percent-encode them")
        }
        guard !text.contains("#") else { throw ParseError(description: "has a fragment (#…); leave it out") }
        let rest = text[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else {
            throw ParseError(description: "has a user name or password; address sources are asked without")
        }
        do {
            host = try HostPort(parsing: String(authority), defaultPort: isSecure ? 443 : 80)
        } catch {
            throw ParseError(description: "has no valid host: \(error)")
        }
        let path = rest[authority.endIndex...].prefix { $0 != "?" }
        self.path = path.isEmpty ? "/" : String(path)
        self.text = text
        description = String(text.prefix { $0 != "?" })
    }
}

extension HTTPURL {
    /// A text that was meant to be a source or a URL, as messages may show it: without a query, and without a user's name and
    /// password, which make it no valid one but are secrets all the same.
    ///
    /// What is before the `@` of a DNS question stays, unless it looks like a password.
    public static func presentable(_ text: String) -> String {
        let beforeAt = text.lastIndex(of: "@").map { text[..<$0] } ?? ""
        guard text.contains("://") || beforeAt.contains(":") else { return String(text.prefix { $0 != "?" }) }
        return RedactedURL(text).description
    }
}
