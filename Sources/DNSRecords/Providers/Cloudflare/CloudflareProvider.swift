public import CurlHTTP
public import NetworkPrimitives
import Synchronization

/// Cloudflare DNS, version 4 of its API: https://developers.cloudflare.com/api/resources/dns/subresources/records/
///
/// Each record is an object of its own with an identifier, a comment, tags, and a switch that puts it behind Cloudflare's
/// proxy. A change writes only the content (and the TTL, if it is to change) with PATCH, so that all of these stay. Several
/// changes go out as one batch, which Cloudflare carries out in one transaction.
///
/// The name servers answer for a proxied record with addresses of the proxy; see ``blindSpot(for:_:)``.
public final class CloudflareProvider: DNSProvider {
    public static let defaultBaseURL = "https://api.cloudflare.com/client/v4"
    /// What Cloudflare accepts as a TTL in seconds, beside ``automaticTTL``.
    public static let acceptedTTL: ClosedRange<UInt32> = 60...86_400
    /// Lets Cloudflare choose. Proxied records have no other.
    public static let automaticTTL: UInt32 = 1
    /// https://developers.cloudflare.com/fundamentals/api/reference/limits/
    public static let limits = [RequestLimit(1200, per: .seconds(300))]

    public let name = "cloudflare"
    public let ttlPolicy: TTLPolicy

    private let api: CloudflareAPI
    private let zoneID: String?
    private let zones: ZoneFinder<String>
    /// The addresses that were proxied when they were last looked at.
    private let proxied = Mutex<Set<DNSQuestion>>([])

    /// - Parameters:
    ///   - baseURL: without a slash at its end.
    ///   - zone: the zone that holds the records; found by asking if `nil`.
    ///   - zoneID: the identifier of `zone`, for tokens that must not list zones; found by asking if `nil`.
    ///   - configuredTTL: seconds, within ``acceptedTTL``, or ``automaticTTL``; `nil` keeps what a record has.
    ///   - uptime: a clock that never goes backwards, for keeping within ``limits``.
    public init(
        transport: any HTTPTransport, token: SecretSource, baseURL: String = CloudflareProvider.defaultBaseURL,
        zone: RecordName? = nil, zoneID: String? = nil, configuredTTL: UInt32? = nil,
        uptime: @escaping @Sendable () -> Duration = ProviderDependencies.systemUptime
    ) {
        api = CloudflareAPI(
            transport: transport, token: token, baseURL: baseURL,
            budget: RequestBudget(Self.limits, uptime: uptime))
        self.zoneID = zone == nil ? nil : zoneID
        zones = ZoneFinder(title: "Cloudflare", configured: zone)
        var ttlPolicy = TTLPolicy(configured: configuredTTL, initial: 300, accepted: Self.acceptedTTL)
        ttlPolicy.automatic = Self.automaticTTL
        self.ttlPolicy = ttlPolicy
    }

    public func secretRevision() -> SecretRevision { api.secretRevision }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        try await find(name).apex
    }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        let records = try await records(at: name, in: try await find(name).zone)
        return try recordSet(name, type, of: records)
    }

    /// Cloudflare has no conditional writes, so the record is looked at once more right before it is written; that look also
    /// gives the identifiers.
    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        let zone = try await find(desired.name).zone
        let records = try await records(at: desired.name, in: zone)
        let now = try recordSet(desired.name, desired.type, of: records)
        guard now?.values == current?.values else { throw .changedMeanwhile("Cloudflare", desired) }
        let changes = RecordChanges(
            from: records.compactMap { $0.existing(of: desired.type) }, to: desired,
            ttl: desired.ttl == current?.ttl ? nil : desired.ttl)
        // A name that is hidden behind the proxy stays hidden when it gets another address.
        let isProxied = desired.type != .txt && records.contains { $0.isProxiedAddress }
        let batch = CloudflareAPI.Batch(
            changes, to: desired, ttl: isProxied ? Self.automaticTTL : desired.ttl ?? Self.automaticTTL,
            isProxied: isProxied)
        try await api.carryOut(batch, in: zone, for: "\(desired.name) \(desired.type)")
        if isProxied { note(desired.name, desired.type, isProxied: true) }
    }

    public func blindSpot(for name: RecordName, _ type: RecordType) -> String? {
        guard proxied.withLock({ $0.contains(DNSQuestion(name: name, type: type.dnsType)) }) else { return nil }
        return "Cloudflare proxies \(name), so its name servers answer with the proxy's addresses"
    }

    // MARK: Reading

    private func find(_ name: RecordName) async throws(ProviderError) -> ZoneFinder<String>.Found {
        try await zones.find(name) { candidate throws(ProviderError) in
            if let zoneID { return zoneID }
            return try await api.zone(named: candidate)
        }
    }

    /// All records of the name, of whatever type.
    private func records(
        at name: RecordName, in zone: String
    ) async throws(ProviderError) -> [CloudflareAPI.Record] {
        guard let records = try await api.records(at: name, in: zone) else {
            zones.forget(name)
            throw ProviderError(
                .permanent, "Cloudflare has no zone with the identifier \(zone) any more, or not for this token",
                cause: .zone)
        }
        for type in [RecordType.a, .aaaa] {
            let ofType = records.filter { $0.type == type.rawValue }
            note(name, type, isProxied: ofType.contains(where: \.isProxiedAddress))
        }
        return records
    }

    private func recordSet(
        _ name: RecordName, _ type: RecordType, of records: [CloudflareAPI.Record]
    ) throws(ProviderError) -> RecordSet? {
        // At the apex, where Cloudflare follows aliases itself, text may stand beside one.
        if type != .txt, let alias = records.first(where: { $0.type == "CNAME" }) {
            throw .alias(name, of: alias.content ?? "?")
        }
        let ofType = records.filter { $0.type == type.rawValue }
        guard !ofType.isEmpty else { return nil }
        let ttls = ofType.filter { !$0.isProxiedAddress }.map(\.ttl)
        return try api.http.recordSet(
            name, type, presentations: ofType.map { $0.content ?? "" }, ttl: ttlPolicy.observed(ttls))
    }

    /// No more names than this are remembered as proxied.
    private static let mostProxied = 4096

    private func note(_ name: RecordName, _ type: RecordType, isProxied: Bool) {
        let question = DNSQuestion(name: name, type: type.dnsType)
        proxied.withLock {
            if !isProxied {
                $0.remove(question)
            } else if $0.count < Self.mostProxied {
                $0.insert(question)
            }
        }
    }
}
