public import DNSRecords
import NetworkPrimitives

/// Everything that `esddns-leader` can be told, checked.
public struct LeaderSettings: Sendable {
    public var process: ProcessSettings
    public var cluster: ClusterSettings
    public var detection: DetectionSettings
    public var publishing: PublishingSettings
    public var notifications: NotificationSettings

    /// The ConfigMap of one family's address.
    func addressConfigMap(_ family: IPAddress.Family) -> String { cluster.addressConfigMap(family) }

    /// - Throws: everything that is wrong, by name. Nothing has touched the network then.
    public init(environment: [String: String]) throws(SettingProblems) {
        var reader = SettingsReader(environment: environment)
        process = ProcessSettings(reading: &reader)
        cluster = ClusterSettings(reading: &reader)
        detection = DetectionSettings(reading: &reader)
        publishing = PublishingSettings(reading: &reader)
        notifications = NotificationSettings(reading: &reader)
        try reader.finish()
    }
}

/// Everything that `esddns-updater` can be told, checked.
public struct UpdaterSettings: Sendable {
    public var process: ProcessSettings
    public var cluster: ClusterSettings
    public var detection: DetectionSettings
    public var publishing: PublishingSettings
    public var notifications: NotificationSettings
    public var records: RecordSettings
    /// How this node finds its own address; `nil` where no record needs it.
    public var nodeDetection: DetectionSettings?
    /// Silence of the leader after which the updater detects by itself.
    public var staleAfter: Duration

    /// The ConfigMap of one family's address.
    func addressConfigMap(_ family: IPAddress.Family) -> String { cluster.addressConfigMap(family) }
    var recordsConfigMap: String { cluster.recordsConfigMap }

    /// - Parameter dependencies: what a provider is built from; used to check its settings, not to talk to it.
    /// - Throws: everything that is wrong, by name. Nothing has touched the network then.
    public init(environment: [String: String], dependencies: ProviderDependencies) throws(SettingProblems) {
        var reader = SettingsReader(environment: environment)
        process = ProcessSettings(reading: &reader)
        cluster = ClusterSettings(reading: &reader)
        var dependencies = dependencies
        // An updater is inside a cluster by definition.
        if dependencies.endpointObjects == nil { dependencies.endpointObjects = NoEndpointObjects() }
        records = RecordSettings(
            reading: &reader, node: process.nodeName, publishesAll: DetectionSettings.publishesAll(reader),
            dependencies: dependencies)
        let (shared, perNode) = (records.families(perNode: false), records.families(perNode: true))
        detection = DetectionSettings(
            reading: &reader, as: .init(needed: shared, sharesSources: !perNode.isEmpty))
        if perNode.isEmpty { _ = reader.value(SettingCatalog.nodeAddressSource) { try AddressOrigin(parsing: $0) } }
        nodeDetection =
            perNode.isEmpty
            ? nil
            : DetectionSettings(
                reading: &reader,
                as: .init(
                    hasCluster: false, originSetting: SettingCatalog.nodeAddressSource, needed: perNode,
                    sharesSources: true))
        publishing = PublishingSettings(reading: &reader)
        notifications = NotificationSettings(reading: &reader)
        records.reconciling.lasting = notifications.lasting
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
    }
}

/// Everything that `esddns run` can be told, checked.
public struct StandaloneSettings: Sendable {
    public var process: ProcessSettings
    public var detection: DetectionSettings
    public var publishing: PublishingSettings
    public var notifications: NotificationSettings
    public var records: RecordSettings
    /// What is known over restarts; `nil`: nothing.
    public var stateFile: String?

    /// - Parameter dependencies: what a provider is built from; used to check its settings, not to talk to it.
    /// - Throws: everything that is wrong, by name. Nothing has touched the network then.
    public init(environment: [String: String], dependencies: ProviderDependencies) throws(SettingProblems) {
        var reader = SettingsReader(environment: environment)
        process = ProcessSettings(reading: &reader)
        stateFile = Self.stateFile(reading: &reader, environment: environment)
        records = RecordSettings(
            reading: &reader, node: process.nodeName, publishesAll: DetectionSettings.publishesAll(reader),
            dependencies: dependencies)
        // One node's address is the site's here.
        let needed = Set(records.records.compactMap(\.type.family))
        detection = DetectionSettings(
            reading: &reader,
            as: .init(hasCluster: false, needed: IPAddress.Family.allCases.filter(needed.contains)))
        publishing = PublishingSettings(reading: &reader)
        notifications = NotificationSettings(reading: &reader)
        records.reconciling.lasting = notifications.lasting
        try reader.finish()
    }

    static func stateFile(reading reader: inout SettingsReader, environment: [String: String]) -> String? {
        guard reader.text(SettingCatalog.stateFile) != nil else {
            // systemd's list of directories that outlive the service, with colons between them.
            let directory = environment["STATE_DIRECTORY"]?.split(separator: ":").first
            return directory.flatMap { $0.hasPrefix("/") ? "\($0)/\(standardStateFile)" : nil }
        }
        let path = reader.value(SettingCatalog.stateFile) { text -> String?? in
            if text == "none" { return .some(nil) }
            guard text.hasPrefix("/"), !text.hasSuffix("/") else { return .none }
            return text
        }
        return path ?? nil
    }

    private static let standardStateFile = "state.json"
}
