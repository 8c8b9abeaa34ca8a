import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives

@testable import DNSRecords

/// DigitalOcean's API for one domain.
struct FakeDigitalOcean: Sendable {
    let store: FakeRecordStore
    let server: FakeAPIServer

    /// - Parameter mostOnAPage: fewer than the client asks for, to have pages.
    init(
        _ zone: FakeZone, fault: ProviderFault? = nil, mostOnAPage: Int = 2,
        says: (@Sendable (FakeAPIRequest) -> HTTPClientResponse?)? = nil
    ) {
        let store = FakeRecordStore(zone)
        self.store = store
        server = FakeAPIServer(base: "https://api.digitalocean.com/v2", fault: fault) { fault, request in
            Self.complaint(fault, request)
        } respond: { request in
            guard request.headers[.authorization] == "Bearer secret-token" else {
                return Self.error(401, "unauthorized", "Unable to authenticate you")
            }
            if let response = says?(request) { return response }
            guard request.path.first == "domains", request.path.count > 1, request.path[1] == zone.apex.description
            else { return Self.absent }
            switch (request.method, request.path.count) {
            case ("GET", 2):
                return .fake(
                    200, json: ["domain": ["name": request.path[1], "ttl": 1800, "zone_file": ""] as [String: Any]])
            case (_, 3...) where request.path[2] == "records": return Self.records(request, store, mostOnAPage)
            default: return Self.absent
            }
        }
    }

    private static func records(
        _ request: FakeAPIRequest, _ store: FakeRecordStore, _ mostOnAPage: Int
    ) -> HTTPClientResponse {
        switch (request.method, request.path.count) {
        case ("GET", 3): return list(request, store, mostOnAPage)
        case ("POST", 3):
            guard let fields = request.fields(["type", "name", "data"], optional: ["ttl"]),
                let name = fields["name"] as? String,
                let full = name == "@" ? store.zone.apex : RecordName("\(name).\(store.zone.apex)"),
                let made = record(full, fields, ttl: 1800)
            else { return unprocessable }
            let id = store.nextID()
            return store.change { records in
                if records.contains(where: { $0.record.name == full && $0.record.type == .cname }) {
                    return error(422, "unprocessable_entity", "CNAME records cannot share a name with other records")
                }
                let new = FakeRecord(id: id, record: made)
                records.append(new)
                return .fake(201, json: ["domain_record": json(new, store.zone)])
            }
        case ("PATCH", 4):
            guard let fields = request.fields(["type"], optional: ["data", "ttl"]), fields.count > 1 else {
                return unprocessable
            }
            return store.change { records in
                guard let index = records.firstIndex(where: { "\($0.id)" == request.path[3] }) else { return absent }
                let old = records[index].record
                var all = fields
                if all["data"] == nil { all["data"] = RecordValue(old)?.digitalOceanData }
                guard fields["type"] as? String == "\(old.type)", let new = record(old.name, all, ttl: old.ttl) else {
                    return unprocessable
                }
                records[index].record = new
                return .fake(200, json: ["domain_record": json(records[index], store.zone)])
            }
        case ("DELETE", 4):
            return store.change { records in
                guard let index = records.firstIndex(where: { "\($0.id)" == request.path[3] }) else { return absent }
                records.remove(at: index)
                return .fake(204)
            }
        default: return absent
        }
    }

    private static func list(
        _ request: FakeAPIRequest, _ store: FakeRecordStore, _ mostOnAPage: Int
    ) -> HTTPClientResponse {
        guard Set(request.query.keys).isSubset(of: ["name", "type", "page", "per_page"]),
            let page = request.number("page"), page >= 1, let size = request.number("per_page"),
            (1...200).contains(size)
        else { return unprocessable }
        let found = store.all.filter { record in
            request.query["name"].map { $0 == [record.record.name.description.lowercased()] } ?? true
        }
        let count = min(mostOnAPage, size)
        let shown = found.dropFirst((page - 1) * count).prefix(count)
        let isLast = page * count >= found.count
        let next = "https://api.digitalocean.com/v2/domains/\(store.zone.apex)/records?page=\(page + 1)"
        return .fake(
            200,
            json: [
                "domain_records": shown.map { json($0, store.zone) },
                "links": (isLast ? [:] : ["pages": ["next": next, "last": next]]) as [String: [String: String]],
                "meta": ["total": found.count],
            ] as [String: Any])
    }

    /// A record out of a body; `nil` for what DigitalOcean would not take.
    private static func record(_ name: RecordName, _ fields: [String: Any], ttl: UInt32) -> DNSRecord? {
        let ttl = fields["ttl"].map { $0 as? Int ?? 0 } ?? Int(ttl)
        guard let type = (fields["type"] as? String).flatMap(RecordType.init), let data = fields["data"] as? String,
            (30...86_400).contains(ttl)
        else { return nil }
        // Text comes as it is: quotes would become a part of it.
        let value = type == .txt ? RecordValue.text(data) : RecordValue(type, presentation: data)
        return value?.record(name, ttl: UInt32(ttl))
    }

    private static func json(_ record: FakeRecord, _ zone: FakeZone) -> [String: Any] {
        let data = RecordValue(record.record)?.digitalOceanData ?? record.record.canonicalName?.description ?? ""
        return [
            "id": record.id, "type": "\(record.record.type)",
            "name": record.record.name.lowercased.text(relativeTo: zone.apex) ?? "@", "data": data,
            "ttl": Int(record.record.ttl), "priority": NSNull(), "port": NSNull(), "weight": NSNull(),
            "flags": NSNull(), "tag": NSNull(),
        ]
    }

    static func error(_ status: Int, _ id: String, _ message: String) -> HTTPClientResponse {
        .fake(status, json: ["id": id, "message": message, "request_id": "4d9d8375"])
    }

    private static let absent = error(404, "not_found", "The resource you were accessing could not be found.")
    private static let unprocessable = error(422, "unprocessable_entity", "the request is not as documented")

    private static func complaint(_ fault: ProviderFault, _ request: FakeAPIRequest) -> HTTPClientResponse? {
        switch fault {
        case .unauthorized: return error(401, "unauthorized", "Unable to authenticate you with secret-token")
        case .forbidden: return error(403, "forbidden", "You are not authorized to perform this operation")
        case .limited:
            var response = error(429, "too_many_requests", "API rate limit exceeded.")
            response.retryAfter = .seconds(7)
            return response
        case .serverError: return error(500, "server_error", "Unexpected server-side error")
        case .zoneMissing: return absent
        case .conflict where request.isWrite: return error(409, "conflict", "conflict")
        case .preconditionFailed where request.isWrite: return error(412, "precondition_failed", "precondition")
        default: return nil
        }
    }
}

extension ProviderFixture {
    static let digitalOcean = ProviderFixture(
        testDescription: "digitalocean", faults: Set(ProviderFault.allCases)
    ) { scenario, body in
        try await body(
            DigitalOceanProvider(
                transport: FakeDigitalOcean(scenario.zone, fault: scenario.fault).server,
                token: try SecretSource(literal: "secret-token"), configuredTTL: scenario.configuredTTL))
    }
}
