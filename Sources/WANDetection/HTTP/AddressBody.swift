import NetworkPrimitives

/// Reads the body of a web service's answer: exactly one address, and nothing that only looks like one.
struct AddressBody {
    enum Format {
        /// The address and white space.
        case plain
        /// Cloudflare's `key=value` lines, for this host.
        case trace(host: String)

        init(of url: HTTPURL) {
            self = url.path.hasSuffix("/cdn-cgi/trace") ? .trace(host: url.host.host.lowercased()) : .plain
        }
    }

    let format: Format

    func address(in body: [UInt8], family: IPAddress.Family) throws(SourceError) -> IPAddress {
        // Addresses are ASCII; anything else is shown with its odd bytes replaced, and refused.
        let text = String(decoding: body, as: UTF8.self)
        let address =
            switch format {
            case .plain: try Self.plain(text)
            case .trace(let host): try Self.trace(text, of: host)
            }
        guard address.family == family else {
            throw SourceError(.wrongFamily, "answered \(address), which is of the wrong address family")
        }
        return address
    }

    private static func plain(_ text: String) throws(SourceError) -> IPAddress {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard !words.isEmpty else { throw SourceError(.invalidAnswer, "answered an empty body") }
        guard words.count == 1, let address = IPAddress(String(words[0])) else {
            throw SourceError(.invalidAnswer, "answered \(quote(text)), which is not one address")
        }
        return address
    }

    private static func trace(_ text: String, of host: String) throws(SourceError) -> IPAddress {
        var fields: [Substring: [Substring]] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            fields[parts[0], default: []].append(parts[1])
        }
        guard let found = fields["ip"], found.count == 1, let address = IPAddress(String(found[0])) else {
            throw SourceError(.invalidAnswer, "answered \(quote(text)), which is no trace with one line ip=ADDRESS")
        }
        // A document that was made for somebody else, as a cache on the way might hand out.
        if let hosts = fields["h"], hosts.map({ $0.lowercased() }) != [host] {
            throw SourceError(.invalidAnswer, "answered \(quote(text)), which is the trace of another host")
        }
        if let warp = fields["warp"], warp != ["off"] {
            throw SourceError(.invalidAnswer, "was asked through WARP, so \(address) is Cloudflare's, not ours")
        }
        guard !CloudflareNetwork.contains(address) else {
            throw SourceError(.invalidAnswer, "answered \(address), which is an address of Cloudflare's own network")
        }
        return address
    }

    /// The beginning of a body, on one line.
    private static func quote(_ text: String) -> String {
        let line = text.prefix(60).map { $0.isNewline || $0.isWhitespace ? " " : $0 }
        let printable = String(line).unicodeScalars.filter { $0.properties.generalCategory != .control }
        return "\"\(String(String.UnicodeScalarView(printable)))\(text.count > 60 ? "…" : "")\""
    }
}
