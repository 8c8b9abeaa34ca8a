public import CurlHTTP
import HTTPTypes
public import NetworkPrimitives

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// PowerDNS Authoritative Server, version 4 and later: https://doc.powerdns.com/authoritative/http-api/zone.html
public final class PowerDNSProvider: DNSProvider {
    /// The only identifier that PowerDNS itself has; a proxy before several servers may have others.
    public static let defaultServerID = "localhost"
    /// What PowerDNS accepts as a TTL, in seconds.
    public static let acceptedTTL: ClosedRange<UInt32> = 0...TTLPolicy.largest

    public let name = "powerdns"
    public let ttlPolicy: TTLPolicy

    private let http: ProviderHTTP
    private let key: SecretSource
    private let zonesURL: String
    private let zones: ZoneFinder<String>

    /// - Parameters:
    ///   - key: the server's `api-key`.
    ///   - baseURL: where the server's webserver is, without a slash at its end and without `/api/v1`.
    ///   - zone: the zone that holds the records; found by asking if `nil`. It may have one label only.
    ///   - configuredTTL: seconds, within ``acceptedTTL``; `nil` keeps what a record has.
    public init(
        transport: any HTTPTransport, key: SecretSource, baseURL: String,
        serverID: String = PowerDNSProvider.defaultServerID, zone: RecordName? = nil, configuredTTL: UInt32? = nil
    ) {
        var dialect = ProviderHTTP.Dialect()
        dialect.explanation = { response in
            (try? JSONDecoder().decode(Explanation.self, from: Data(response.body)))?.error
        }
        http = ProviderHTTP(
            transport: transport, title: "PowerDNS",
            refusalAdvice:
                "set the api-key of the server's configuration, and let this host in by webserver-allow-from",
            dialect: dialect)
        self.key = key
        zonesURL = "\(baseURL)/api/v1/servers/\(serverID.percentEncoded)/zones"
        zones = ZoneFinder(title: "PowerDNS", configured: zone, shortest: 1)
        ttlPolicy = TTLPolicy(configured: configuredTTL, initial: 300, accepted: Self.acceptedTTL)
    }

