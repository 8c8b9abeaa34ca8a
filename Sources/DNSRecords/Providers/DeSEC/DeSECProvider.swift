public import CurlHTTP
import HTTPTypes
public import NetworkPrimitives
import Synchronization

/// deSEC, version 1 of its API: https://desec.readthedocs.io/en/latest/dns/rrsets.html
///
/// A set is created with POST, which fails if there is one, and changed with PATCH, which fails if there is none.
///
/// Each domain has a lowest TTL of its own; a TTL below it is refused before anything is asked, except that a set which has
/// such a TTL already, as those made through deSEC's dynDNS service do, keeps it.
public final class DeSECProvider: DNSProvider {
    public static let defaultBaseURL = "https://desec.io/api/v1"
    /// TTLs in seconds between the lowest that deSEC gives any domain, and the highest.
    public static let acceptedTTL: ClosedRange<UInt32> = 60...86_400
    /// What applies to all requests: https://desec.readthedocs.io/en/latest/rate-limits.html
    public static let limits = [
        RequestLimit(10, per: .seconds(1)), RequestLimit(50, per: .seconds(60)),
        RequestLimit(2000, per: .seconds(86_400)),
    ]
    /// What applies to writes to one domain as well, all at the same time.
    public static let writeLimits = [
        RequestLimit(2, per: .seconds(1)), RequestLimit(15, per: .seconds(60)), RequestLimit(100, per: .seconds(3600)),
        RequestLimit(300, per: .seconds(86_400)),
    ]

    public let name = "desec"
    public let ttlPolicy: TTLPolicy

    private let http: ProviderHTTP
    private let token: SecretSource
    private let baseURL: String
    private let zones: ZoneFinder<Domain>
    private let uptime: @Sendable () -> Duration
    private let writeBudgets = Mutex<[RecordName: RequestBudget]>([:])

    /// - Parameters:
    ///   - baseURL: without a slash at its end.
    ///   - zone: the zone that holds the records; found by asking if `nil`.
    ///   - configuredTTL: seconds, within ``acceptedTTL`` and no less than the domain's lowest; `nil` keeps what a record has.
    ///   - uptime: a clock that never goes backwards, for keeping within ``limits`` and ``writeLimits``.
    public init(
        transport: any HTTPTransport, token: SecretSource, baseURL: String = DeSECProvider.defaultBaseURL,
        zone: RecordName? = nil, configuredTTL: UInt32? = nil,
        uptime: @escaping @Sendable () -> Duration = ProviderDependencies.systemUptime
    ) {
        http = ProviderHTTP(
            transport: transport, title: "deSEC",
            refusalAdvice: "the token has to be valid, and its policies, if it has any, have to allow it to write this "
                + "record (deSEC's web interface, Token Management)",
            budget: RequestBudget(Self.limits, uptime: uptime), dialect: Self.dialect)
        self.token = token
        self.baseURL = baseURL
        self.uptime = uptime
        zones = ZoneFinder(title: "deSEC", configured: zone)
        ttlPolicy = TTLPolicy(configured: configuredTTL, initial: 3600, accepted: Self.acceptedTTL)
    }

    /// New records get 300 s, or the lowest TTL of their domain.
    public func ttlPolicy(for name: RecordName) -> TTLPolicy {
        var policy = ttlPolicy
        if let domain = zones.remembered(name)?.zone { policy.initial = max(300, domain.minimum_ttl) }
        return policy
    }

