public import NetworkPrimitives

/// Who runs which host. Two servers of one operator are one opinion, so telling operators apart is what makes a quorum
/// mean anything.
public enum Operators {
    /// Operators that use more than one domain, or are better known under another name, by registrable domain.
    private static let known: [String: String] = [
        "amazon.com": "amazon",
        "amazonaws.com": "amazon",
        "cloudflare-dns.com": "cloudflare",
        "cloudflare.com": "cloudflare",
        "dns.google": "google",
        "google.com": "google",
        "icanhazip.com": "cloudflare",
        "ident.me": "ident.me",
        "ifconfig.me": "ifconfig.me",
        "ipify.org": "ipify",
        "nextcloud.com": "nextcloud",
        "one.one": "cloudflare",
        "opendns.com": "opendns",
        "sip.us": "sip.us",
        "telnyx.com": "telnyx",
        "threema.ch": "threema",
        "tnedi.me": "ident.me",
        "twilio.com": "twilio",
    ]

    /// Servers that are best known by their addresses.
    private static let knownAddresses: [IPAddress: String] = {
        let table = [
            "cloudflare": ["1.1.1.1", "1.0.0.1", "2606:4700:4700::1111", "2606:4700:4700::1001"],
            "google": [
                "8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844",
                // ns1 to ns4.google.com
                "216.239.32.10", "216.239.34.10", "216.239.36.10", "216.239.38.10", "2001:4860:4802:32::a",
                "2001:4860:4802:34::a", "2001:4860:4802:36::a", "2001:4860:4802:38::a",
            ],
            "opendns": ["208.67.222.222", "208.67.220.220", "2620:119:35::35", "2620:119:53::53"],
        ]
        let pairs = table.flatMap { name, texts in texts.compactMap(IPAddress.init).map { ($0, name) } }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }()

    /// Second-level labels under which registries of countries register names: `example.co.uk`.
    private static let registryLabels: Set<Substring> = ["ac", "co", "com", "edu", "gov", "net", "or", "org"]

    /// The operator of a host, where the settings do not name one.
    ///
    /// A well-known one by its name, otherwise the part of the host name that somebody registered. Any other IP address,
    /// and a name of one label, says nothing about who runs it, so each such host and port counts as an operator of its
    /// own.
    public static func name(of host: HostPort) -> String {
        if let address = IPAddress(host.host) { return knownAddresses[address] ?? host.description.lowercased() }
        let labels = host.host.lowercased().split(separator: ".")
        guard labels.count >= 2 else { return host.description.lowercased() }
        let isCountry = labels[labels.count - 1].count == 2
        let isUnderRegistry = isCountry && registryLabels.contains(labels[labels.count - 2])
        let domain = labels.suffix(isUnderRegistry ? 3 : 2).joined(separator: ".")
        return known[domain] ?? domain
    }

    /// Whether `name` can be an operator's name in settings: 1–63 of `a–z`, `0–9`, `.`, `-`, `_`.
    static func isValid(_ name: String) -> Bool {
        (1...63).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
