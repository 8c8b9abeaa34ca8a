extension ProviderKind {
    /// deSEC.
    static let deSEC = ProviderKind(
        name: "desec",
        title: "deSEC",
        acceptedTTL: DeSECProvider.acceptedTTL,
        limits: DeSECProvider.limits,
        summary:
            "deSEC, with a token; domains take TTLs of 3600 s or more unless deSEC has lowered that, and up to 2 writes in a "
            + "second, 15 in a minute, 100 in an hour and 300 in a day",
        settings: [
            .init(
                "DESEC_TOKEN", isSecret: true, "a token whose policies, if it has any, allow it to write the records"),
            .init("DESEC_BASE_URL", "where the API is, if not at \(DeSECProvider.defaultBaseURL)"),
        ]
    ) { reader, dependencies in
        let token = reader.requiredSecret(
            "DESEC_TOKEN", "a token whose policies, if it has any, allow it to write the records")
        let baseURL = reader.baseURL("DESEC_BASE_URL", default: DeSECProvider.defaultBaseURL)
        let zone = reader.zone()
        let ttl = reader.ttl(accepted: DeSECProvider.acceptedTTL)
        guard let token else { return nil }
        return DeSECProvider(
            transport: dependencies.transport, token: token, baseURL: baseURL, zone: zone, configuredTTL: ttl,
            uptime: dependencies.uptime)
    }
}
