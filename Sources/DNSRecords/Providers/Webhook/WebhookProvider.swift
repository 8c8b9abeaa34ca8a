import CurlHTTP
import HTTPTypes
public import NetworkPrimitives
import Synchronization

/// A DNS service behind a webhook of external-dns, which opens every service that has one.
///
/// https://github.com/kubernetes-sigs/external-dns/blob/master/docs/tutorials/webhook-provider.md
public final class WebhookProvider: DNSProvider {
    public static let defaultBaseURL = "http://localhost:8888"
    /// The interface has no limits; the service behind it may have.
    public static let acceptedTTL: ClosedRange<UInt32> = 1...TTLPolicy.largest

    static let mediaType = "application/external.dns.webhook+json;version=1"
    /// All records of all zones come in one answer.
    private static let largestAnswer = 64 * 1024 * 1024
    /// A webhook may have to ask its service for many pages.
    private static let timeout = Duration.seconds(60)

    public let name = "webhook"
    public let ttlPolicy: TTLPolicy

    private let http: ProviderHTTP
    private let baseURL: String
    private let registry: TXTRegistry
    private let configuredZone: RecordName?
    private let lookup: AuthoritativeClient
    private let filter = Mutex<DomainFilter?>(nil)

    /// - Parameters:
    ///   - baseURL: without a slash at its end.
    ///   - registry: how to find out which records belong to an external-dns.
    ///   - zone: the zone of the names, for those that the webhook does not tell.
    ///   - configuredTTL: seconds; `nil` keeps what a record has.
    init(
        transport: any HTTPTransport, baseURL: String = WebhookProvider.defaultBaseURL,
        registry: TXTRegistry = TXTRegistry(), zone: RecordName? = nil, configuredTTL: UInt32? = nil,
        lookup: AuthoritativeClient = AuthoritativeClient()
    ) {
        http = ProviderHTTP(
            transport: transport, title: "the webhook",
            refusalAdvice:
                "check the credentials that the webhook has for its service, and what stands before the webhook")
        self.baseURL = baseURL
        self.registry = registry
        configuredZone = zone
        self.lookup = lookup
        ttlPolicy = TTLPolicy(configured: configuredTTL, initial: 300, accepted: Self.acceptedTTL)
    }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        let filter = try await checkedFilter(for: name)
        if let zone = configuredZone ?? filter.zone(of: name) { return zone }
        do throws(LookupFailure) {
            return try await lookup.zone(of: name).apex
        } catch {
            throw ProviderError(.temporary, error.message)
        }
    }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        let all = try await records(for: name)
        return try ExternalDNSEntries(name, type, among: all, title: "the webhook").recordSet(
            name, type, title: "the webhook")
    }

    /// Looks at all records once more, since the old entry has to be sent along as it is, and because of marks of ownership.
    ///
    /// The interface has no conditional writes; this leaves little time for others.
    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        let (name, type) = (desired.name, desired.type)
        let all = try await records(for: name)
        let old = try ExternalDNSEntries(name, type, among: all, title: "the webhook")
        let now = try old.recordSet(name, type, title: "the webhook")
        guard now?.values == current?.values else {
            throw ProviderError(.conflict, "the webhook: \(name) \(type) is not what it was a moment ago")
        }
        if case .others(let owner) = registry.mark(of: name, type, entries: old.entries, among: all) {
            throw ProviderError(
                .permanent,
                "\(name) \(type) belongs to the owner \(owner), as external-dns marks it; it is left alone. Take it out of "
                    + "external-dns's sources, or remove its TXT record")
        }
        let wish = old.entry(
            for: desired, replacing: now, ttlPolicy,
            labels: registry.owner.flatMap { type == .txt ? nil : ["owner": $0] })
        let adjusted = try await adjust(wish, for: desired, replacing: current)
        // As the webhook sees it, there may be nothing to do.
        guard old.entries != [adjusted] else { return }
        var changes = Changes()
        if old.entries.isEmpty {
            changes.create = [adjusted] + newMark(for: desired, beside: adjusted, among: all)
        } else {
            changes.updateOld = old.entries
            changes.updateNew = [adjusted]
        }
        let response = try await send(.post, "/records", body: try http.encode(changes), isWrite: true)
        guard response.status.code == 204 else {
            throw ProviderError(
                .uncertain, "the webhook answered \(response.status.code) rather than 204 to a change of \(name)")
        }
    }

    // MARK: Changes

    private struct Changes: Encodable {
        var create: [ExternalDNSEndpoint]?
        var updateOld: [ExternalDNSEndpoint]?
        var updateNew: [ExternalDNSEndpoint]?
    }

    /// Lets the webhook put the entry into the form that it has in its service.
    private func adjust(
        _ wish: ExternalDNSEndpoint, for desired: RecordSet, replacing current: RecordSet?
    ) async throws(ProviderError) -> ExternalDNSEndpoint {
        let response = try await send(.post, "/adjustendpoints", body: try http.encode([wish]), isWrite: false)
        let answer = try http.decode([ExternalDNSEndpoint].self, from: response, of: "/adjustendpoints")
        guard let adjusted = answer.first, answer.count == 1 else {
            throw ProviderError(
                .permanent,
                "the webhook makes \(answer.count) entries of \(desired); this kind of record is not for its service")
        }
        let targets = (adjusted.targets ?? []).compactMap { RecordValue(desired.type, presentation: $0) }
        guard adjusted.isAbout(desired.name, desired.type), Set(targets) == Set(desired.values) else {
            throw ProviderError(.permanent, "the webhook makes something else of \(desired); nothing was changed")
        }
        // A TTL that somebody asked for must be the one that is written, or it would be asked for again and again.
        let isWished = desired.ttl != nil && desired.ttl != (current?.ttl ?? ttlPolicy.initial)
        if isWished || ttlPolicy.configured != nil, let ttl = adjusted.ttl, Int64(ttl) != wish.recordTTL {
            throw ProviderError(
                .permanent, "the webhook makes a TTL of \(ttl) s of \(desired); set that, or none")
        }
        return adjusted
    }

    /// The mark by which external-dns knows whose a new record is.
    private func newMark(
        for desired: RecordSet, beside endpoint: ExternalDNSEndpoint, among all: [ExternalDNSEndpoint]
    ) -> [ExternalDNSEndpoint] {
        // An apex whose mark has no prefix would have it outside of its zone.
        guard let owner = registry.owner, desired.type != .txt,
            let name = registry.markName(desired.name, desired.type), let filter = filter.withLock({ $0 }),
            filter.matches(name), configuredZone.map({ name.isWithin($0) }) ?? true,
            !all.contains(where: { $0.isAbout(name, .txt) })
        else { return [] }
        let text = registry.markText(owner: owner)
        return [
            ExternalDNSEndpoint(
                dnsName: name.description, targets: [RecordValue.text(text).presentation], recordType: "TXT",
                setIdentifier: endpoint.setIdentifier, recordTTL: endpoint.recordTTL,
                labels: ["ownedRecord": endpoint.dnsName], providerSpecific: endpoint.providerSpecific)
        ]
    }

    // MARK: Requests

    /// Everything that the webhook has, for a name that it serves.
    private func records(for name: RecordName) async throws(ProviderError) -> [ExternalDNSEndpoint] {
        _ = try await checkedFilter(for: name)
        let response = try await send(.get, "/records", isWrite: false)
        // A Go program says `null` for an empty list.
        return try http.decode([ExternalDNSEndpoint]?.self, from: response, of: "GET of the records") ?? []
    }

    /// The webhook's domain filter, asked for once as long as it has the names.
    ///
    /// - Throws: ``ProviderError/Kind/permanent`` where the name is not served.
    private func checkedFilter(for name: RecordName) async throws(ProviderError) -> DomainFilter {
        if let configuredZone, !name.isWithin(configuredZone) {
            throw ProviderError(.permanent, "\(name) is not within the configured zone \(configuredZone)", cause: .zone)
        }
        let filter: DomainFilter
        if let known = self.filter.withLock({ $0 }) {
            filter = known
        } else {
            filter = try await negotiate()
            self.filter.withLock { $0 = filter }
        }
        guard filter.matches(name) else {
            // Its filter may be another by the next time.
            self.filter.withLock { $0 = nil }
            throw ProviderError(
                .permanent, "the webhook does not serve \(name); check its domain filter, and the name", cause: .zone)
        }
        return filter
    }

    private func negotiate() async throws(ProviderError) -> DomainFilter {
        let response = try await send(.get, "/", isWrite: false)
        let type = (response.headers[.contentType] ?? "").filter { $0 != " " }
        guard type == Self.mediaType else {
            throw ProviderError(
                .temporary,
                "what answers at the webhook's URL is no webhook of external-dns: its media type is "
                    + "\"\(type.prefix(80))\" rather than \(Self.mediaType)")
        }
        return try http.decode(DomainFilter.self, from: response, of: "the negotiation of its domain filter")
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8]? = nil, isWrite: Bool
    ) async throws(ProviderError) -> HTTPClientResponse {
        var headers: HTTPFields = [.accept: Self.mediaType]
        if body != nil { headers[.contentType] = Self.mediaType }
        let request = HTTPClientRequest(
            method: method, url: baseURL + path, headers: headers, body: body, timeout: Self.timeout,
            maximumBodyBytes: Self.largestAnswer)
        return try await http.send(request, isWrite: isWrite, secrets: [])
    }
}