    public func secretRevision() -> SecretRevision { SecretRevision(token) }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        try await find(name).apex
    }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        let found = try await find(name)
        // All types of the name, since one that is an alias must be left alone.
        let subname = subname(of: name, in: found)
        let path = "\(path(of: found))?subname=\(subname.percentEncoded)"
        let response = try await send(.get, path, body: nil, accepting: [404], isWrite: false)
        guard response.status.code != 404 else {
            zones.forget(name)
            throw ProviderError(
                .permanent, "deSEC has no domain \(found.apex) any more, or not for this token", cause: .zone)
        }
        let sets = try http.decode([ResourceRecordSet].self, from: response, of: "GET of \(name)")
            .filter { $0.subname == subname }
        if let alias = sets.first(where: { $0.type == "CNAME" }) { throw .alias(name, of: alias.records.first ?? "?") }
        guard let set = sets.first(where: { $0.type == type.rawValue }) else { return nil }
        return try http.recordSet(name, type, presentations: set.records, ttl: set.ttl)
    }

    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        let found = try await find(desired.name)
        let ttl = ttlPolicy(for: desired.name).ttl(for: desired, replacing: current)
        if ttl != current?.ttl { try checkTTL(ttl, in: found) }
        let subname = subname(of: desired.name, in: found)
        let type = desired.type.rawValue
        var body = ResourceRecordSet.Change(records: desired.presentations, ttl: ttl == current?.ttl ? nil : ttl)
        var path = path(of: found)
        if current == nil {
            body.subname = subname
            body.type = type
        } else {
            // A change without a difference is forbidden, and so is one that only says the same again.
            guard desired.values != current?.values || body.ttl != nil else { return }
            if desired.values == current?.values { body.records = nil }
            path += "\((subname.isEmpty ? "@" : subname).percentEncoded)/\(type)/"
        }
        if let wait = writeBudget(of: found.apex).take() {
            throw ProviderError(.limited(retryAfter: wait), "deSEC: own limit of writes to \(found.apex) reached")
        }
        let response = try await send(
            current == nil ? .post : .patch, path, body: try http.encode(body), accepting: [404], isWrite: true)
        guard response.status.code != 404 else {
            // The set, or its domain, was there a moment ago.
            zones.forget(desired.name)
            throw .changedMeanwhile("deSEC", desired)
        }
        _ = try http.decode(
            ResourceRecordSet.self, from: response, of: "the write of \(desired.name) \(type)", isWrite: true)
    }

    // MARK: Domains

    private func find(_ name: RecordName) async throws(ProviderError) -> ZoneFinder<Domain>.Found {
        // One question tells which domain owns the name, instead of one for each suffix.
        var owners: [Domain]?
        let found = try await zones.find(name) { candidate throws(ProviderError) in
            let known: [Domain]
            if let owners { known = owners } else { known = try await domains(owning: name) }
            owners = known
            return known.first { RecordName($0.name) == candidate }
        }
        if let configured = ttlPolicy.configured { try checkTTL(configured, in: found) }
        return found
    }

    private func domains(owning name: RecordName) async throws(ProviderError) -> [Domain] {
        let path = "/domains/?owns_qname=\(name.lowercased.description.percentEncoded)"
        let response = try await send(.get, path, body: nil, accepting: [], isWrite: false)
        return try http.decode([Domain].self, from: response, of: "GET of the domain of \(name)")
    }

    private func checkTTL(_ ttl: UInt32, in found: ZoneFinder<Domain>.Found) throws(ProviderError) {
        guard ttl < found.zone.minimum_ttl else { return }
        throw ProviderError(
            .permanent,
            "deSEC takes no TTL below \(found.zone.minimum_ttl) s in the domain \(found.apex), and \(ttl) s is set; set that "
                + "or more, or ask deSEC's support to lower it")
    }

    private func writeBudget(of apex: RecordName) -> RequestBudget {
        writeBudgets.withLock { budgets in
            if let budget = budgets[apex] { return budget }
            let budget = RequestBudget(Self.writeLimits, uptime: uptime)
            budgets[apex] = budget
            return budget
        }
    }

    // MARK: Requests

    private func path(of found: ZoneFinder<Domain>.Found) -> String {
        "/domains/\(found.apex.description.percentEncoded)/rrsets/"
    }

    /// Empty at the apex.
    private func subname(of name: RecordName, in found: ZoneFinder<Domain>.Found) -> String {
        let relative = name.lowercased.text(relativeTo: found.apex) ?? "@"
        return relative == "@" ? "" : relative
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8]?, accepting: Set<Int>, isWrite: Bool
    ) async throws(ProviderError) -> HTTPClientResponse {
        let secret = token.current()
        var headers: HTTPFields = [.accept: "application/json", .authorization: "Token \(secret.exposed)"]
        if body != nil { headers[.contentType] = "application/json" }
        let request = HTTPClientRequest(method: method, url: baseURL + path, headers: headers, body: body)
        return try await http.send(request, accepting: accepting, isWrite: isWrite, secrets: [secret])
    }
}
