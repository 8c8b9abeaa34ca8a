public import NetworkPrimitives

/// An object of Kubernetes that an external-dns makes records of, instead of the records themselves: for clusters that run one
/// with `--source=crd`.
///
/// https://github.com/kubernetes-sigs/external-dns/blob/master/docs/sources/crd.md
public struct DNSEndpointProvider: DNSProvider {
    public static let defaultObject = "esddns"
    /// What becomes of a TTL is the business of the service behind external-dns.
    public static let acceptedTTL: ClosedRange<UInt32> = 1...TTLPolicy.largest

    public let name = "dnsendpoint"
    public let ttlPolicy: TTLPolicy

    private let store: any EndpointObjectStore
    private let object: String
    private let configuredZone: RecordName?
    private let lookup: AuthoritativeClient
    private let title: String

    /// Longest series of changes to other entries that a write makes way for.
    private static let attempts = 5

    /// - Parameters:
    ///   - object: the object's name.
    ///   - zone: the zone of the names; found by asking the resolvers if `nil`.
    ///   - configuredTTL: seconds; `nil` keeps what an entry has.
    public init(
        store: any EndpointObjectStore, object: String = DNSEndpointProvider.defaultObject, zone: RecordName? = nil,
        configuredTTL: UInt32? = nil, lookup: AuthoritativeClient = AuthoritativeClient()
    ) {
        self.store = store
        self.object = object
        configuredZone = zone
        self.lookup = lookup
        title = "the DNSEndpoint object \(object)"
        ttlPolicy = TTLPolicy(configured: configuredTTL, initial: 300, accepted: Self.acceptedTTL)
    }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        try check(name)
        if let configuredZone { return configuredZone }
        do throws(LookupFailure) {
            return try await lookup.zone(of: name).apex
        } catch {
            throw ProviderError(.temporary, error.message)
        }
    }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        try check(name)
        let found = try await store.read(object)
        return try entries(name, type, of: found).recordSet(name, type, title: title)
    }

    /// The object is replaced only in the version that was read. Where others change other entries of it meanwhile, it is
    /// read again.
    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        try check(desired.name)
        var conflict: ProviderError?
        for _ in 0..<Self.attempts {
            let found = try await store.read(object)
            let old = try entries(desired.name, desired.type, of: found)
            let now = try old.recordSet(desired.name, desired.type, title: title)
            guard now?.values == current?.values else {
                throw ProviderError(
                    .conflict, "\(title): \(desired.name) \(desired.type) is not what it was a moment ago")
            }
            var entry = old.entry(for: desired, replacing: now, ttlPolicy)
            // Text stands in these objects as it is.
            if desired.type == .txt { entry.targets = desired.values.compactMap(\.text) }
            do throws(ProviderError) {
                return try await store.put(entry, into: object, version: found?.version)
            } catch  where error.kind == .conflict {
                conflict = error
            }
        }
        throw conflict ?? ProviderError(.conflict, "\(title) is changed all the time")
    }

    private func entries(
        _ name: RecordName, _ type: RecordType, of found: EndpointObject?
    ) throws(ProviderError) -> ExternalDNSEntries {
        let found = try ExternalDNSEntries(name, type, among: found?.entries ?? [], title: title)
        guard found.entries.count <= 1 else {
            throw ProviderError(.permanent, "\(title) has more than one entry for \(name) \(type); leave one")
        }
        return found
    }

    private func check(_ name: RecordName) throws(ProviderError) {
        guard let configuredZone, !name.isWithin(configuredZone) else { return }
        throw ProviderError(.permanent, "\(name) is not within the configured zone \(configuredZone)", cause: .zone)
    }
}
