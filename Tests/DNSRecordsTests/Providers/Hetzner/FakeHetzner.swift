import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives
import Synchronization

@testable import DNSRecords

/// Hetzner's DNS API for one zone. Writes are carried out when their action has been looked at often enough.
final class FakeHetzner: Sendable {
    static let zoneID = 4711

    let store: FakeRecordStore
    let server: FakeAPIServer
    private let actions: Actions

    /// What has been asked for, with the number of looks until it happens.
    private final class Actions: Sendable {
        struct Pending { var left: Int; var error: String?; var carryOut: @Sendable () -> Void }
        let pending = Mutex<[Int: Pending]>([:])

        func look(at id: Int) -> [String: Any]? {
            let (action, due) = pending.withLock { all -> (Pending?, (@Sendable () -> Void)?) in
                guard var action = all[id] else { return (nil, nil) }
                action.left -= 1
                all[id] = action
                return (action, action.left == 0 && action.error == nil ? action.carryOut : nil)
            }
            due?()
            guard let action else { return nil }
            let isRunning = action.left > 0
            return [
                "id": id, "command": "set_rrset_records", "progress": isRunning ? 50 : 100,
                "status": isRunning ? "running" : action.error == nil ? "success" : "error",
                "error": isRunning || action.error == nil
                    ? NSNull() as Any : ["code": "action_failed", "message": action.error ?? ""] as Any,
            ]
        }
    }

    /// - Parameters:
    ///   - looks: how often an action has to be looked at until it has ended, the answer that starts it included.
    ///   - actionError: why actions fail.
    ///   - setsWithoutTTL: whether sets have no TTL of their own but the zone's, 300.
    init(
        _ zone: FakeZone, fault: ProviderFault? = nil, looks: Int = 2, actionError: String? = nil,
        mode: String = "primary", setsWithoutTTL: Bool = false,
        says: (@Sendable (FakeAPIRequest) -> HTTPClientResponse?)? = nil
    ) {
        let store = FakeRecordStore(zone)
        self.store = store
        let actions = Actions()
        self.actions = actions
        server = FakeAPIServer(base: "https://api.hetzner.cloud/v1", fault: fault) { fault, request in
            Self.complaint(fault, request)
        } respond: { request in
            guard request.headers[.authorization] == "Bearer secret-token" else {
                return Self.error(401, "unauthorized", "unable to authenticate")
            }
            if let response = says?(request) { return response }
            /// Answers with an action.
            func later(
                _ status: Int, _ more: [String: Any] = [:], _ carryOut: @escaping @Sendable () -> Void
            ) -> HTTPClientResponse {
                let id = store.nextID()
                actions.pending.withLock { $0[id] = .init(left: looks, error: actionError, carryOut: carryOut) }
                return .fake(status, json: more.merging(["action": (actions.look(at: id) ?? [:]) as Any]) { $1 })
            }
            let path = request.path
            switch (request.method, path.first, path.count) {
            case ("GET", "actions", 2):
                guard let action = Int(path[1]).flatMap({ actions.look(at: $0) }) else { return Self.absent }
                return .fake(200, json: ["action": action])
            case ("GET", "zones", 2) where [zone.apex.description, "\(Self.zoneID)"].contains(path[1]):
                return .fake(
                    200,
                    json: [
                        "zone": [
                            "id": Self.zoneID, "name": zone.apex.description, "ttl": 300, "mode": mode, "status": "ok",
                        ] as [String: Any]
                    ])
            case (_, "zones", 3...) where path[1] == "\(Self.zoneID)" && path[2] == "rrsets": break
            default: return Self.absent
            }
            switch (request.method, path.count) {
            case ("GET", 3): return Self.list(request, store, setsWithoutTTL)
            case ("POST", 3):
                guard let fields = request.fields(["name", "type", "records"], optional: ["ttl", "labels"]),
                    let name = fields["name"] as? String, let full = Self.name(name, zone),
                    let type = (fields["type"] as? String).flatMap(RecordType.init),
                    let records = Self.records(fields["records"], full, type, ttl: fields["ttl"] as? Int ?? 300)
                else { return Self.invalid }
                guard zone.records(full, type.dnsType).isEmpty else {
                    return Self.error(409, "uniqueness_error", "the RRSet exists already")
                }
                return later(201, ["rrset": ["name": name, "type": "\(type)"]]) { store.change { $0 += records } }
            case ("POST", 7) where path[5] == "actions":
                guard let full = Self.name(path[3], zone), let type = RecordType(rawValue: path[4]) else {
                    return Self.invalid
                }
                let there = zone.records(full, type.dnsType)
                guard let ttl = there.first?.ttl else { return Self.absent }
                if path[6] == "set_records" {
                    guard let fields = request.fields(["records"]),
                        let records = Self.records(fields["records"], full, type, ttl: Int(ttl))
                    else { return Self.invalid }
                    return later(201) {
                        store.change { all in
                            all.removeAll { $0.record.name == full && $0.record.type == type.dnsType }
                            all += records
                        }
                    }
                }
                guard path[6] == "change_ttl", let new = request.fields(["ttl"])?["ttl"] as? Int, new >= 60 else {
                    return Self.invalid
                }
                return later(201) {
                    store.decorate(full.description, type.dnsType) { $0.record.ttl = UInt32(new) }
                }
            default: return Self.absent
            }
        }
    }

