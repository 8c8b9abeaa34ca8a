extension ProviderKind {
    /// Cloudflare DNS.
    static let cloudflare = ProviderKind(
        name: "cloudflare",
        title: "Cloudflare DNS",
        acceptedTTL: CloudflareProvider.acceptedTTL,
        limits: CloudflareProvider.limits,
        summary:
            "Cloudflare DNS, with an API token; records stay proxied, or not, as they are, and a TTL of 1 leaves the choice "
            + "to Cloudflare",
        settings: [
            .init(
                "CLOUDFLARE_TOKEN", isSecret: true,
                "an API token with the permissions Zone / DNS / Edit and Zone / Zone / Read for the zone"),
            .init(
                "CLOUDFLARE_ZONE_ID",
                "the identifier of the zone that `ESDDNS_ZONE` names, for a token without Zone / Zone / Read"),
            .init("CLOUDFLARE_BASE_URL", "where the API is, if not at \(CloudflareProvider.defaultBaseURL)"),
        ]
    ) { reader, dependencies in
        let token = reader.requiredSecret(
            "CLOUDFLARE_TOKEN",
            "an API token with the permissions Zone / DNS / Edit and Zone / Zone / Read for the zone")
        let zoneID = reader.optional("CLOUDFLARE_ZONE_ID", expected: "a zone's identifier: 32 hexadecimal digits") {
            text in
            text.utf8.count == 32 && text.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
                ? text.lowercased() : nil
        }
        let baseURL = reader.baseURL("CLOUDFLARE_BASE_URL", default: CloudflareProvider.defaultBaseURL)
        if zoneID != nil, !reader.isSet("ZONE") {
            reader.report(
                "ZONE", expected: "the name of the zone that \(reader.displayName("CLOUDFLARE_ZONE_ID")) identifies")
        }
        let zone = reader.zone()
        let accepted = CloudflareProvider.acceptedTTL
        let ttl = reader.optional(
            "TTL",
            expected:
                "a number of seconds from \(accepted.lowerBound) to \(accepted.upperBound), or 1 for Cloudflare's choice"
        ) { text in
            UInt32(text).flatMap { accepted.contains($0) || $0 == CloudflareProvider.automaticTTL ? $0 : nil }
        }
        guard let token else { return nil }
        return CloudflareProvider(
            transport: dependencies.transport, token: token, baseURL: baseURL, zone: zone, zoneID: zoneID,
            configuredTTL: ttl, uptime: dependencies.uptime)
    }
}
