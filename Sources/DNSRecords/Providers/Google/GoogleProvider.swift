public import CurlHTTP
import HTTPTypes
public import NetworkPrimitives
import Synchronization

/// Google Cloud DNS, version 1 of its API: https://cloud.google.com/dns/docs/reference/rest/v1
public final class GoogleProvider: DNSProvider {
    /// Who is asking.
    public enum Credential: Sendable {
        /// A service account's key, or a configuration of workload identity federation, as a JSON document.
        case document(SecretSource)
        /// Whoever the metadata server at that HOST or HOST:PORT says.
        case metadataServer(host: String)
    }

    /// Who can see a zone.
    public enum Visibility: String, Sendable, Decodable, CaseIterable {
        case publicZone = "public"
        case privateZone = "private"
    }

    public static let defaultBaseURL = "https://dns.googleapis.com/dns/v1"
    /// What may be done with the tokens that are asked for.
    static let scope = "https://www.googleapis.com/auth/ndev.clouddns.readwrite"
    static let platformScope = "https://www.googleapis.com/auth/cloud-platform"
    /// Quotas are per project and can be changed; this is far below what projects start with.
    public static let limits = [RequestLimit(300, per: .seconds(60))]
    /// No list is followed further than that.
    private static let maximumPages = 100

    public let name = "google"
    public let ttlPolicy: TTLPolicy

    let api: TokenAuthorizedHTTP
    let zones: ZoneFinder<String>
    let managedZoneName: String?
    let visibility: Visibility
    private let baseURL: String
    private let credential: Credential
    private let transport: any HTTPTransport
    private let configuredProject: String?
    private let askedProject = Mutex<String?>(nil)

    /// - Parameters:
    ///   - project: the project that has the zone; that of the credentials, or of the machine, if `nil`.
    ///   - managedZone: what Cloud DNS calls the zone; found by asking if `nil`.
    ///   - visibility: which zones are looked for.
    ///   - baseURL: without a slash at its end.
    ///   - zone: the domain of the zone that holds the records; found by asking if `nil`.
    ///   - configuredTTL: seconds; `nil` keeps what a record has.
    ///   - uptime: a clock that never goes backwards, for the lifetimes of tokens and for keeping within ``limits``.
    public init(
        transport: any HTTPTransport, credential: Credential, project: String? = nil, managedZone: String? = nil,
        visibility: Visibility = .publicZone, baseURL: String = GoogleProvider.defaultBaseURL, zone: RecordName? = nil,
        configuredTTL: UInt32? = nil, wallClock: WallClock = .system,
        uptime: @escaping @Sendable () -> Duration = ProviderDependencies.systemUptime
    ) {
        let http = ProviderHTTP(
            transport: transport, title: "Google Cloud DNS",
            refusalAdvice:
                "grant the service account the role DNS Administrator (roles/dns.admin) on the project or the zone, and enable "
                + "the Cloud DNS API in the project",
            budget: RequestBudget(Self.limits, uptime: uptime), dialect: GoogleError.dialect)
        let tokens = AccessTokenCache(uptime: uptime, secretRevision: { credential.secretRevision }) {
            () async throws(ProviderError) in
            switch credential {
            case .metadataServer(let host): try await GoogleMetadataServer(transport: transport, host: host).token()
            case .document(let source):
                switch try Self.credentials(source) {
                case .serviceAccount(let account): try await account.token(transport, wallClock: wallClock)
                case .externalAccount(let account): try await account.token(transport)
                }
            }
        }
        api = TokenAuthorizedHTTP(http: http, tokens: tokens)
        // A private zone may be a top-level domain of somebody's own.
        zones = ZoneFinder(
            title: "Google Cloud DNS", configured: zone,
            shortest: visibility == .privateZone || managedZone != nil ? 1 : 2)
        managedZoneName = managedZone
        ttlPolicy = TTLPolicy(configured: configuredTTL)
        self.visibility = visibility
        self.baseURL = baseURL
        self.credential = credential
        self.transport = transport
        configuredProject = project
    }

    public func secretRevision() -> SecretRevision { api.tokens.secretRevision() }

