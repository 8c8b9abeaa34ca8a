extension ProviderKind {
    /// DigitalOcean DNS.
    static let digitalOcean = ProviderKind(
        name: "digitalocean",
        title: "DigitalOcean DNS",
        acceptedTTL: DigitalOceanProvider.acceptedTTL,
        limits: DigitalOceanProvider.limits,
        summary: "DigitalOcean DNS, with an API token",
        settings: [
            .init(
                "DIGITALOCEAN_TOKEN", isSecret: true,
                "an API token with the scopes domain:read, domain:create, domain:update and domain:delete"),
            .init("DIGITALOCEAN_BASE_URL", "where the API is, if not at \(DigitalOceanProvider.defaultBaseURL)"),
        ]
    ) { reader, dependencies in
        let token = reader.requiredSecret(
            "DIGITALOCEAN_TOKEN",
            "an API token with the scopes domain:read, domain:create, domain:update and domain:delete")
        let baseURL = reader.baseURL("DIGITALOCEAN_BASE_URL", default: DigitalOceanProvider.defaultBaseURL)
        let zone = reader.zone()
        let ttl = reader.ttl(accepted: DigitalOceanProvider.acceptedTTL)
        guard let token else { return nil }
        return DigitalOceanProvider(
            transport: dependencies.transport, token: token, baseURL: baseURL, zone: zone, configuredTTL: ttl,
            uptime: dependencies.uptime, wallClock: dependencies.wallClock)
    }
}
