import CurlHTTP
import HTTPTypes
public import NetworkPrimitives
import Synchronization

/// Amazon Route 53: https://docs.aws.amazon.com/Route53/latest/APIReference/
///
/// A record set is replaced by deleting exactly what was read and creating what shall be, in one change batch, which Route 53
/// carries out as a whole or not at all; so nothing that somebody else has changed is overwritten, and there is no moment
/// without the record. (`UPSERT` would turn an alias that was made since into a plain record.)
///
/// A change is `PENDING` until all name servers have it. Nobody waits for that here: the API lists pending changes like
/// others, and whoever asks the name servers notices by itself when they have it.
public final class Route53Provider: DNSProvider {
    /// What Route 53 accepts as a TTL, in seconds.
    public static let acceptedTTL: ClosedRange<UInt32> = 0...TTLPolicy.largest

    /// For one account: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
    public static let limits = [RequestLimit(5, per: .seconds(1))]

    public let name = "route53"
    public let ttlPolicy: TTLPolicy

    let baseURL: String
    let signature: AWSSignature
    let credentials: AWSCredentialChain
    let clock: WallClock
    let http: ProviderHTTP
    let zoneID: String?
    /// How the user knows the setting that names a hosted zone.
    let zoneIDSetting: String
    let configuredZone: RecordName?
    let zones: ZoneFinder<Route53HostedZone>
    /// The hosted zone that ``zoneID`` names.
    let named = Mutex<Route53HostedZone?>(nil)

    private struct Key: Hashable, Sendable {
        var name: RecordName
        var type: RecordType
    }

    private struct Reading: Sendable {
        var set: RecordSet
        /// Addresses and texts can be written in more than one way, and Route 53 wants its own.
        var values: [String]
    }

    private let readings = Mutex<[Key: Reading]>([:])
    /// More are not remembered.
    private static let readingCapacity = 1024

    /// - Parameters:
    ///   - zoneID: the hosted zone to use, also if it is private; found by asking if `nil`.
    ///   - zone: the name of the zone that holds the records; found by asking if `nil`.
    ///   - configuredTTL: seconds; `nil` keeps what a record has.
    ///   - uptime: a clock that never goes backwards, for keeping within ``limits``.
    init(
        transport: any HTTPTransport, credentials: AWSCredentialChain, baseURL: String, signingRegion: String,
        zoneID: String? = nil, zoneIDSetting: String = "ROUTE53_ZONE_ID", zone: RecordName? = nil,
        configuredTTL: UInt32? = nil, clock: WallClock = .system,
        uptime: @escaping @Sendable () -> Duration = ProviderDependencies.systemUptime
    ) {
        self.baseURL = baseURL
        self.credentials = credentials
        self.clock = clock
        self.zoneID = zoneID
        self.zoneIDSetting = zoneIDSetting
        configuredZone = zone
        signature = AWSSignature(region: signingRegion, service: "route53")
        http = ProviderHTTP(
            transport: transport, title: "Route 53",
            refusalAdvice:
                "the IAM policy has to allow route53:\(zoneID == nil ? "ListHostedZonesByName" : "GetHostedZone"), "
                + "ListResourceRecordSets and ChangeResourceRecordSets",
            budget: RequestBudget(Self.limits, uptime: uptime),
            dialect: AWSErrorAnswer.dialect(retryingAfter: .seconds(10)))
        zones = ZoneFinder(title: "Route 53", configured: zone)
        ttlPolicy = TTLPolicy(configured: configuredTTL, initial: 300, accepted: Self.acceptedTTL)
    }

    public func secretRevision() -> SecretRevision { credentials.secretRevision() }

    public func forgetTokens() { credentials.forget() }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        try await hostedZone(for: name).name.lowercased
    }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        let zone = try await hostedZone(for: name)
        let sets = try await recordSets(of: name, in: zone)
        if let alias = sets.first(where: { $0.type == "CNAME" }) {
            let target = alias.values.first.flatMap(Route53Text.parseName)
            throw ProviderError(
                .permanent,
                "\(name): "
                    + (target.map(RecordObservation.aliasExplanation)
                        ?? "the name is an alias (CNAME); remove the CNAME record"))
        }
        let candidates = sets.filter { $0.type == type.rawValue }
        guard let found = candidates.first else { return nil }
        if let peculiarity = candidates.compactMap(\.peculiarity).first {
            throw ProviderError(
                .permanent,
                "\(name) \(type) \(peculiarity.description) in the hosted zone \(zone.id); it is left as it is. Remove it, or "
                    + "keep another name up to date")
        }
        guard candidates.count == 1, let ttl = found.ttl, !found.values.isEmpty else {
            throw ProviderError(.temporary, "Route 53 answered for \(name) \(type) without a TTL or values")
        }
        let set = try recordSet(name, type, found.values, ttl: ttl)
        readings.withLock {
            if $0.count >= Self.readingCapacity { $0 = [:] }
            $0[Key(name: name, type: type)] = Reading(set: set, values: found.values)
        }
        return set
    }

    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        let zone = try await hostedZone(for: desired.name)
        var changes: [Route53Change] = []
        if let current {
            guard let ttl = current.ttl else {
                throw ProviderError(.conflict, "Route 53: \(desired.name) cannot be replaced without knowing its TTL")
            }
            let reading = readings.withLock { $0[Key(name: current.name, type: current.type)] }
            changes.append(
                Route53Change(
                    action: .delete, name: current.name, type: current.type, ttl: ttl,
                    values: reading.flatMap { $0.set == current ? $0.values : nil } ?? Self.values(current)))
        }
        changes.append(
            Route53Change(
                action: .create, name: desired.name, type: desired.type,
                ttl: ttlPolicy.ttl(for: desired, replacing: current), values: Self.values(desired)))
        let answer = try await send(
            .post, "/hostedzone/\(zone.id)/rrset", body: Route53Change.document(changes), for: desired.name,
            expecting: "ChangeResourceRecordSetsResponse")
        guard answer["ChangeInfo"]?.text(of: "Id") != nil else {
            throw ProviderError(.uncertain, "Route 53 answered without a ChangeInfo to a change of \(desired.name)")
        }
    }

    private static func values(_ set: RecordSet) -> [String] {
        set.values.map { value in value.text.map(Route53Text.quoted) ?? value.presentation }
    }

    private func recordSet(
        _ name: RecordName, _ type: RecordType, _ values: [String], ttl: UInt32
    ) throws(ProviderError) -> RecordSet {
        guard type == .txt else { return try http.recordSet(name, type, presentations: values, ttl: ttl) }
        let texts = values.compactMap(Route53Text.parseQuoted)
        guard texts.count == values.count,
            let set = try? RecordSet(
                name: name, type: type, values: texts.map(RecordValue.text), ttl: ttl)
        else { throw ProviderError(.temporary, "Route 53 answered for \(name) TXT with a value that is no text") }
        return set
    }
}
