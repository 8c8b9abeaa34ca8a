import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives

@testable import DNSRecords

/// Cloudflare's API for one zone.
struct FakeCloudflare: Sendable {
    static let zoneID = "023e105f4ecef8ad9ca31a8372d0c353"

    let store: FakeRecordStore
    let server: FakeAPIServer

    /// - Parameters:
    ///   - mayListZones: whether the token has the permission Zone / Zone / Read.
    ///   - mostOnAPage: fewer than the client asks for, to have pages.
    init(
        _ zone: FakeZone, fault: ProviderFault? = nil, mayListZones: Bool = true, zoneStatuses: [String] = ["active"],
        mostOnAPage: Int = 2, says: (@Sendable (FakeAPIRequest) -> HTTPClientResponse?)? = nil
    ) {
        let store = FakeRecordStore(zone)
        self.store = store
        server = FakeAPIServer(base: "https://api.cloudflare.com/client/v4", fault: fault) { fault, request in
            Self.complaint(fault, request)
        } respond: { request in
            guard request.headers[.authorization] == "Bearer secret-token" else {
                return Self.error(401, 10000, "Authentication error")
            }
            if let response = says?(request) { return response }
            switch (request.path.first, request.path.count) {
            case ("zones", 1) where request.method == "GET":
                guard mayListZones else {
                    return Self.error(403, 9109, "Unauthorized to access requested resource")
                }
                guard Set(request.query.keys) == ["name", "page", "per_page"] else { return Self.malformed }
                let isHere = request.query["name"] == [zone.apex.description]
                let zones = isHere ? zoneStatuses.enumerated() : [].enumerated()
                return Self.page(
                    zones.map { index, status in
                        [
                            "id": index == 0
                                ? Self.zoneID : "\(index)".padding(toLength: 32, withPad: "0", startingAt: 0),
                            "name": zone.apex.description, "status": status,
                        ]
                    }, request, mostOnAPage)
            case ("zones", 3...) where request.path[1] == Self.zoneID && request.path[2] == "dns_records":
                return Self.records(request, store, mostOnAPage)
            default:
                return Self.error(404, 7003, "Could not route to /\(request.path.joined(separator: "/"))")
            }
        }
    }

    private static func records(
        _ request: FakeAPIRequest, _ store: FakeRecordStore, _ mostOnAPage: Int
    ) -> HTTPClientResponse {
        switch (request.method, request.path.count) {
        case ("GET", 3):
            guard let name = request.query["name"]?.first,
                Set(request.query.keys).isSubset(of: ["name", "page", "per_page"])
            else { return malformed }
            let found = store.all.filter { $0.record.name.description.lowercased() == name }
            return page(found.map(json), request, mostOnAPage)
        case ("POST", 3):
            guard let fields = request.fields(["type", "name", "content", "ttl"], optional: ["proxied", "comment"])
            else { return malformed }
            return store.change { records in done(post(fields, &records, id: records.count + 5000)) }
        case ("PATCH", 4):
            guard let fields = request.fields([], optional: ["content", "ttl", "proxied", "comment", "tags"]) else {
                return malformed
            }
            return store.change { records in done(patch(request.path[3], fields, &records)) }
        case ("DELETE", 4):
            return store.change { records in done(delete(request.path[3], &records)) }
        case ("POST", 4) where request.path[3] == "batch":
            return batch(request, store)
        default:
            return error(405, 10405, "Method not allowed")
        }
    }

    private static func batch(_ request: FakeAPIRequest, _ store: FakeRecordStore) -> HTTPClientResponse {
        guard let fields = request.fields([], optional: ["deletes", "patches", "puts", "posts"]) else {
            return malformed
        }
        func items(_ name: String) -> [[String: Any]] { fields[name] as? [[String: Any]] ?? [] }
        // One transaction: all or nothing.
        return store.change { records in
            let before = records
            var results: [String: [[String: Any]]] = ["deletes": [], "patches": [], "posts": []]
            let steps: [(String, [String: Any], (inout [FakeRecord]) -> Outcome)] =
                items("deletes").map { item in ("deletes", item, { delete(item["id"] as? String ?? "", &$0) }) }
                + items("patches").map { item in
                    ("patches", item, { patch(item["id"] as? String ?? "", item.filter { $0.key != "id" }, &$0) })
                }
                + items("posts").enumerated().map { index, item in
                    ("posts", item, { post(item, &$0, id: 6000 + index + $0.count) })
                }
            for (kind, _, step) in steps {
                switch step(&records) {
                case .success(let result): results[kind]?.append(result)
                case .failure(let refusal):
                    records = before
                    return refusal.response
                }
            }
            return .fake(200, json: ["success": true, "errors": [], "messages": [], "result": results])
        }
    }

    // MARK: Single changes

    struct Refusal: Error { var response: HTTPClientResponse }
    typealias Outcome = Result<[String: Any], Refusal>

    private static func done(_ outcome: Outcome) -> HTTPClientResponse {
        switch outcome {
        case .success(let result):
            .fake(200, json: ["success": true, "errors": [], "messages": [], "result": result])
        case .failure(let refusal): refusal.response
        }
    }

