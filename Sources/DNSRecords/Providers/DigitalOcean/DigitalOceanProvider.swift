public import CurlHTTP
import HTTPTypes
public import NetworkPrimitives

/// DigitalOcean DNS, version 2 of its API: https://docs.digitalocean.com/reference/api/reference/domain-records/
///
/// Each record is an object of its own with an identifier, and a request changes one. So a change of one address is one
/// request; of several addresses, as many as differ, with removals last.
public final class DigitalOceanProvider: DNSProvider {
    public static let defaultBaseURL = "https://api.digitalocean.com/v2"
    /// What DigitalOcean accepts as a TTL, in seconds.
    public static let acceptedTTL: ClosedRange<UInt32> = 30...86_400
    /// https://docs.digitalocean.com/reference/api/reference/ (Rate Limit)
    public static let limits = [RequestLimit(250, per: .seconds(60)), RequestLimit(5000, per: .seconds(3600))]

    public let name = "digitalocean"
    public let ttlPolicy: TTLPolicy

    private let http: ProviderHTTP
    private let token: SecretSource
    private let baseURL: String
    private let zones: ZoneFinder<Void>

    /// Records of one page, which is the most there is, and pages of one list.
    private static let pageSize = 200
    private static let mostPages = 50

    /// - Parameters:
    ///   - baseURL: without a slash at its end.
    ///   - zone: the zone that holds the records; found by asking if `nil`.
    ///   - configuredTTL: seconds, within ``acceptedTTL``; `nil` keeps what a record has.
    ///   - uptime: a clock that never goes backwards, for keeping within ``limits``.
    ///   - wallClock: for answers that say at what time of day the next request is allowed.
    public init(
        transport: any HTTPTransport, token: SecretSource, baseURL: String = DigitalOceanProvider.defaultBaseURL,
        zone: RecordName? = nil, configuredTTL: UInt32? = nil,
        uptime: @escaping @Sendable () -> Duration = ProviderDependencies.systemUptime, wallClock: WallClock = .system
    ) {
        http = ProviderHTTP(
            transport: transport, title: "DigitalOcean",
            refusalAdvice: "the API token has to be valid and to have the scopes domain:read, domain:create, "
                + "domain:update and domain:delete (DigitalOcean's control panel, API, Tokens)",
            budget: RequestBudget(Self.limits, uptime: uptime), dialect: Self.dialect(wallClock))
        self.token = token
        self.baseURL = baseURL
        zones = ZoneFinder(title: "DigitalOcean", configured: zone)
        ttlPolicy = TTLPolicy(configured: configuredTTL, initial: 300, accepted: Self.acceptedTTL)
    }

