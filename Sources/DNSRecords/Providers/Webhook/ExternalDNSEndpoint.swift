public import NetworkPrimitives

/// One entry of external-dns, as its webhooks and its `DNSEndpoint` objects have it: the record set of a name and type.
///
/// https://github.com/kubernetes-sigs/external-dns/blob/master/endpoint/endpoint.go
public struct ExternalDNSEndpoint: Codable, Hashable, Sendable {
    /// Something that one DNS provider knows, such as `aws/weight`.
    public struct Property: Codable, Hashable, Sendable {
        public var name: String?
        public var value: String?

        public init(name: String?, value: String?) {
            self.name = name
            self.value = value
        }
    }

    /// Without a trailing dot, mostly.
    public var dnsName: String
    public var targets: [String]?
    public var recordType: String?
    /// Tells several sets of one name and type apart, where a service weighs or routes between them.
    public var setIdentifier: String?
    /// Seconds; absent or 0 for the service's own.
    public var recordTTL: Int64?
    public var labels: [String: String]?
    public var providerSpecific: [Property]?

    public init(
        dnsName: String, targets: [String]?, recordType: String?, setIdentifier: String? = nil, recordTTL: Int64? = nil,
        labels: [String: String]? = nil, providerSpecific: [Property]? = nil
    ) {
        self.dnsName = dnsName
        self.targets = targets
        self.recordType = recordType
        self.setIdentifier = setIdentifier
        self.recordTTL = recordTTL
        self.labels = labels
        self.providerSpecific = providerSpecific
    }

    /// Whether the entry is about a name, however that is written.
    public func isAbout(_ name: RecordName) -> Bool {
        // One service has `\052` for the asterisk, which a domain name's presentation form allows.
        RecordName(dnsName) == name
    }

    /// Whether the entry is about a name and type.
    public func isAbout(_ name: RecordName, _ type: RecordType) -> Bool {
        recordType == type.rawValue && isAbout(name)
    }

    /// The TTL, if there is one of its own.
    var ttl: UInt32? { recordTTL.flatMap { $0 > 0 ? UInt32(exactly: $0) : nil } }
}

/// The entries about one record set among others.
struct ExternalDNSEntries {
    /// All have the same set identifier, or none; more than one only where a service lists each value by itself.
    var entries: [ExternalDNSEndpoint]

    /// - Throws: ``ProviderError/Kind/permanent`` where the name is an alias, or there are several sets to choose from.
    init(
        _ name: RecordName, _ type: RecordType, among all: [ExternalDNSEndpoint], title: String
    ) throws(ProviderError) {
        let atName = all.filter { $0.isAbout(name) }
        if let alias = atName.first(where: { $0.recordType == "CNAME" }) {
            let target = (alias.targets?.first).flatMap { RecordName($0) }
            throw ProviderError(
                .permanent,
                "\(name): \(target.map { RecordObservation.aliasExplanation($0) } ?? "the name is an alias (CNAME); remove that")"
            )
        }
        entries = atName.filter { $0.recordType == type.rawValue }
        let identifiers = Set(entries.map { $0.setIdentifier ?? "" })
        guard identifiers.count <= 1 else {
            throw ProviderError(
                .permanent,
                "\(title) has several sets of \(name) \(type) (\(identifiers.sorted().prefix(4).joined(separator: ", "))), and "
                    + "which of them is meant cannot be told; leave one")
        }
    }

    /// What is there; `nil` for nothing.
    func recordSet(
        _ name: RecordName, _ type: RecordType, title: String
    ) throws(ProviderError) -> RecordSet? {
        let targets = entries.flatMap { $0.targets ?? [] }
        guard !targets.isEmpty else { return nil }
        do throws(RecordSet.InvalidError) {
            return try RecordSet(
                name: name, type: type, presentations: targets, ttl: entries.compactMap(\.ttl).min())
        } catch {
            throw ProviderError(.temporary, "\(title) has something else for \(name) \(type): \(error)")
        }
    }

    /// The entry with what is desired, and everything that the old one has beside its targets.
    ///
    /// - Parameters:
    ///   - now: what the old entries hold, as ``recordSet(_:_:title:)`` says.
    ///   - labels: what a new entry gets.
    func entry(
        for desired: RecordSet, replacing now: RecordSet?, _ policy: TTLPolicy, labels: [String: String]? = nil
    ) -> ExternalDNSEndpoint {
        var entry =
            entries.first
            ?? ExternalDNSEndpoint(
                dnsName: desired.name.lowercased.description, targets: nil, recordType: desired.type.rawValue,
                labels: labels)
        let ttl = policy.ttl(for: desired, replacing: now)
        // A TTL that is the service's own stays that, unless one is wished for.
        let keepsTheServices =
            now != nil && now?.ttl == nil && policy.configured == nil && ttl == policy.initial
            && now?.values != desired.values
        entry.targets = desired.presentations
        entry.recordTTL = keepsTheServices ? nil : Int64(ttl)
        return entry
    }
}
