public import NetworkPrimitives

/// Which addresses must never get into a public DNS record, and why.
///
/// It follows the IANA special-purpose address registries (RFC 6890), read strictly: whatever cannot be the address of
/// a WAN line is refused, including ranges that are globally routed for a service (AS112, 6to4 relays).
public enum SpecialPurposeRegistry {
    /// A block that is not for WAN lines, and what it is for.
    public struct Entry: Sendable, Hashable {
        public let block: AddressBlock
        /// Completes "the address is in 10.0.0.0/8, …".
        public let purpose: String
    }

    /// Whether `address` may be published as the address of a WAN line.
    public static func isPublishable(_ address: IPAddress) -> Bool { objection(to: address) == nil }

    /// Why `address` must not be published, as a sentence that begins with the address; `nil` where it may be.
    public static func objection(to address: IPAddress) -> String? {
        if let entry = entry(containing: address) {
            return "\(address) is in \(entry.block), \(entry.purpose)"
        }
        if case .v6 = address, let globalUnicast, !globalUnicast.contains(address) {
            return "\(address) is outside of \(globalUnicast), the range of global unicast addresses"
        }
        return nil
    }

    /// The entry that `address` falls into, if any.
    public static func entry(containing address: IPAddress) -> Entry? {
        let entries =
            switch address {
            case .v4: ipv4
            case .v6: ipv6
            }
        return entries.first { $0.block.contains(address) }
    }

    /// The IPv4 blocks, from the lowest to the highest.
    public static let ipv4: [Entry] = table([
        ("0.0.0.0/8", "which means \"this network\""),
        ("10.0.0.0/8", "a private network"),
        (
            "100.64.0.0/10",
            "the range for carrier-grade NAT: the provider translates this line's traffic, so nothing outside can "
                + "reach it; ask the provider for a public address"
        ),
        ("127.0.0.0/8", "the loopback range"),
        ("169.254.0.0/16", "the link-local range"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "reserved for protocol assignments"),
        ("192.0.2.0/24", "reserved for documentation"),
        ("192.31.196.0/24", "the AS112 name service"),
        ("192.52.193.0/24", "the AMT relay service"),
        ("192.88.99.0/24", "the retired 6to4 relay service"),
        ("192.168.0.0/16", "a private network"),
        ("192.175.48.0/24", "the AS112 name service"),
        ("198.18.0.0/15", "reserved for benchmarks"),
        ("198.51.100.0/24", "reserved for documentation"),
        ("203.0.113.0/24", "reserved for documentation"),
        ("224.0.0.0/4", "the multicast range"),
        ("240.0.0.0/4", "reserved for future use"),
    ])

    /// The IPv6 blocks. Beyond them, everything outside of `2000::/3` is refused.
    public static let ipv6: [Entry] = table([
        ("::1/128", "the loopback address"),
        ("::ffff:0.0.0.0/96", "an IPv4 address in IPv6 notation"),
        ("64:ff9b::/96", "an IPv4 address behind a translator"),
        ("fc00::/7", "a private network"),
        ("fe80::/10", "the link-local range"),
        ("ff00::/8", "the multicast range"),
        ("2001::/23", "reserved for protocol assignments"),
        ("2001:db8::/32", "reserved for documentation"),
        ("2002::/16", "the retired 6to4 transition range"),
        ("3fff::/20", "reserved for documentation"),
        ("2620:4f:8000::/48", "the AS112 name service"),
    ])

    private static let globalUnicast = AddressBlock("2000::/3")

    private static func table(_ rows: [(String, String)]) -> [Entry] {
        rows.compactMap { text, purpose in AddressBlock(text).map { Entry(block: $0, purpose: purpose) } }
    }
}