    private static func list(
        _ request: FakeAPIRequest, _ store: FakeRecordStore, _ withoutTTL: Bool
    ) -> HTTPClientResponse {
        guard Set(request.query.keys).isSubset(of: ["name", "type", "page", "per_page"]),
            let name = request.query["name"]?.first.flatMap({ Self.name($0, store.zone) })
        else { return invalid }
        let types = request.query["type"] ?? []
        let found = Dictionary(grouping: store.all.filter { $0.record.name == name }) { "\($0.record.type)" }
            .filter { types.isEmpty || types.contains($0.key) }
        let sets = found.map { type, records -> [String: Any] in
            [
                "id": "\(name)/\(type)", "name": name.lowercased.text(relativeTo: store.zone.apex) ?? "@", "type": type,
                "ttl": withoutTTL ? NSNull() as Any : Int(records[0].record.ttl) as Any, "labels": ["a": "b"],
                "protection": ["change": false], "zone": zoneID,
                "records": records.map { record -> [String: Any] in
                    let value =
                        RecordValue(record.record)?.presentation ?? (record.record.canonicalName?.absoluteText ?? "")
                    return record.comment.map { ["value": value, "comment": $0] } ?? ["value": value]
                },
            ]
        }
        let pagination: [String: Any] = [
            "page": 1, "per_page": 50, "last_page": 1, "total_entries": sets.count, "next_page": NSNull(),
            "previous_page": NSNull(),
        ]
        return .fake(200, json: ["rrsets": sets, "meta": ["pagination": pagination]] as [String: Any])
    }

    /// Lower case, relative to the zone, and without a dot at the end.
    private static func name(_ text: String, _ zone: FakeZone) -> RecordName? {
        guard text == text.lowercased(), !text.hasSuffix("."), !text.hasSuffix(zone.apex.description) else {
            return nil
        }
        return text == "@" ? zone.apex : RecordName("\(text).\(zone.apex)")
    }

    private static func records(_ json: Any?, _ name: RecordName, _ type: RecordType, ttl: Int) -> [FakeRecord]? {
        guard let items = json as? [[String: Any]], !items.isEmpty, ttl >= 60 else { return nil }
        var records: [FakeRecord] = []
        for (index, item) in items.enumerated() {
            guard FakeAPIRequest.check(item, ["value"], optional: ["comment"]), let text = item["value"] as? String,
                type != .txt || text.hasPrefix("\""), let value = RecordValue(type, presentation: text)
            else { return nil }
            records.append(
                FakeRecord(
                    id: 9000 + index, record: value.record(name, ttl: UInt32(ttl)), comment: item["comment"] as? String)
            )
        }
        return Set(records.map(\.record.data)).count == records.count ? records : nil
    }

    static func error(_ status: Int, _ code: String, _ message: String) -> HTTPClientResponse {
        .fake(status, json: ["error": ["code": code, "message": message, "details": NSNull()] as [String: Any]])
    }

    private static let absent = error(404, "not_found", "not found")
    private static let invalid = error(422, "invalid_input", "the request is not as documented")

    private static func complaint(_ fault: ProviderFault, _ request: FakeAPIRequest) -> HTTPClientResponse? {
        switch fault {
        case .unauthorized: return error(401, "unauthorized", "the token secret-token is not known")
        case .forbidden: return error(403, "token_readonly", "the token is only allowed to read")
        case .limited:
            var response = error(429, "rate_limit_exceeded", "limit of 3600 requests per hour reached")
            response.retryAfter = .seconds(7)
            return response
        case .serverError: return error(500, "server_error", "an error occurred")
        case .zoneMissing: return absent
        case .conflict where request.isWrite: return error(409, "conflict", "the resource has changed")
        case .preconditionFailed where request.isWrite: return error(423, "locked", "an action is running")
        default: return nil
        }
    }
}

extension ProviderFixture {
    static let hetzner = ProviderFixture(
        testDescription: "hetzner", faults: Set(ProviderFault.allCases)
    ) { scenario, body in
        try await body(
            HetznerProvider(
                // What is carried out although nobody hears of it is carried out at once.
                transport: FakeHetzner(
                    scenario.zone, fault: scenario.fault, looks: scenario.fault == .timeoutAfterCommit ? 1 : 2
                ).server,
                token: try SecretSource(literal: "secret-token"), configuredTTL: scenario.configuredTTL,
                clock: InstantClock()))
    }
}
