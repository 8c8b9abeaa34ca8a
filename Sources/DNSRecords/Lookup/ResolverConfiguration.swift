public import NetworkPrimitives

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Which recursive resolvers help to find a zone's name servers. They never decide what a record holds.
public enum ResolverConfiguration {
    /// The resolvers of a `resolv.conf`, in its order, without duplicates; the local host where it names none, as the
    /// operating system's resolver does (resolv.conf(5)).
    public static func parse(_ text: String) -> [HostPort] {
        var servers: [HostPort] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            // Addresses with a scope, such as fe80::1%eth0, are of one link only and are left out.
            guard words.first == "nameserver", words.count > 1, let address = IPAddress(String(words[1])) else {
                continue
            }
            let server = HostPort(host: address.description, port: 53)
            if !servers.contains(server) { servers.append(server) }
        }
        return servers.isEmpty ? [HostPort(host: "127.0.0.1", port: 53)] : servers
    }

    /// The operating system's resolvers as they are now.
    ///
    /// - Parameter path: a file that cannot be read counts as one that names no resolver.
    public static func system(path: String = "/etc/resolv.conf") -> [HostPort] {
        let text = (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
        return parse(text ?? "")
    }
}
