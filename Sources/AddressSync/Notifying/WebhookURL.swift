import NetworkPrimitives
import WANDetection

/// Where notifications are sent, or pings. Whoever knows it can send as well, so that no part of it is ever shown.
struct WebhookURL: Hashable, Sendable {
    /// Why a text is none. Says nothing of the text.
    struct ParseError: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    private let url: HTTPURL

    /// - Parameter allowsHTTP: whether a server that is not on this machine may be asked without TLS.
    init(parsing text: String, allowsHTTP: Bool) throws(ParseError) {
        guard let url = try? HTTPURL(parsing: text) else {
            throw ParseError(
                description: "it is no URL of the form https://HOST/PATH, without user, password and fragment")
        }
        guard url.isSecure || allowsHTTP || Self.isLoopback(url.host.host) else {
            throw ParseError(
                description: "it is not an https URL; ESDDNS_NOTIFY_ALLOW_HTTP=true allows http beyond this machine")
        }
        self.url = url
    }

    /// The URL itself, for the one place that asks it.
    var exposed: String { url.text }

    private static func isLoopback(_ host: String) -> Bool {
        switch IPAddress(host) {
        case .v4(let address): address.description.hasPrefix("127.")
        case .v6(let address): address.description == "::1"
        case nil: host.lowercased() == "localhost"
        }
    }

    /// The URL with `/fail` at the end of its path, before the query.
    var ofFailure: WebhookURL {
        let path = url.text.prefix { $0 != "?" }
        let slash = path.hasSuffix("/") ? "" : "/"
        let changed = "\(path)\(slash)fail\(url.text.dropFirst(path.count))"
        return (try? HTTPURL(parsing: changed)).map { WebhookURL(url: $0) } ?? self
    }

    private init(url: HTTPURL) { self.url = url }

    /// Where a redirection leads, if that is at the same server by the same scheme; `nil` otherwise.
    func redirected(to location: String) -> WebhookURL? {
        let target: String
        if location.hasPrefix("/"), !location.hasPrefix("//"), let separator = url.text.firstRange(of: "://") {
            let authority = url.text[separator.upperBound...].prefix { $0 != "/" && $0 != "?" }
            target = url.text[..<separator.upperBound] + authority + location
        } else {
            target = location
        }
        guard let new = try? HTTPURL(parsing: target), new.isSecure == url.isSecure, new.host.port == url.host.port,
            new.host.host.lowercased() == url.host.host.lowercased()
        else { return nil }
        return WebhookURL(url: new)
    }
}

extension WebhookURL: CustomStringConvertible, CustomReflectable {
    var description: String { "<redacted>" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
