import CurlShims

/// Where a request goes, taken apart by libcurl's own URL parser, so that what was checked is what is used.
struct RequestTarget: Sendable, Hashable {
    /// What libcurl is given. Differs from the caller's URL where TLS is to verify another name.
    let url: String
    /// The caller's URL without user information, query and fragment, bounded: fit for messages.
    let label: String
    /// `CURLOPT_CONNECT_TO` entry that leads to the real host.
    let connectTo: String?
    /// What `Host` has to say where libcurl would derive it from the changed URL.
    let hostHeader: String?

    /// - Parameters:
    ///   - text: absolute `http` or `https` URL, percent-encoded.
    ///   - tlsServerName: the name that TLS presents and verifies instead of the URL's host.
    init(parsing text: String, tlsServerName: String? = nil) throws(HTTPClientError) {
        try LoadedLibrary.require()
        func wrong(_ why: String) -> HTTPClientError {
            HTTPClientError(.invalidRequest, "URL \"\(RedactedURL(text))\" \(why)")
        }
        // Controls and blanks are how one request becomes two; beyond ASCII, two parsers may disagree.
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw wrong("has characters other than printable ASCII; they have to be percent-encoded")
        }
        guard let parts = Components(text) else {
            throw wrong("is not an absolute http or https URL")
        }
        label = Self.bounded("\(parts.scheme)://\(parts.authority)\(parts.path)")
        guard parts.scheme == "https", let tlsServerName, tlsServerName != parts.host else {
            url = text
            connectTo = nil
            hostHeader = nil
            return
        }
        guard let changed = Components.url(text, replacingHostWith: tlsServerName) else {
            throw wrong("cannot be combined with the TLS server name \"\(Self.bounded(tlsServerName))\"")
        }
        url = changed
        // Empty host and port match whatever the URL says.
        connectTo = "::\(parts.host):\(parts.port)"
        hostHeader = parts.authority
    }

    /// The parts of a URL that messages and `CONNECT_TO` need.
    struct Components: Hashable, Sendable {
        /// In lower case.
        var scheme: String
        /// IPv6 addresses are in brackets.
        var host: String
        /// Also where the URL leaves it to the scheme.
        var port: String
        /// Host, and the port where the URL names one.
        var authority: String
        var path: String

        init?(_ text: String, allowingAnyScheme: Bool = false) {
            // libcurl forgives a third slash and then takes the path for the host.
            guard let separator = text.firstRange(of: "://"), text[separator.upperBound...].first != "/",
                let handle = curl_shims_url()
            else { return nil }
            defer { curl_shims_url_cleanup(handle) }
            let flags = UInt32(CURLU_PATH_AS_IS) | (allowingAnyScheme ? UInt32(CURLU_NON_SUPPORT_SCHEME) : 0)
            guard curl_shims_url_set(handle, CURLUPART_URL, text, flags) == CURLUE_OK,
                let scheme = Self.part(CURLUPART_SCHEME, of: handle)?.lowercased(),
                allowingAnyScheme || scheme == "http" || scheme == "https",
                let host = Self.part(CURLUPART_HOST, of: handle), !host.isEmpty
            else { return nil }
            let named = Self.part(CURLUPART_PORT, of: handle)
            self.scheme = scheme
            self.host = host
            port = named ?? Self.part(CURLUPART_PORT, of: handle, flags: UInt32(CURLU_DEFAULT_PORT)) ?? ""
            authority = named.map { "\(host):\($0)" } ?? host
            path = Self.part(CURLUPART_PATH, of: handle) ?? "/"
        }

        static func url(_ text: String, replacingHostWith host: String) -> String? {
            guard let handle = curl_shims_url() else { return nil }
            defer { curl_shims_url_cleanup(handle) }
            guard curl_shims_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_PATH_AS_IS)) == CURLUE_OK,
                curl_shims_url_set(handle, CURLUPART_HOST, host, 0) == CURLUE_OK
            else { return nil }
            return part(CURLUPART_URL, of: handle)
        }

        private static func part(_ part: CURLUPart, of handle: OpaquePointer, flags: UInt32 = 0) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl_shims_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
            defer { curl_shims_free(text) }
            return String(cString: text)
        }
    }

    /// At most 120 characters of printable ASCII.
    static func bounded(_ text: String) -> String {
        let characters = text.utf8.prefix(120).map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }
        return String(decoding: characters, as: UTF8.self) + (text.utf8.count > 120 ? "..." : "")
    }
}
