import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives
import Synchronization

@testable import DNSRecords

/// deSEC's API for one domain.
struct FakeDeSEC: Sendable {
    let server: FakeAPIServer

    init(
        _ zone: FakeZone, fault: ProviderFault? = nil, minimumTTL: UInt32 = 3600,
        says: (@Sendable (FakeAPIRequest) -> HTTPClientResponse?)? = nil
    ) {
        server = FakeAPIServer(base: "https://desec.io/api/v1", fault: fault) { fault, request in
            Self.complaint(fault, request)
        } respond: { request in
            guard request.headers[.authorization] == "Token secret-token" else {
                return Self.error(401, "Invalid token.")
            }
            if let response = says?(request) { return response }
            // Every path ends with a slash.
            guard request.path.first == "domains", request.path.last == "" else { return Self.absent }
            if request.method == "GET", request.path.count == 2 {
                guard let name = request.query["owns_qname"]?.first.flatMap({ RecordName($0) }),
                    request.query.count == 1
                else { return Self.error(400, "not as documented") }
                let domain: [String: Any] = ["name": zone.apex.description, "minimum_ttl": Int(minimumTTL)]
                return .fake(200, json: name.isWithin(zone.apex) ? [domain] : [])
            }
            guard request.path.count > 3, request.path[1] == zone.apex.description, request.path[2] == "rrsets" else {
                return Self.absent
            }
            switch (request.method, request.path.count) {
            case ("GET", 4): return Self.list(request, zone)
            case ("POST", 4):
                guard
                    let fields = request.fields(["subname", "type", "ttl", "records"]),
                    let subname = fields["subname"] as? String, let name = Self.name(subname, zone),
                    let type = (fields["type"] as? String).flatMap(RecordType.init)
                else { return Self.wrong("subname", "not as documented") }
                guard zone.records(name, type.dnsType).isEmpty else {
                    return .fake(
                        400,
                        json: [
                            "non_field_errors": [
                                "Another RRset with the same subdomain and type exists for this domain. (Try modifying it.)"
                            ]
                        ])
                }
                return Self.write(name, type, fields, [], zone, minimumTTL, status: 201)
            case ("PATCH", 6):
                guard let fields = request.fields([], optional: ["ttl", "records"]), !fields.isEmpty,
                    let name = request.path[3] == "@" ? zone.apex : Self.name(request.path[3], zone),
                    let type = RecordType(rawValue: request.path[4])
                else { return Self.wrong("records", "not as documented") }
                let there = zone.records(name, type.dnsType)
                guard !there.isEmpty else { return Self.absent }
                return Self.write(name, type, fields, there, zone, minimumTTL, status: 200)
            default: return Self.error(405, "Method not allowed.")
            }
        }
    }

    private static func list(_ request: FakeAPIRequest, _ zone: FakeZone) -> HTTPClientResponse {
        guard let subname = request.query["subname"]?.first, request.query.count == 1,
            let name = Self.name(subname, zone)
        else { return error(400, "not as documented") }
        let sets = [DNSRecordType.a, .aaaa, .txt, .cname].compactMap { type -> [String: Any]? in
            let records = zone.records(name, type)
            return records.isEmpty ? nil : json(name, "\(type)", records, zone)
        }
        return .fake(200, json: sets)
    }

    private static func write(
        _ name: RecordName, _ type: RecordType, _ fields: [String: Any], _ there: [DNSRecord], _ zone: FakeZone,
        _ minimumTTL: UInt32, status: Int
    ) -> HTTPClientResponse {
        // A TTL that is not mentioned is not looked at either.
        var ttl = there.first?.ttl ?? 0
        if let wish = fields["ttl"] {
            guard let number = wish as? Int, number <= 86_400 else {
                return wrong("ttl", "A valid integer is required.")
            }
            guard number >= Int(minimumTTL) else {
                return wrong("ttl", "Ensure this value is greater than or equal to \(minimumTTL).")
            }
            ttl = UInt32(number)
        }
        var values = there.compactMap(RecordValue.init)
        if let wish = fields["records"] {
            let texts = wish as? [String] ?? []
            values = texts.compactMap { RecordValue(type, presentation: $0) }
            guard !texts.isEmpty, values.count == texts.count, type != .txt || texts.allSatisfy({ $0.hasPrefix("\"") })
            else { return wrong("records", "Record content malformed.") }
        }
        let records = values.map { $0.record(name, ttl: ttl) }
        guard zone.records(name, .cname).isEmpty else {
            return .fake(
                400,
                json: ["non_field_errors": ["RRset with conflicting type present at same subname: database (CNAME)."]])
        }
        // Forbidden, though deSEC answers as if all was well.
        guard Set(records) != Set(there) else { return error(418, "nothing would change") }
        zone.write(name, type.dnsType, records)
        return .fake(status, json: json(name, type.rawValue, records, zone))
    }

    private static func json(
        _ name: RecordName, _ type: String, _ records: [DNSRecord], _ zone: FakeZone
    ) -> [String: Any] {
        let relative = name.lowercased.text(relativeTo: zone.apex) ?? "@"
        return [
            "created": "2019-09-18T16:32:16.510368Z", "touched": "2020-04-06T09:24:09.987436Z",
            "domain": zone.apex.description, "subname": relative == "@" ? "" : relative, "name": name.absoluteText,
            "type": type, "ttl": Int(records.first?.ttl ?? 0),
            "records": records.map { RecordValue($0)?.presentation ?? $0.canonicalName?.absoluteText ?? "" },
        ]
    }

    private static func name(_ subname: String, _ zone: FakeZone) -> RecordName? {
        guard subname == subname.lowercased(), !subname.hasSuffix("."), subname != "@" else { return nil }
        return subname.isEmpty ? zone.apex : RecordName("\(subname).\(zone.apex)")
    }

    static func error(_ status: Int, _ detail: String) -> HTTPClientResponse { .fake(status, json: ["detail": detail]) }

    private static func wrong(_ field: String, _ what: String) -> HTTPClientResponse {
        .fake(400, json: [field: [what]])
    }

    private static let absent = error(404, "Not found.")

    private static func complaint(_ fault: ProviderFault, _ request: FakeAPIRequest) -> HTTPClientResponse? {
        switch fault {
        case .unauthorized: error(401, "Invalid token: secret-token.")
        case .forbidden: error(403, "You do not have permission to perform this action.")
        case .limited: error(429, "Request was throttled. Expected available in 7 seconds.")
        case .serverError: error(500, "Internal Server Error. We're on it!")
        case .zoneMissing: .fake(200, "[]")
        case .conflict where request.isWrite: error(409, "Conflict: please try again")
        case .preconditionFailed where request.isWrite: error(412, "precondition")
        default: nil
        }
    }
}

extension ProviderFixture {
    /// A clock that passes ten seconds whenever somebody looks at it.
    static func hurryingUptime() -> @Sendable () -> Duration {
        let looks = LookCounter()
        return { Duration.seconds(10) * looks.next() }
    }

    private final class LookCounter: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock {
                $0 += 1
                return $0
            }
        }
    }

    static let deSEC = ProviderFixture(
        testDescription: "desec", faults: Set(ProviderFault.allCases)
    ) { scenario, body in
        try await body(
            DeSECProvider(
                transport: FakeDeSEC(scenario.zone, fault: scenario.fault, minimumTTL: 60).server,
                token: try SecretSource(literal: "secret-token"), configuredTTL: scenario.configuredTTL,
                uptime: hurryingUptime()))
    }
}
