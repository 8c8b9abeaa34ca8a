extension ProviderKind {
    /// Gandi LiveDNS.
    static let gandi = ProviderKind(
        name: "gandi",
        title: "Gandi LiveDNS",
        acceptedTTL: GandiProvider.acceptedTTL,
        limits: GandiProvider.limits,
        summary: "Gandi LiveDNS, with a personal access token",
        settings: [
            .init(
                "GANDI_TOKEN", isSecret: true,
                "a personal access token that may manage the domain's technical configuration"),
            .init("GANDI_API_KEY", isSecret: true, "an API key, which Gandi has deprecated; instead of a token"),
            .init("GANDI_BASE_URL", "where the API is, if not at \(GandiProvider.defaultBaseURL)"),
            .init("GANDI_SHARING_ID", "the organisation that owns the domain, if not the token's own"),
        ]
    ) { reader, dependencies in
        let problems = reader.problems.count
        let token = reader.secret("GANDI_TOKEN")
        let apiKey = reader.secret("GANDI_API_KEY")
        let credential: GandiProvider.Credential?
        switch (token, apiKey) {
        case (let token?, nil): credential = .token(token)
        case (nil, let apiKey?): credential = .apiKey(apiKey)
        case (.some, .some):
            credential = nil
            reader.report(
                "GANDI_API_KEY", value: "<redacted>",
                expected: "to be left out, since \(reader.displayName("GANDI_TOKEN")) is set as well")
        case (nil, nil):
            credential = nil
            if reader.problems.count == problems {
                reader.report("GANDI_TOKEN", expected: "a personal access token, here or in a file; it is not set")
            }
        }
        let baseURL = reader.baseURL("GANDI_BASE_URL", default: GandiProvider.defaultBaseURL)
        let sharingID = reader.optional("GANDI_SHARING_ID", expected: "the identifier (a UUID) of an organisation") {
            text in
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) ? text : nil
        }
        let zone = reader.zone()
        let ttl = reader.ttl(accepted: GandiProvider.acceptedTTL)
        guard let credential else { return nil }
        return GandiProvider(
            transport: dependencies.transport, credential: credential,
            baseURL: baseURL, sharingID: sharingID, zone: zone, configuredTTL: ttl, uptime: dependencies.uptime)
    }
}
