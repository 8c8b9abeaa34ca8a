/// The address of an API server: scheme, host, port, and for some proxies a path in front of the API's own.
struct KubernetesServer: Hashable, Sendable {
    /// Without a slash at its end.
    let url: String
    /// Host and port as in the URL; the `host` label of metrics.
    let authority: String

    init(_ text: String) throws(KubernetesError) {
        func wrong(_ reason: String) -> KubernetesError {
            KubernetesError(.configuration, message: "the API server's URL \(reason), such as https://10.96.0.1:443")
        }
        let schemes = ["https://", "http://"]
        guard let scheme = schemes.first(where: text.hasPrefix) else { throw wrong("has to begin with https://") }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        // A password in the URL would end up in logs; a query or fragment cannot be followed by a path.
        guard !authority.isEmpty, !authority.contains("@") else { throw wrong("has to be scheme, host and port") }
        guard rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        else { throw wrong("has to have no query, fragment, space or unencoded character") }
        self.authority = String(authority)
        var url = text[...]
        while url.hasSuffix("/") { url.removeLast() }
        self.url = String(url)
    }
}
