public import CurlHTTP
import HTTPTypes
public import NetworkPrimitives

/// Gandi LiveDNS, version 5 of its API: https://api.gandi.net/docs/livedns/
public final class GandiProvider: DNSProvider {
    /// How requests are authorised.
    public enum Credential: Sendable {
        /// A personal access token.
        case token(SecretSource)
        /// An API key, which Gandi has deprecated.
        case apiKey(SecretSource)
    }

    public static let defaultBaseURL = "https://api.gandi.net/v5/livedns"
    /// What Gandi accepts as a TTL, in seconds.
    public static let acceptedTTL: ClosedRange<UInt32> = 300...2_592_000

    /// https://api.gandi.net/docs/reference/ (Rate limit)
    public static let limits = [RequestLimit(1000, per: .seconds(60))]

    public let name = "gandi"
    public let ttlPolicy: TTLPolicy

    private let http: ProviderHTTP
    private let credential: Credential
    private let baseURL: String
    private let sharingID: String?
    private let zones: ZoneFinder<Void>

    /// - Parameters:
    ///   - baseURL: without a slash at its end.
    ///   - sharingID: the organisation that owns the domain, where it is not the token's own.
    ///   - zone: the zone that holds the records; found by asking if `nil`.
    ///   - configuredTTL: seconds, within ``acceptedTTL``; `nil` keeps what a record has.
    ///   - uptime: a clock that never goes backwards, for keeping within ``limits``.
    public init(
        transport: any HTTPTransport, credential: Credential, baseURL: String = GandiProvider.defaultBaseURL,
        sharingID: String? = nil, zone: RecordName? = nil, configuredTTL: UInt32? = nil,
        uptime: @escaping @Sendable () -> Duration = ProviderDependencies.systemUptime
    ) {
        let advice =
            switch credential {
            case .token:
                "the personal access token has expired, or lacks the permission to manage technical configurations of "
                    + "the domain; create another one"
            case .apiKey: "the API key is not valid any more; create a personal access token instead"
            }
        http = ProviderHTTP(
            transport: transport, title: "Gandi", refusalAdvice: advice,
            budget: RequestBudget(Self.limits, uptime: uptime))
        self.credential = credential
        self.baseURL = baseURL
        self.sharingID = sharingID
        zones = ZoneFinder(title: "Gandi", configured: zone)
        ttlPolicy = TTLPolicy(configured: configuredTTL, initial: 300, accepted: Self.acceptedTTL)
    }

    public func secretRevision() -> SecretRevision {
        switch credential {
        case .token(let secret), .apiKey(let secret): SecretRevision(secret)
        }
    }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        try await zones.find(name) { candidate throws(ProviderError) in
            let response = try await send(.get, "/domains/\(text(candidate))", accepting: [404], isWrite: false)
            return response.status.code == 404 ? nil : ()
        }.apex
    }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        let path = try await path(name, type)
        let response = try await send(.get, path, accepting: [404], isWrite: false)
        guard response.status.code != 404 else { return nil }
        let body = try http.decode(ResourceRecordSet.self, from: response, of: "GET of \(name) \(type)")
        return try http.recordSet(name, type, presentations: body.rrset_values, ttl: body.rrset_ttl)
    }

    /// Gandi has no conditional writes: what was changed between reading and writing is overwritten.
    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        let path = try await path(desired.name, desired.type)
        let body = ResourceRecordSet(
            rrset_values: desired.presentations,
            rrset_ttl: ttlPolicy.ttl(for: desired, replacing: current))
        let response = try await send(.put, path, body: try http.encode(body), accepting: [404], isWrite: true)
        guard response.status.code != 404 else {
            zones.forget(desired.name)
            throw ProviderError(
                .permanent,
                "Gandi knows the zone of \(desired.name) but cannot write there (404); if an organisation owns it, set its "
                    + "sharing ID", cause: .zone)
        }
    }

    /// The body of the answers and requests about one record set.
    private struct ResourceRecordSet: Codable {
        var rrset_values: [String]
        var rrset_ttl: UInt32
    }

    private func path(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> String {
        let zone = try await zone(for: name)
        return "/domains/\(text(zone))/records/\((name.text(relativeTo: zone) ?? "@").percentEncoded)/\(type)"
    }

    private func text(_ zone: RecordName) -> String { zone.description.percentEncoded }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8]? = nil, accepting: Set<Int>, isWrite: Bool
    ) async throws(ProviderError) -> HTTPClientResponse {
        let (scheme, secret) =
            switch credential {
            case .token(let source): ("Bearer", source.current())
            case .apiKey(let source): ("Apikey", source.current())
            }
        var headers: HTTPFields = [.accept: "application/json", .authorization: "\(scheme) \(secret.exposed)"]
        if body != nil { headers[.contentType] = "application/json" }
        let query = sharingID.map { "?sharing_id=\($0.percentEncoded)" } ?? ""
        let request = HTTPClientRequest(method: method, url: baseURL + path + query, headers: headers, body: body)
        return try await http.send(request, accepting: accepting, isWrite: isWrite, secrets: [secret])
    }
}
