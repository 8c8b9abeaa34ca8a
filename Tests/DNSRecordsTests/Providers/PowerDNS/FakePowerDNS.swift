import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives
import Synchronization

@testable import DNSRecords

/// The API of a PowerDNS server with one zone, as version 4.7 answers.
final class FakePowerDNS: Sendable {
    struct Record: Codable, Hashable {
        var content: String
        var disabled: Bool
    }

    struct Comment: Codable, Hashable {
        var content: String
        var account: String
        var modified_at: Int
    }

    struct RRSet: Codable, Hashable {
        var name: String
        var type: String
        var ttl: UInt32
        var records: [Record]
        var comments: [Comment]
    }

    private struct Extra {
        var disabled: [FakeZone.Key: [String]] = [:]
        var comments: [FakeZone.Key: [Comment]] = [:]
    }

    let zone: FakeZone
    let kind: String
    let serverID: String
    let key: String
    private let extra = Mutex(Extra())

    init(_ zone: FakeZone, kind: String = "Native", serverID: String = "localhost", key: String = "secret-token") {
        self.zone = zone
        self.kind = kind
        self.serverID = serverID
        self.key = key
    }

    func service(fault: ProviderFault? = nil) -> FakeHTTPService {
        FakeHTTPService(
            fault: fault,
            says: { fault, request in
                switch fault {
                case .zoneMissing where FakeHTTPService.target(request).contains("zones?zone="): .plain(200, "[]")
                case .zoneMissing: .plain(404, "Not Found")
                default: nil
                }
            }, respond: { self.respond(to: $0) })
    }

    func disable(_ name: String, _ content: String) {
        guard let name = RecordName(name) else { return }
        extra.withLock { $0.disabled[.init(name: name, type: .a), default: []].append(content) }
    }

    func comment(_ name: String, _ content: String) {
        guard let name = RecordName(name) else { return }
        let comment = Comment(content: content, account: "joe", modified_at: 1_700_000_000)
        extra.withLock { $0.comments[.init(name: name, type: .a), default: []].append(comment) }
    }

    /// What the zone holds at a name, disabled records and comments included.
    func sets(at name: RecordName) -> [RRSet] {
        let types: [(String, DNSRecordType)] = [("A", .a), ("AAAA", .aaaa), ("TXT", .txt), ("CNAME", .cname)]
        return types.compactMap { text, type in
            let key = FakeZone.Key(name: name, type: type)
            let records = zone.records(name, type)
            let enabled = records.compactMap { record in
                record.canonicalName?.absoluteText ?? RecordValue(record)?.presentation
            }
            let (disabled, comments) = extra.withLock { ($0.disabled[key] ?? [], $0.comments[key] ?? []) }
            guard !enabled.isEmpty || !disabled.isEmpty || !comments.isEmpty else { return nil }
            return RRSet(
                name: name.lowercased.absoluteText, type: text, ttl: records.first?.ttl ?? 0,
                records: enabled.map { Record(content: $0, disabled: false) }
                    + disabled.map { Record(content: $0, disabled: true) },
                comments: comments)
        }
    }

    private struct Zone: Encodable {
        var id: String
        var name: String
        var kind: String
        var rrsets: [RRSet]?
    }

    private struct Refusal: Encodable { var error: String }

    private func respond(to request: HTTPClientRequest) -> HTTPClientResponse {
        guard let name = HTTPField.Name("X-API-Key"), request.headers[name] == key else {
            return .plain(401, "Unauthorized")
        }
        guard let url = URLComponents(string: request.url), url.path.hasPrefix("/api/v1/servers/\(serverID)/zones")
        else { return .plain(404, "Not Found") }
        let rest = url.path.dropFirst("/api/v1/servers/\(serverID)/zones".count)
        let query = Dictionary((url.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { $1 }
        let apex = zone.apex.absoluteText
        switch (request.method, rest) {
        case (.get, ""):
            guard query.keys.sorted() == ["zone"], query["zone"]?.hasSuffix(".") == true else {
                return .json(422, Refusal(error: "DNS Name '\(query["zone"] ?? "")' is not canonical"))
            }
            return .json(200, query["zone"] == apex ? [Zone(id: apex, name: apex, kind: kind)] : [])
        case (.get, "/\(apex)"):
            var sets: [RRSet] = []
            if let name = query["rrset_name"] {
                guard query.count == 1, name.hasSuffix("."), let name = RecordName(name) else {
                    return .json(422, Refusal(error: "not canonical"))
                }
                // The filter drops disabled records, and leaves comments of sets that it does not ask for.
                sets = self.sets(at: name).map { set in
                    var set = set
                    set.records.removeAll(where: \.disabled)
                    return set
                }
                sets.append(RRSet(name: "other.\(apex)", type: "A", ttl: 0, records: [], comments: []))
            } else {
                sets = zone.names.flatMap { self.sets(at: $0) }
            }
            return .json(200, Zone(id: apex, name: apex, kind: kind, rrsets: sets))
        case (.patch, "/\(apex)"): return patch(request)
        default: return .plain(404, "Not Found")
        }
    }

    private func patch(_ request: HTTPClientRequest) -> HTTPClientResponse {
        func refuse(_ error: String) -> HTTPClientResponse { .json(422, Refusal(error: error)) }
        guard request.headers[.contentType] == "application/json",
            let body = try? JSONSerialization.jsonObject(with: Data(request.body ?? [])) as? [String: Any],
            body.keys.sorted() == ["rrsets"], let sets = body["rrsets"] as? [[String: Any]]
        else { return .plain(400, "Bad Request") }
        guard sets.count == 1, let set = sets.first,
            set.keys.sorted() == ["changetype", "name", "records", "ttl", "type"],
            set["changetype"] as? String == "REPLACE", let ttl = set["ttl"] as? UInt32,
            let text = set["name"] as? String, text.hasSuffix("."), text == text.lowercased(),
            let name = RecordName(text), name.isWithin(zone.apex),
            let type = (set["type"] as? String).flatMap(RecordType.init(rawValue:)),
            let records = set["records"] as? [[String: Any]], !records.isEmpty
        else { return refuse("Change is not understood") }
        guard zone.records(name, .cname).isEmpty else {
            return refuse("RRset \(text) IN \(type): Conflicts with pre-existing RRset")
        }
        var enabled: [DNSRecord] = []
        var disabled: [String] = []
        var contents: Set<String> = []
        for record in records {
            guard let content = record["content"] as? String, let isDisabled = record["disabled"] as? Bool,
                let value = RecordValue(type, presentation: content), value.presentation == content
            else { return refuse("Record \(text)/\(type): Not in expected format") }
            guard contents.insert(content).inserted else {
                return refuse("Duplicate record in RRset \(text) IN \(type) with content \"\(content)\"")
            }
            if isDisabled { disabled.append(content) } else { enabled.append(value.record(name, ttl: ttl)) }
        }
        zone.write(name, type.dnsType, enabled)
        extra.withLock { $0.disabled[.init(name: name, type: type.dnsType)] = disabled }
        return .plain(204, "")
    }
}

extension ProviderFixture {
    static let powerdns = ProviderFixture(
        testDescription: "powerdns", faults: Set(ProviderFault.allCases)
    ) { scenario, body in
        try await body(
            PowerDNSProvider(
                transport: FakePowerDNS(scenario.zone).service(fault: scenario.fault),
                key: try SecretSource(literal: "secret-token"), baseURL: "http://127.0.0.1:8081",
                configuredTTL: scenario.configuredTTL))
    }
}