    public func secretRevision() -> SecretRevision { SecretRevision(token) }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        try await zones.find(name) { candidate throws(ProviderError) in
            let path = "/domains/\(candidate.lowercased.description.percentEncoded)"
            let response = try await send(.get, path, body: nil, accepting: [404], isWrite: false)
            guard response.status.code != 404 else { return nil }
            let found = try http.decode(DomainAnswer.self, from: response, of: "GET of the domain \(candidate)")
            guard RecordName(found.domain.name) == candidate else {
                throw ProviderError(.temporary, "DigitalOcean answered for the domain \(candidate) with another")
            }
            return ()
        }.apex
    }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        let zone = try await zone(for: name)
        return try recordSet(name, type, of: try await records(at: name, in: zone))
    }

    /// DigitalOcean has no conditional writes, so the record is looked at once more right before it is written; that look
    /// also gives the identifiers.
    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        let zone = try await zone(for: desired.name)
        let records = try await records(at: desired.name, in: zone)
        let now = try recordSet(desired.name, desired.type, of: records)
        guard now?.values == current?.values else { throw .changedMeanwhile("DigitalOcean", desired) }
        let ttl = ttlPolicy.ttl(for: desired, replacing: current)
        let changes = RecordChanges(
            from: records.compactMap { $0.existing(of: desired.type) }, to: desired,
            ttl: ttl == current?.ttl ? nil : ttl)
        let path = "/domains/\(zone.description.percentEncoded)/records"
        let type = desired.type.rawValue
        var written = 0
        do throws(ProviderError) {
            for change in changes.changed {
                let body = Change(type: type, data: change.value?.digitalOceanData, ttl: change.ttl)
                try await carryOut(.patch, "\(path)/\(change.id)", body: body, for: desired)
                written += 1
            }
            for value in changes.added {
                let relative = desired.name.lowercased.text(relativeTo: zone) ?? "@"
                let body = Change(type: type, name: relative, data: value.digitalOceanData, ttl: ttl)
                try await carryOut(.post, path, body: body, for: desired)
                written += 1
            }
            for id in changes.removed {
                // What is gone already need not be removed.
                _ = try await send(.delete, "\(path)/\(id)", body: nil, accepting: [404], isWrite: true)
                written += 1
            }
        } catch {
            throw written == 0 ? error : error.afterAPartWasWritten()
        }
    }

    // MARK: Requests

    private func carryOut(
        _ method: HTTPRequest.Method, _ path: String, body: Change, for desired: RecordSet
    ) async throws(ProviderError) {
        let response = try await send(method, path, body: try http.encode(body), accepting: [404], isWrite: true)
        guard response.status.code != 404 else {
            // The record, or its zone, was there a moment ago.
            zones.forget(desired.name)
            throw .changedMeanwhile("DigitalOcean", desired)
        }
        _ = try http.decode(
            RecordAnswer.self, from: response, of: "\(method) for \(desired.name) \(desired.type)", isWrite: true)
    }

    /// All records of the name, of whatever type.
    private func records(at name: RecordName, in zone: RecordName) async throws(ProviderError) -> [Record] {
        // Filtering by name is documented for fully qualified names, which says nothing about wildcards.
        let filter = name.isWildcard ? "" : "name=\(name.lowercased.description.percentEncoded)&"
        let path = "/domains/\(zone.description.percentEncoded)/records?\(filter)per_page=\(Self.pageSize)"
        var records: [Record] = []
        for page in 1...Self.mostPages {
            let response = try await send(.get, "\(path)&page=\(page)", body: nil, accepting: [404], isWrite: false)
            guard response.status.code != 404 else {
                zones.forget(name)
                throw ProviderError(
                    .permanent, "DigitalOcean has no domain \(zone) any more, or not for this token", cause: .zone)
            }
            let answer = try http.decode(RecordsAnswer.self, from: response, of: "GET of \(name)")
            records += answer.domain_records
            if records.count == answer.meta.total { return records.filter { $0.fullName(in: zone) == name } }
            guard !answer.domain_records.isEmpty, records.count < answer.meta.total else { break }
        }
        throw ProviderError(.temporary, "DigitalOcean's pages do not add up in its answer to GET of \(name)")
    }

    private func recordSet(
        _ name: RecordName, _ type: RecordType, of records: [Record]
    ) throws(ProviderError) -> RecordSet? {
        if let alias = records.first(where: { $0.type == "CNAME" }) { throw .alias(name, of: alias.data) }
        let ofType = records.filter { $0.type == type.rawValue }
        guard !ofType.isEmpty else { return nil }
        return try http.recordSet(
            name, type, presentations: ofType.map(\.data), ttl: ttlPolicy.observed(ofType.compactMap(\.ttl)))
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8]?, accepting: Set<Int>, isWrite: Bool
    ) async throws(ProviderError) -> HTTPClientResponse {
        let secret = token.current()
        var headers: HTTPFields = [.accept: "application/json", .authorization: "Bearer \(secret.exposed)"]
        if body != nil { headers[.contentType] = "application/json" }
        let request = HTTPClientRequest(method: method, url: baseURL + path, headers: headers, body: body)
        return try await http.send(request, accepting: accepting, isWrite: isWrite, secrets: [secret])
    }

    // MARK: Limits

    private static let limitReset = HTTPField.Name("ratelimit-reset")

    /// The limit for each minute comes with `Retry-After`, the one for each hour with the time at which it ends.
    private static func dialect(_ wallClock: WallClock) -> ProviderHTTP.Dialect {
        var dialect = ProviderHTTP.Dialect()
        dialect.kind = { response in
            guard response.status.code == 429, response.retryAfter == nil, let limitReset = Self.limitReset,
                let reset = response.headers[limitReset].flatMap({ UInt64($0) })
            else { return nil }
            let now = wallClock.secondsSinceEpoch
            let wait = Duration.seconds(reset > now ? Int64(clamping: reset - now) : 1)
            return .limited(retryAfter: min(wait, ProviderHTTP.longestRetryAfter))
        }
        return dialect
    }
}