    public func secretRevision() -> SecretRevision { SecretRevision(key) }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName { try await find(name).apex }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        // The filter leaves disabled records out. Versions before 4.6 ignore it and answer with the whole zone.
        let sets = try await sets(of: name, query: "?rrset_name=\(name.lowercased.absoluteText.percentEncoded)")
        return try published(sets, name, type)
    }

    /// Replaces the records and keeps the comments, and the records that are disabled.
    ///
    /// PowerDNS has no conditional writes. The record is looked at once more right before it is replaced: that leaves little
    /// time for others, and only the whole zone shows what is disabled.
    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        let sets = try await sets(of: desired.name, query: "")
        let now = try published(sets, desired.name, desired.type)
        guard now?.values == current?.values else {
            throw ProviderError(
                .conflict, "PowerDNS: \(desired.name) \(desired.type) is not what it was a moment ago")
        }
        let old = sets.first { $0.type == desired.type.rawValue }
        // An enabled record beside a disabled one with the same content would be a duplicate.
        let disabled = (old?.records ?? []).filter { record in
            record.isDisabled
                && !desired.values.contains { RecordValue(desired.type, presentation: record.content) == $0 }
        }
        let change = Change(
            name: desired.name.lowercased.absoluteText, type: desired.type.rawValue,
            ttl: ttlPolicy.ttl(for: desired, replacing: current), changetype: "REPLACE",
            records: desired.presentations.map { Record(content: $0, disabled: false) } + disabled)
        let found = try await find(desired.name)
        let response = try await send(
            .patch, "/\(found.zone.percentEncoded)", body: try http.encode(Patch(rrsets: [change])), accepting: [404])
        guard response.status.code != 404 else {
            zones.forget(desired.name)
            throw ProviderError(.permanent, "PowerDNS has no zone \(found.apex) any more (404)", cause: .zone)
        }
    }

    // MARK: Bodies

    private struct Explanation: Decodable { var error: String }

    private struct Zone: Decodable {
        var id: String
        var name: String
        var kind: String?
        var rrsets: [ResourceRecordSet]?
    }

    private struct ResourceRecordSet: Decodable {
        var name: String
        var type: String
        var ttl: UInt32
        var records: [Record]
    }

    private struct Record: Codable {
        var content: String
        var disabled: Bool?
        var isDisabled: Bool { disabled ?? false }
    }

    private struct Patch: Encodable { var rrsets: [Change] }

    /// Without `comments`, which leaves them as they are.
    private struct Change: Encodable {
        var name: String
        var type: String
        var ttl: UInt32
        var changetype: String
        var records: [Record]
    }

    // MARK: Requests

    private func find(_ name: RecordName) async throws(ProviderError) -> ZoneFinder<String>.Found {
        try await zones.find(name) { candidate throws(ProviderError) in
            let text = candidate.lowercased.absoluteText
            let response = try await send(.get, "?zone=\(text.percentEncoded)", accepting: [404])
            guard response.status.code != 404 else {
                throw ProviderError(
                    .permanent, "PowerDNS knows no such server (404); check the base URL and the server's identifier")
            }
            let zones = try http.decode([Zone].self, from: response, of: "GET of the zone \(candidate)")
            guard let zone = zones.first(where: { RecordName($0.name) == candidate }) else { return nil }
            if let kind = zone.kind, ["Slave", "Secondary", "Consumer"].contains(kind) {
                throw ProviderError(
                    .permanent,
                    "PowerDNS has \(candidate) as a secondary (\(kind)), which cannot be changed here; use its primary")
            }
            return zone.id
        }
    }

    /// The sets of records at one name.
    private func sets(of name: RecordName, query: String) async throws(ProviderError) -> [ResourceRecordSet] {
        let found = try await find(name)
        let response = try await send(.get, "/\(found.zone.percentEncoded)\(query)", accepting: [404])
        guard response.status.code != 404 else {
            zones.forget(name)
            throw ProviderError(.permanent, "PowerDNS has no zone \(found.apex) any more (404)", cause: .zone)
        }
        let zone = try http.decode(Zone.self, from: response, of: "GET of \(name)")
        guard let sets = zone.rrsets else {
            throw ProviderError(.temporary, "PowerDNS answered without records to GET of \(name)")
        }
        return sets.filter { RecordName($0.name) == name }
    }

    /// What of these sets is served, for one type.
    private func published(
        _ sets: [ResourceRecordSet], _ name: RecordName, _ type: RecordType
    ) throws(ProviderError) -> RecordSet? {
        func served(_ type: String) -> (ttl: UInt32, contents: [String])? {
            guard let set = sets.first(where: { $0.type == type }) else { return nil }
            let contents = set.records.filter { !$0.isDisabled }.map(\.content)
            return contents.isEmpty ? nil : (set.ttl, contents)
        }
        if let alias = served("CNAME")?.contents.first {
            let explanation =
                RecordName(alias).map { RecordObservation.aliasExplanation($0) } ?? "the name is an alias (CNAME)"
            throw ProviderError(.permanent, "\(name): \(explanation)")
        }
        guard let (ttl, contents) = served(type.rawValue) else { return nil }
        return try http.recordSet(name, type, presentations: contents, ttl: ttl)
    }

    /// A zone as a whole can be large.
    private static let largestAnswer = 64 * 1024 * 1024

    private func send(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8]? = nil, accepting: Set<Int>
    ) async throws(ProviderError) -> HTTPClientResponse {
        let secret = key.current()
        var headers: HTTPFields = [.accept: "application/json"]
        if let field = HTTPField.Name("X-API-Key") { headers[field] = secret.exposed }
        if body != nil { headers[.contentType] = "application/json" }
        let request = HTTPClientRequest(
            method: method, url: zonesURL + path, headers: headers, body: body, maximumBodyBytes: Self.largestAnswer)
        return try await http.send(request, accepting: accepting, isWrite: method != .get, secrets: [secret])
    }
}
