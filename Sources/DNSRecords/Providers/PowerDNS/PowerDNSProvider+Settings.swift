extension ProviderKind {
    /// PowerDNS Authoritative Server.
    static let powerdns = ProviderKind(
        name: "powerdns",
        title: "PowerDNS",
        acceptedTTL: PowerDNSProvider.acceptedTTL,
        summary: "PowerDNS Authoritative Server, through its HTTP API",
        settings: [
            .init("POWERDNS_API_KEY", isSecret: true, "the server's api-key"),
            .init("POWERDNS_BASE_URL", "where the server's webserver is, such as http://powerdns.example.com:8081"),
            .init(
                "POWERDNS_SERVER_ID", "the server's identifier in the API, if not \(PowerDNSProvider.defaultServerID)"),
        ]
    ) { reader, dependencies in
        let key = reader.requiredSecret("POWERDNS_API_KEY", "the server's api-key")
        let baseURL = reader.required(
            "POWERDNS_BASE_URL",
            expected: "an http or https URL without a query, such as http://powerdns.example.com:8081"
        ) { text in
            // Documentation of other tools has the URL both with and without the version.
            SettingReader.baseURL(text).map { $0.hasSuffix("/api/v1") ? String($0.dropLast("/api/v1".count)) : $0 }
        }
        let serverID = reader.optional("POWERDNS_SERVER_ID", expected: "printable characters, such as localhost") {
            text in
            text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
        }
        let zone = reader.zone()
        let ttl = reader.ttl(accepted: PowerDNSProvider.acceptedTTL)
        guard let key, let baseURL else { return nil }
        return PowerDNSProvider(
            transport: dependencies.transport, key: key, baseURL: baseURL,
            serverID: serverID ?? PowerDNSProvider.defaultServerID, zone: zone, configuredTTL: ttl)
    }
}
