public import NetworkPrimitives

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Which recursive resolvers help to find a zone's name servers. They never decide what a record holds.
public enum ResolverConfiguration {
    /// The resolvers of a `resolv.conf`, in its order, without duplicates; the local host where it names none, as the
    /// operating system's resolver does (resolv.conf(5)). Everything else in it, `options` included, is about asking for
    /// names of hosts and does not matter here.
    public static func parse(_ text: String) -> [HostPort] {
        var servers: [HostPort] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.first == "nameserver", words.count > 1, let host = host(words[1]) else { continue }
            let server = HostPort(host: host, port: 53)
            if !servers.contains(server) { servers.append(server) }
        }
        return servers.isEmpty ? [HostPort(host: "127.0.0.1", port: 53)] : servers
    }

    /// An address, also one of a single link with that link's name or number behind it: routers announce themselves as
    /// `fe80::1%eth0` (RFC 8106, RFC 4007 section 11).
    private static func host(_ word: Substring) -> String? {
        let parts = word.split(separator: "%", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return IPAddress(String(word))?.description }
        let isPlain = parts[1].utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
        guard let address = IPv6Address(String(parts[0])), (1...15).contains(parts[1].utf8.count), isPlain else {
            return nil
        }
        return "\(address)%\(parts[1])"
    }

    /// The operating system's resolvers as they are now.
    ///
    /// - Parameter path: a file that cannot be read counts as one that names no resolver.
    public static func system(path: String = "/etc/resolv.conf") -> [HostPort] {
        let text = (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
        return parse(text ?? "")
    }
}