    private static func post(_ fields: [String: Any], _ records: inout [FakeRecord], id: Int) -> Outcome {
        guard let type = (fields["type"] as? String).flatMap(RecordType.init), let ttl = ttl(fields["ttl"]),
            let name = (fields["name"] as? String).flatMap(RecordName.init),
            let value = (fields["content"] as? String).flatMap({ RecordValue(type, presentation: $0) })
        else { return .failure(Refusal(response: malformed)) }
        if records.contains(where: { $0.record.name == name && $0.record.type == .cname }) {
            return .failure(
                Refusal(response: error(400, 81053, "An A, AAAA, or CNAME record with that host already exists.")))
        }
        let isProxied = fields["proxied"] as? Bool ?? false
        // Text cannot be proxied, and what is proxied has no TTL of its own.
        guard !(isProxied && (type == .txt || ttl != 1)) else { return .failure(Refusal(response: malformed)) }
        let new = FakeRecord(id: id, record: value.record(name, ttl: ttl), isProxied: isProxied)
        guard !records.contains(where: { isSame($0, new) }) else { return .failure(Refusal(response: identical)) }
        records.append(new)
        return .success(json(new))
    }

    private static func patch(_ id: String, _ fields: [String: Any], _ records: inout [FakeRecord]) -> Outcome {
        guard FakeAPIRequest.check(fields, [], optional: ["content", "ttl", "proxied", "comment", "tags"]),
            !fields.isEmpty
        else { return .failure(Refusal(response: malformed)) }
        guard let index = records.firstIndex(where: { identifier($0.id) == id }) else {
            return .failure(Refusal(response: absent))
        }
        var new = records[index]
        if let content = fields["content"] {
            guard let text = content as? String, let type = RecordType(rawValue: "\(new.record.type)"),
                let value = RecordValue(type, presentation: text)
            else { return .failure(Refusal(response: malformed)) }
            new.record = value.record(new.record.name, ttl: new.record.ttl)
        }
        if let wish = fields["ttl"] {
            guard let ttl = ttl(wish), !new.isProxied || ttl == 1 else { return .failure(Refusal(response: malformed)) }
            new.record.ttl = ttl
        }
        guard !records.contains(where: { $0.id != new.id && isSame($0, new) }) else {
            return .failure(Refusal(response: identical))
        }
        records[index] = new
        return .success(json(new))
    }

    private static func delete(_ id: String, _ records: inout [FakeRecord]) -> Outcome {
        guard let index = records.firstIndex(where: { identifier($0.id) == id }) else {
            return .failure(Refusal(response: absent))
        }
        records.remove(at: index)
        return .success(["id": id])
    }

    private static func ttl(_ value: Any?) -> UInt32? {
        guard let ttl = value as? Int, ttl == 1 || (60...86_400).contains(ttl) else { return nil }
        return UInt32(ttl)
    }

    private static func isSame(_ a: FakeRecord, _ b: FakeRecord) -> Bool {
        a.record.name == b.record.name && a.record.type == b.record.type && a.record.data == b.record.data
    }

    // MARK: Answers

    static func identifier(_ id: Int) -> String { "\(id)".padding(toLength: 32, withPad: "e", startingAt: 0) }

    private static func json(_ record: FakeRecord) -> [String: Any] {
        let content = RecordValue(record.record)?.presentation ?? record.record.canonicalName?.description ?? ""
        return [
            "id": identifier(record.id), "type": "\(record.record.type)",
            "name": record.record.name.description.lowercased(), "content": content,
            "ttl": record.isProxied ? 1 : Int(record.record.ttl), "proxied": record.isProxied,
            "proxiable": record.record.type != .txt, "comment": record.comment ?? NSNull(), "tags": record.tags,
        ]
    }

    private static func page(
        _ items: [[String: Any]], _ request: FakeAPIRequest, _ most: Int
    ) -> HTTPClientResponse {
        guard let page = request.number("page"), let size = request.number("per_page"), size >= 1, page >= 1 else {
            return malformed
        }
        let count = min(most, size)
        let shown = Array(items.dropFirst((page - 1) * count).prefix(count))
        return .fake(
            200,
            json: [
                "success": true, "errors": [], "messages": [], "result": shown,
                "result_info": [
                    "page": page, "per_page": count, "count": shown.count, "total_count": items.count,
                    "total_pages": (items.count + count - 1) / count,
                ],
            ])
    }

    static func error(_ status: Int, _ code: Int, _ message: String) -> HTTPClientResponse {
        .fake(
            status,
            json: [
                "success": false, "errors": [["code": code, "message": message]], "messages": [], "result": NSNull(),
            ])
    }

    static let malformed = error(400, 9005, "the request is not as documented")
    private static let absent = error(404, 81044, "Record does not exist.")
    private static let identical = error(400, 81058, "An identical record already exists.")

    private static func complaint(_ fault: ProviderFault, _ request: FakeAPIRequest) -> HTTPClientResponse? {
        switch fault {
        case .unauthorized: error(401, 10000, "Authentication error: Bearer secret-token")
        case .forbidden: error(403, 9109, "Unauthorized to access requested resource")
        case .limited: .fake(429, #"{"errors": [{"code": 10429, "message": "Rate limited"}]}"#, retryAfter: .seconds(7))
        case .serverError: .fake(502, "<html>bad gateway</html>")
        case .zoneMissing: page([], request, 2)
        case .conflict where request.isWrite: error(409, 1004, "conflict")
        case .preconditionFailed where request.isWrite: identical
        default: nil
        }
    }
}

extension ProviderFixture {
    static let cloudflare = ProviderFixture(
        testDescription: "cloudflare", faults: Set(ProviderFault.allCases)
    ) { scenario, body in
        try await body(
            CloudflareProvider(
                transport: FakeCloudflare(scenario.zone, fault: scenario.fault).server,
                token: try SecretSource(literal: "secret-token"), configuredTTL: scenario.configuredTTL))
    }
}
