/// Where secrets may be sent.
enum TrustedURL {
    /// Whether a URL out of a credential document is `https`, or `http` to this machine alone.
    static func isPrivate(_ url: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: url.hasPrefix) else { return false }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        // An `@` after the host is part of the path, as in the names of service accounts.
        guard SettingReader.baseURL(scheme + authority) != nil,
            rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") })
        else { return false }
        return scheme == "https://"
            || ["127.0.0.1", "[::1]", "localhost"].contains { authority == $0 || authority.hasPrefix("\($0):") }
    }
}
