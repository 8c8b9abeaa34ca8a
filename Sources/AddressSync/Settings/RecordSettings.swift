public import DNSRecords
public import NetworkPrimitives

/// Which records are kept in step, and through whom.
public struct RecordSettings: Sendable {
    public var names: [RecordName]
    public var provider: ProviderKind
    /// For ``DNSRecords/ProviderKind/build(from:with:)``, which has been tried and works.
    public var providerSettings: any ProviderSettings
    /// Empty: those that the zone names.
    public var nameServers: [HostPort]
    /// Empty: those of the system.
    public var resolvers: [HostPort]
    public var reconciling: ReconcilingSettings

    /// `nil` where a problem was reported that leaves nothing to work with.
    init?(reading reader: inout SettingsReader, dependencies: ProviderDependencies) {
        names = reader.list(SettingCatalog.records) { try DomainName(parsing: $0) }
        if reader.text(SettingCatalog.records) == nil {
            reader.report(SettingCatalog.records, value: nil, because: "it is not set")
        }
        var seen: Set<RecordName> = []
        for name in names where !seen.insert(name).inserted {
            reader.report(SettingCatalog.records, value: name.description, because: "it is listed twice")
        }
        nameServers = reader.list(SettingCatalog.nameServers) { try HostPort(parsing: $0, defaultPort: 53) }
        resolvers = reader.list(SettingCatalog.resolvers) { try HostPort(parsing: $0, defaultPort: 53) }
        reconciling = ReconcilingSettings()
        reconciling.checkInterval = reader.duration(
            SettingCatalog.recordCheckInterval, in: .seconds(1) ... .seconds(86_400))
        providerSettings = reader.values
        let name = reader.text(SettingCatalog.provider) ?? ""
        do {
            provider = try ProviderRegistry.kind(named: name, setting: SettingCatalog.provider.environmentName)
        } catch {
            reader.add(error)
            return nil
        }
        do {
            _ = try provider.build(from: providerSettings, with: dependencies)
        } catch {
            error.problems.forEach { reader.add($0) }
        }
    }

    /// The client that asks the zones' own name servers.
    public func lookup() -> AuthoritativeClient {
        var configuration = AuthoritativeClient.Configuration()
        configuration.nameServers = nameServers
        if !resolvers.isEmpty {
            let resolvers = resolvers
            configuration.resolvers = { resolvers }
        }
        return AuthoritativeClient(configuration: configuration)
    }
}
