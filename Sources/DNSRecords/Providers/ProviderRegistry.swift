/// All providers that there are. A further one is a folder beside this file and a line here.
public enum ProviderRegistry {
    /// In the order in which documentation lists them.
    public static let all: [ProviderKind] = [
        .gandi,
        .cloudflare,
        .route53,
        .google,
        .azure,
        .rfc2136,
        .powerdns,
        .digitalOcean,
        .hetzner,
        .deSEC,
        .duckdns,
        .dyndns2,
        .webhook,
        .dnsendpoint,
    ]

    /// The settings that every provider has.
    public static let sharedSettings: [ProviderKind.Setting] = [
        .init("ZONE", "the zone that holds the records; found by itself if not set"),
        .init("TTL", "seconds that resolvers may keep the records; if not set, existing records keep theirs"),
    ]

    /// The provider with that name.
    ///
    /// - Throws: ``SettingProblem`` under the name `setting` that lists the names there are.
    public static func kind(named name: String, setting: String = "PROVIDER") throws(SettingProblem) -> ProviderKind {
        guard let kind = all.first(where: { $0.name == name }) else {
            throw SettingProblem(
                name: setting, value: name, expected: "one of \(all.map(\.name).joined(separator: ", "))")
        }
        return kind
    }
}
