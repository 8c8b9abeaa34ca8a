public import DNSRecords

/// Everything that `esddns-leader` can be told, checked.
public struct LeaderSettings: Sendable {
    public var process: ProcessSettings
    public var cluster: ClusterSettings
    public var detection: DetectionSettings
    public var publishing: PublishingSettings

    var addressConfigMap: String { cluster.addressConfigMap }

    /// - Throws: everything that is wrong, by name. Nothing has touched the network then.
    public init(environment: [String: String]) throws(SettingProblems) {
        var reader = SettingsReader(environment: environment)
        process = ProcessSettings(reading: &reader)
        cluster = ClusterSettings(reading: &reader)
        detection = DetectionSettings(reading: &reader)
        publishing = PublishingSettings(reading: &reader)
        try reader.finish()
    }
}

/// Everything that `esddns-updater` can be told, checked.
public struct UpdaterSettings: Sendable {
    public var process: ProcessSettings
    public var cluster: ClusterSettings
    public var detection: DetectionSettings
    public var publishing: PublishingSettings
    public var records: RecordSettings
    /// Silence of the leader after which the updater detects by itself.
    public var staleAfter: Duration

    var addressConfigMap: String { cluster.addressConfigMap }
    var recordsConfigMap: String { cluster.recordsConfigMap }

    /// - Parameter dependencies: what a provider is built from; used to check its settings, not to talk to it.
    /// - Throws: everything that is wrong, by name. Nothing has touched the network then.
    public init(environment: [String: String], dependencies: ProviderDependencies) throws(SettingProblems) {
        var reader = SettingsReader(environment: environment)
        process = ProcessSettings(reading: &reader)
        cluster = ClusterSettings(reading: &reader)
        detection = DetectionSettings(reading: &reader)
        publishing = PublishingSettings(reading: &reader)
        let records = RecordSettings(reading: &reader, dependencies: dependencies)
        staleAfter = reader.duration(SettingCatalog.staleAfter, in: .seconds(2) ... .seconds(86_400))
        let isBad = reader.problems.contains {
            [SettingCatalog.staleAfter, SettingCatalog.heartbeatInterval].map(\.environmentName).contains($0.name)
        }
        if !isBad, staleAfter <= publishing.heartbeatInterval {
            reader.report(
                SettingCatalog.staleAfter, value: reader.text(SettingCatalog.staleAfter),
                because: "it has to be longer than \(SettingCatalog.heartbeatInterval.environmentName), which is "
                    + DurationText.format(publishing.heartbeatInterval)
                    + ", or every leader would count as silent between two heartbeats")
        }
        try reader.finish()
        guard let records else { throw SettingProblems(reader.problems) }
        self.records = records
    }
}

/// Everything that `esddns run` can be told, checked.
public struct StandaloneSettings: Sendable {
    public var process: ProcessSettings
    public var detection: DetectionSettings
    public var publishing: PublishingSettings
    public var records: RecordSettings

    /// - Parameter dependencies: what a provider is built from; used to check its settings, not to talk to it.
    /// - Throws: everything that is wrong, by name. Nothing has touched the network then.
    public init(environment: [String: String], dependencies: ProviderDependencies) throws(SettingProblems) {
        var reader = SettingsReader(environment: environment)
        process = ProcessSettings(reading: &reader)
        detection = DetectionSettings(reading: &reader, hasCluster: false)
        publishing = PublishingSettings(reading: &reader)
        let records = RecordSettings(reading: &reader, dependencies: dependencies)
        try reader.finish()
        guard let records else { throw SettingProblems(reader.problems) }
        self.records = records
    }
}
