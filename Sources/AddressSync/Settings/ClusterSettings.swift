import DNSRecords
import FoundationEssentials
import NetworkPrimitives
public import OperatorCore

/// Where in the cluster a process works, and by which Lease leaders are elected.
public struct ClusterSettings: Sendable {
    /// `nil`: POD_NAMESPACE, then the service account's, then `default`.
    public var namespace: String?
    public var serviceAccountDirectory: String
    public var leaseName: String
    public var leaseDuration: Duration
    public var renewDeadline: Duration
    public var retryPeriod: Duration
    public var addressConfigMap: String
    public var recordsConfigMap: String

    init(reading reader: inout SettingsReader) {
        namespace = reader.value(SettingCatalog.namespace) { SettingsReader.isObjectName($0) ? $0 : nil }
        serviceAccountDirectory =
            reader.value(SettingCatalog.serviceAccountDirectory) { $0.hasPrefix("/") ? $0 : nil } ?? ""
        leaseName = reader.objectName(SettingCatalog.leaseName)
        addressConfigMap = reader.objectName(SettingCatalog.addressConfigMap)
        recordsConfigMap = reader.objectName(SettingCatalog.recordsConfigMap)
        let problemsBefore = reader.problems.count
        let range: ClosedRange<Duration> = .milliseconds(100) ... .seconds(3600)
        leaseDuration = reader.duration(SettingCatalog.leaseDuration, in: .seconds(1) ... .seconds(3600))
        renewDeadline = reader.duration(SettingCatalog.renewDeadline, in: range)
        retryPeriod = reader.duration(SettingCatalog.retryPeriod, in: range)
        guard reader.problems.count == problemsBefore else { return }
        do {
            _ = try ElectionSettings(
                leaseName: "checked-by-itself", namespace: "checked-later", identity: "checked-later",
                leaseDuration: leaseDuration, renewDeadline: renewDeadline, retryPeriod: retryPeriod)
        } catch {
            reader.add(
                SettingProblem(
                    name: [SettingCatalog.leaseDuration, SettingCatalog.renewDeadline, SettingCatalog.retryPeriod]
                        .map(\.environmentName).joined(separator: ", "),
                    value: nil, expected: "times that fit together; \(error)"))
        }
    }

    /// The ConfigMap of one family's address: the one that is set, and for IPv6 one beside it.
    func addressConfigMap(_ family: IPAddress.Family) -> String {
        switch family {
        case .ipv4: addressConfigMap
        case .ipv6: addressConfigMap + "-ipv6"
        }
    }

    /// The election's settings under a namespace and an identity.
    public func election(
        namespace: String, identity: String
    ) throws(InvalidElectionSettings) -> ElectionSettings {
        try ElectionSettings(
            leaseName: leaseName, namespace: namespace, identity: identity, leaseDuration: leaseDuration,
            renewDeadline: renewDeadline, retryPeriod: retryPeriod)
    }

    /// An identity that no other process has had or will have: the host's name and a random UUID.
    public static func uniqueIdentity(host: String) -> String { "\(host)_\(UUID().uuidString.lowercased())" }
}