    public func forgetTokens() { api.tokens.forget() }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        try await managedZone(for: name).apex
    }

    /// Asks for all types of the name at once, since a CNAME would be in the way.
    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        struct Page: Decodable {
            var kind: String
            var rrsets: [ResourceRecordSet]?
            var nextPageToken: String?
        }
        let path = "\(try await path(of: name))?name=\(name.lowercased.absoluteText.percentEncoded)"
        var all: [ResourceRecordSet] = []
        do throws(ProviderError) {
            try await followPages(path, "\(name)") { response throws(ProviderError) in
                let page = try api.http.decode(Page.self, from: response, of: "GET of \(name)")
                all += page.rrsets ?? []
                return page.nextPageToken
            }
        } catch {
            if error.kind == .permanent { zones.forget(name) }
            throw error
        }
        all.removeAll { RecordName($0.name) != name }
        if let alias = all.first(where: { ["CNAME", "ALIAS"].contains($0.type) }) {
            throw ProviderError(
                .permanent, "\(name) is an alias at Google Cloud DNS (\(alias.type)); remove it, or choose another name"
            )
        }
        guard let set = all.first(where: { $0.type == type.rawValue }) else { return nil }
        guard set.routingPolicy == nil else {
            throw ProviderError(
                .permanent,
                "\(name) \(type) has a routing policy at Google Cloud DNS, which is never overwritten; remove the policy, or "
                    + "choose another name")
        }
        return try api.http.recordSet(name, type, presentations: set.rrdatas ?? [], ttl: set.ttl)
    }

    /// Creating is refused by the service where there is such a set by now; a change is not conditional.
    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        let name = desired.name.lowercased.absoluteText
        let path = try await path(of: desired.name)
        let body = ResourceRecordSet(
            name: name, type: desired.type.rawValue, ttl: ttlPolicy.ttl(for: desired, replacing: current),
            rrdatas: desired.presentations)
        var request = HTTPClientRequest(
            method: current == nil ? .post : .patch,
            url: baseURL + path + (current == nil ? "" : "/\(name.percentEncoded)/\(desired.type)"))
        request.headers = [.accept: "application/json", .contentType: "application/json"]
        request.body = try api.http.encode(body)
        let response = try await api.send(request, accepting: [404], isWrite: true)
        guard response.status.code != 404 else {
            // Either the zone is gone or, where there was a set, only that.
            zones.forget(desired.name)
            throw ProviderError(
                current == nil ? .permanent : .conflict,
                "Google Cloud DNS does not have \(desired.name) \(desired.type) or its zone any more (404)")
        }
    }

    /// https://cloud.google.com/dns/docs/reference/rest/v1/resourceRecordSets
    private struct ResourceRecordSet: Codable {
        struct RoutingPolicy: Codable {}

        var name: String
        var type: String
        var ttl: UInt32?
        var rrdatas: [String]?
        var routingPolicy: RoutingPolicy?
    }

    private func path(of name: RecordName) async throws(ProviderError) -> String {
        let zone = try await managedZone(for: name).zone
        return "/projects/\(try await project())/managedZones/\(zone.percentEncoded)/rrsets"
    }
}

extension GoogleProvider {
    static func isProjectID(_ text: String) -> Bool {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: ":"):
                true
            default: false
            }
        }
        return (1...100).contains(text.utf8.count) && isPlain
    }

    /// The credentials as the document has them now.
    private static func credentials(_ source: SecretSource) throws(ProviderError) -> GoogleCredentials {
        do throws(GoogleCredentials.InvalidError) {
            return try GoogleCredentials(source.current())
        } catch {
            throw ProviderError(.refused, "the credentials for Google Cloud cannot be used: \(error)")
        }
    }

    /// The project that has the zone, fit for a path.
    func project() async throws(ProviderError) -> String {
        if let configuredProject { return configuredProject }
        switch credential {
        case .document(let source):
            guard let project = try Self.credentials(source).projectID else {
                throw ProviderError(.permanent, "the credentials name no project; set GOOGLE_PROJECT")
            }
            guard Self.isProjectID(project) else {
                throw ProviderError(.permanent, "the project_id of the credentials is no project's; set GOOGLE_PROJECT")
            }
            return project
        case .metadataServer(let host):
            if let known = askedProject.withLock({ $0 }) { return known }
            let project = try await GoogleMetadataServer(transport: transport, host: host).projectID()
            askedProject.withLock { $0 = project }
            return project
        }
    }

    func get(_ path: String, accepting: Set<Int> = []) async throws(ProviderError) -> HTTPClientResponse {
        let request = HTTPClientRequest(url: baseURL + path, headers: [.accept: "application/json"])
        return try await api.send(request, accepting: accepting, isWrite: false)
    }

    /// Asks for a list, page after page.
    ///
    /// - Parameters:
    ///   - path: with a query.
    ///   - what: for the message, where there is no end.
    ///   - take: takes one page, and gives what asks for the next.
    func followPages(
        _ path: String, _ what: String, _ take: (HTTPClientResponse) throws(ProviderError) -> String?
    ) async throws(ProviderError) {
        var next: String? = nil
        for _ in 0..<Self.maximumPages {
            let page = next.map { "&pageToken=\($0.percentEncoded)" } ?? ""
            next = try take(try await get(path + page))
            if next == nil { return }
        }
        throw ProviderError(
            .temporary, "Google Cloud DNS has more than \(Self.maximumPages) pages of \(what), which cannot be right")
    }
}
