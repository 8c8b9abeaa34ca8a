public import CurlHTTP
public import NetworkPrimitives

/// DNS in Hetzner's cloud: https://docs.hetzner.cloud/reference/cloud#zone-rrsets
///
/// A change of records leaves the TTL, the labels and the protection of a set as they are; comments stand beside the single
/// values, and are written with them. What is asked for happens later: each answer has an action, which is polled until it
/// has ended.
public final class HetznerProvider: DNSProvider {
    public static let defaultBaseURL = "https://api.hetzner.cloud/v1"
    /// What Hetzner accepts as a TTL, in seconds.
    public static let acceptedTTL: ClosedRange<UInt32> = 60...TTLPolicy.largest
    /// https://docs.hetzner.cloud/reference/cloud (Rate Limiting)
    public static let limits = [RequestLimit(3600, per: .seconds(3600))]

    public let name = "hetzner"
    public let ttlPolicy: TTLPolicy

    private let api: HetznerAPI
    private let zones: ZoneFinder<HetznerAPI.Zone>

    /// - Parameters:
    ///   - baseURL: without a slash at its end.
    ///   - zone: the zone that holds the records; found by asking if `nil`.
    ///   - configuredTTL: seconds, within ``acceptedTTL``; `nil` keeps what a record has.
    ///   - uptime: a clock that never goes backwards, for keeping within ``limits``.
    ///   - clock: for the waits between two looks at an action.
    public init(
        transport: any HTTPTransport, token: SecretSource, baseURL: String = HetznerProvider.defaultBaseURL,
        zone: RecordName? = nil, configuredTTL: UInt32? = nil,
        uptime: @escaping @Sendable () -> Duration = ProviderDependencies.systemUptime,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        api = HetznerAPI(
            transport: transport, token: token, baseURL: baseURL,
            budget: RequestBudget(Self.limits, uptime: uptime), clock: clock)
        zones = ZoneFinder(title: "Hetzner", configured: zone)
        ttlPolicy = TTLPolicy(configured: configuredTTL, initial: 300, accepted: Self.acceptedTTL)
    }

    public func secretRevision() -> SecretRevision { api.secretRevision }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        try await find(name).apex
    }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        let found = try await find(name)
        let sets = try await sets(name, type, in: found)
        return try recordSet(name, type, of: sets, in: found.zone)
    }

    /// Hetzner has no conditional writes, so the set is looked at once more right before it is written; that look also gives
    /// the comments. A set that is new is created, which fails if somebody else has done so.
    ///
    /// Records and TTL are two requests, if both have to change; records go first.
    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        let found = try await find(desired.name)
        let sets = try await sets(desired.name, desired.type, in: found)
        let now = try recordSet(desired.name, desired.type, of: sets, in: found.zone)
        guard now?.values == current?.values else { throw .changedMeanwhile("Hetzner", desired) }
        let path = path(desired.name, in: found)
        let ttl = ttlPolicy.ttl(for: desired, replacing: current)
        let what = "\(desired.name) \(desired.type)"
        guard let set = sets.first(where: { $0.type == desired.type.rawValue }), let now else {
            let new = HetznerAPI.NewSet(
                name: path.name, type: desired.type.rawValue, ttl: ttl,
                records: desired.presentations.map { .init(value: $0) })
            return try await api.carryOut("\(path.zone)/rrsets", new, for: what)
        }
        let actions = "\(path.zone)/rrsets/\(path.name.percentEncoded)/\(desired.type)/actions"
        var isPartWritten = false
        do throws(ProviderError) {
            if now.values != desired.values {
                let records = set.records(holding: desired)
                try await api.carryOut("\(actions)/set_records", HetznerAPI.Records(records: records), for: what)
                isPartWritten = true
            }
            if ttl != current?.ttl {
                try await api.carryOut("\(actions)/change_ttl", HetznerAPI.NewTTL(ttl: ttl), for: what)
            }
        } catch {
            throw isPartWritten ? error.afterAPartWasWritten() : error
        }
    }

    // MARK: Reading

    private func find(_ name: RecordName) async throws(ProviderError) -> ZoneFinder<HetznerAPI.Zone>.Found {
        try await zones.find(name) { candidate throws(ProviderError) in try await api.zone(named: candidate) }
    }

    /// The set of the type, and the alias, if there is one.
    private func sets(
        _ name: RecordName, _ type: RecordType, in found: ZoneFinder<HetznerAPI.Zone>.Found
    ) async throws(ProviderError) -> [HetznerAPI.RecordSet] {
        let path = path(name, in: found)
        guard let sets = try await api.sets(path.zone, name: path.name, types: [type.rawValue, "CNAME"]) else {
            zones.forget(name)
            throw ProviderError(
                .permanent, "Hetzner has no zone \(found.apex) any more, or not for this token", cause: .zone)
        }
        return sets
    }

    private func recordSet(
        _ name: RecordName, _ type: RecordType, of sets: [HetznerAPI.RecordSet], in zone: HetznerAPI.Zone
    ) throws(ProviderError) -> RecordSet? {
        if let alias = sets.first(where: { $0.type == "CNAME" }) {
            throw .alias(name, of: alias.records.first?.value ?? "?")
        }
        guard let set = sets.first(where: { $0.type == type.rawValue }) else { return nil }
        // A set without a TTL has the zone's.
        return try api.http.recordSet(
            name, type, presentations: set.records.map(\.value), ttl: set.ttl ?? zone.ttl)
    }

    private func path(
        _ name: RecordName, in found: ZoneFinder<HetznerAPI.Zone>.Found
    ) -> (zone: String, name: String) {
        ("/zones/\(found.zone.id)", name.lowercased.text(relativeTo: found.apex) ?? "@")
    }
}
