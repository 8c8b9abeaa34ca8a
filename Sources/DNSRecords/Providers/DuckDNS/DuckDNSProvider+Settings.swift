import NetworkPrimitives

extension ProviderKind {
    /// DuckDNS.
    static let duckdns = ProviderKind(
        name: "duckdns",
        title: "DuckDNS",
        features: [.ipv6],
        limits: DuckDNSProvider.limits,
        summary:
            "DuckDNS, for names such as NAME.duckdns.org; it decides the TTL, and holds one address of each family",
        settings: [
            .init("DUCKDNS_TOKEN", isSecret: true, "the account's token, as duckdns.org shows it after signing in"),
            .init("DUCKDNS_BASE_URL", "where the service is, if not at \(DuckDNSProvider.defaultBaseURL)"),
        ]
    ) { reader, dependencies in
        let token = reader.requiredSecret("DUCKDNS_TOKEN", "the account's token")
        let baseURL = reader.baseURL("DUCKDNS_BASE_URL", default: DuckDNSProvider.defaultBaseURL)
        if let zone = reader.zone(), zone != DuckDNSProvider.defaultApex {
            reader.report("ZONE", value: zone.description, expected: "duckdns.org, or to be left out")
        }
        reader.refuseTTL("DuckDNS")
        guard let token else { return nil }
        return DuckDNSProvider(
            transport: dependencies.transport, token: token, baseURL: baseURL, lookup: dependencies.lookup,
            uptime: dependencies.uptime)
    }
}
