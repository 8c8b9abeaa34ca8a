/// A text that is meant to be a URL, as messages and logs may show it: without user information, query and fragment, which
/// may hold a secret, and bounded. Rather too little of it than too much.
public struct RedactedURL: Hashable, Sendable, CustomStringConvertible {
    /// At most 120 characters of printable ASCII.
    public let description: String

    /// - Parameter text: anything, also what is no URL at all.
    public init(_ text: String) {
        var rest = text[...]
        var scheme = ""
        if let colon = text.firstRange(of: "://") {
            scheme = String(text[..<colon.upperBound])
            rest = text[colon.upperBound...]
        }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        description = RequestTarget.bounded(scheme + rest.prefix { $0 != "?" && $0 != "#" })
    }
}
