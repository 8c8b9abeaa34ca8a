public import DNSRecords
public import NetworkPrimitives

/// Which records are kept in step, and through whom.
public struct RecordSettings: Sendable {
    /// A provider as it was chosen, with settings that have been tried and work.
    public struct Provider: Sendable {
        public var kind: ProviderKind
        /// For ``DNSRecords/ProviderKind/build(from:with:)``.
        public var settings: any ProviderSettings
    }

    public var records: [RecordDeclaration]
    public var providers: [ProviderChoice: Provider]
    /// How this installation's records are marked; `nil`: not at all.
    public var ownership: Ownership?
    /// Empty: those that the zone names.
    public var nameServers: [HostPort]
    /// Empty: those of the system.
    public var resolvers: [HostPort]
    public var reconciling: ReconcilingSettings

    /// - Parameters:
    ///   - node: this node's name.
    ///   - publishesAll: whether a record may have to hold several addresses.
    init(
        reading reader: inout SettingsReader, node: String, publishesAll: Bool, dependencies: ProviderDependencies
    ) {
        nameServers = reader.list(SettingCatalog.nameServers) { try HostPort(parsing: $0, defaultPort: 53) }
        resolvers = reader.list(SettingCatalog.resolvers) { try HostPort(parsing: $0, defaultPort: 53) }
        reconciling = ReconcilingSettings()
        reconciling.checkInterval = reader.duration(
            SettingCatalog.recordCheckInterval, in: .seconds(1) ... .seconds(86_400))
        let takesOver = reader.boolean(SettingCatalog.takeOver)
        ownership = reader.value(SettingCatalog.owner) { Ownership(owner: $0, takesOver: takesOver) }
        if takesOver, reader.text(SettingCatalog.owner) == nil {
            reader.report(
                SettingCatalog.takeOver, value: reader.text(SettingCatalog.takeOver),
                because:
                    "without \(SettingCatalog.owner.environmentName) there is nothing to take over: every record is changed"
            )
        }
        let standard = reader.value(SettingCatalog.provider) { try ProviderChoice(parsing: $0) }
        records = reader.list(SettingCatalog.records) {
            try RecordDeclaration.parse($0, node: node, standard: standard ?? ProviderChoice(kind: "gandi"))
        }.flatMap { $0 }
        providers = [:]
        if reader.text(SettingCatalog.records) == nil {
            reader.report(SettingCatalog.records, value: nil, because: "it is not set")
        }
        var seen: Set<String> = []
        for record in records where !seen.insert("\(record.name.lowercased) \(record.type)").inserted {
            reader.report(SettingCatalog.records, value: record.description, because: "it is listed twice")
        }
        // Where no record could be read, the provider is looked at all the same: everything is reported at once.
        let choices = records.isEmpty ? [standard].compactMap { $0 } : records.map(\.provider)
        for choice in choices where providers[choice] == nil {
            providers[choice] = Self.provider(choice, reading: &reader, dependencies: dependencies)
        }
        for record in records {
            guard let kind = providers[record.provider]?.kind else { continue }
            for problem in problems(with: record, at: kind, publishesAll: publishesAll) {
                reader.report(SettingCatalog.records, value: record.description, because: problem)
            }
        }
    }

    private static func provider(
        _ choice: ProviderChoice, reading reader: inout SettingsReader, dependencies: ProviderDependencies
    ) -> Provider? {
        do {
            let kind = try ProviderRegistry.kind(
                named: choice.kind, setting: SettingCatalog.provider.environmentName)
            let settings = reader.values.under(choice.settingPrefix)
            do {
                _ = try kind.build(from: settings, with: dependencies)
            } catch {
                error.problems.forEach { reader.add($0) }
            }
            return Provider(kind: kind, settings: settings)
        } catch {
            reader.add(error)
            return nil
        }
    }

    /// What a provider cannot do for a record.
    private func problems(
        with record: RecordDeclaration, at kind: ProviderKind, publishesAll: Bool
    ) -> [String] {
        var problems: [String] = []
        if let ttl = record.ttl {
            if !kind.features.contains(.ttl) {
                problems.append("\(kind.title) decides the TTL itself")
            } else if !kind.acceptedTTL.contains(ttl) {
                problems.append(
                    "\(kind.title) takes a TTL of \(kind.acceptedTTL.lowerBound) to \(kind.acceptedTTL.upperBound) s")
            }
        }
        if record.type == .aaaa, !kind.features.contains(.ipv6) {
            problems.append("\(kind.title) has no AAAA records")
        }
        if ownership != nil, !kind.features.contains(.ownership) {
            problems.append("\(kind.title) has no TXT records for \(SettingCatalog.owner.environmentName)")
        }
        if publishesAll, !kind.features.contains(.severalAddresses) {
            problems.append(
                "\(kind.title) holds one address for a name, and \(SettingCatalog.egress.environmentName) is all")
        }
        return problems
    }

    /// Which families are needed for records.
    ///
    /// - Parameter perNode: of records that each node has for itself, or of those that all nodes keep together.
    func families(perNode: Bool) -> [IPAddress.Family] {
        IPAddress.Family.allCases.filter { family in
            records.contains { $0.isPerNode == perNode && $0.type.family == family }
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

    /// What writes each record. Nothing touches the network here.
    ///
    /// - Throws: ``DNSRecords/SettingProblems`` if settings that were right have become wrong since, such as a secret's file
    ///   that has gone.
    func writers(with dependencies: ProviderDependencies) throws(SettingProblems) -> [ProviderChoice: RecordWriter] {
        var writers: [ProviderChoice: RecordWriter] = [:]
        for (choice, provider) in providers {
            writers[choice] = RecordWriter(
                provider: try provider.kind.build(from: provider.settings, with: dependencies), ownership: ownership)
        }
        return writers
    }
}
