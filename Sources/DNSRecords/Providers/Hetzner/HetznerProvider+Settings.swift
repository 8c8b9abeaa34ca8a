extension ProviderKind {
    /// DNS in Hetzner's cloud.
    static let hetzner = ProviderKind(
        name: "hetzner",
        title: "Hetzner DNS",
        acceptedTTL: HetznerProvider.acceptedTTL,
        limits: HetznerProvider.limits,
        summary:
            "DNS in Hetzner's cloud console, with an API token of the project; zones in the old DNS console have to be "
            + "moved there first",
        settings: [
            .init(
                "HETZNER_TOKEN", isSecret: true,
                "an API token, with the permission Read & Write, of the project that holds the zone"),
            .init("HETZNER_BASE_URL", "where the API is, if not at \(HetznerProvider.defaultBaseURL)"),
        ]
    ) { reader, dependencies in
        let token = reader.requiredSecret(
            "HETZNER_TOKEN", "an API token, with the permission Read & Write, of the project that holds the zone")
        let baseURL = reader.baseURL("HETZNER_BASE_URL", default: HetznerProvider.defaultBaseURL)
        let zone = reader.zone()
        let ttl = reader.ttl(accepted: HetznerProvider.acceptedTTL)
        guard let token else { return nil }
        return HetznerProvider(
            transport: dependencies.transport, token: token, baseURL: baseURL, zone: zone, configuredTTL: ttl,
            uptime: dependencies.uptime)
    }
}
