import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives
import Synchronization

@testable import DNSRecords

/// Google Cloud DNS for one project with one zone that has records, in memory, as an HTTP transport.
final class FakeCloudDNS: HTTPTransport {
    /// A managed zone; the first one with the records' apex has the records.
    struct Zone: Sendable {
        var name: String
        var dnsName: String
        var visibility = "public"
        var isForwarding = false
    }

    let zone: FakeZone
    let identity: FakeGoogleIdentity
    let fault: ProviderFault?
    let zones: [Zone]
    /// Names whose A record has a routing policy.
    let routed: Set<RecordName>
    /// Stops to give page after page only then.
    let hasEndlessPages: Bool
    private let log = Mutex<[HTTPClientRequest]>([])

    init(
        _ zone: FakeZone, identity: FakeGoogleIdentity = FakeGoogleIdentity(), fault: ProviderFault? = nil,
        zones: [Zone]? = nil, routed: Set<RecordName> = [], hasEndlessPages: Bool = false
    ) {
        self.zone = zone
        self.identity = identity
        self.fault = fault
        self.zones = zones ?? [Zone(name: "my-zone", dnsName: zone.apex.absoluteText)]
        self.routed = routed
        self.hasEndlessPages = hasEndlessPages
    }

    /// All requests, those for tokens included.
    var requests: [HTTPClientRequest] { log.withLock { $0 } }

    /// The requests to the DNS API after the project's path.
    var paths: [String] {
        requests.filter { $0.url.hasPrefix("https://dns.googleapis.com/") }
            .map { "\($0.method) \($0.url.components(separatedBy: "/managedZones").dropFirst().joined())" }
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        log.withLock { $0.append(request) }
        guard let call = CloudRequest(request) else { throw HTTPClientError(.invalidRequest, request.url) }
        guard call.host == "dns.googleapis.com" else { return try identity.respond(to: call) }
        let isWrite = call.method != .get
        switch fault {
        case .unauthorized:
            return failure(401, "authError", "Invalid credentials: \(call.headers[.authorization] ?? "")")
        case .forbidden: return failure(403, "forbidden", "Forbidden")
        case .limited:
            var response = failure(403, "rateLimitExceeded", "Rate Limit Exceeded")
            response.retryAfter = .seconds(7)
            return response
        case .serverError: return failure(500, "backendError", "Internal error")
        case .malformedAnswer: return HTTPClientResponse(status: .ok, body: Array("<html>captive portal</html>".utf8))
        case .conflict where isWrite: return failure(409, "alreadyExists", "The resource already exists")
        case .preconditionFailed where isWrite: return failure(412, "conditionNotMet", "Precondition not met")
        case .timeoutBeforeCommit where isWrite: throw HTTPClientError(.timedOut, "after 30 s")
        default: break
        }
        guard identity.accepts(call.headers[.authorization]) else {
            return failure(401, "authError", "Request had invalid authentication credentials.")
        }
        let response = respond(to: call)
        if fault == .timeoutAfterCommit, isWrite { throw HTTPClientError(.timedOut, "after 30 s") }
        return response
    }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        throw HTTPClientError(.internalError, "there are no streams here")
    }

    private func respond(to call: CloudRequest) -> HTTPClientResponse {
        let prefix = ["dns", "v1", "projects", FakeGoogleIdentity.project, "managedZones"]
        guard Array(call.path.prefix(5)) == prefix else {
            return failure(404, "notFound", "The 'parameters.project' resource does not exist.")
        }
        let rest = Array(call.path.dropFirst(5))
        guard let name = rest.first else {
            guard call.method == .get, Set(call.query.keys).isSubset(of: ["dnsName", "pageToken"]),
                let dnsName = call.query["dnsName"], dnsName.hasSuffix(".")
            else { return failure(400, "invalid", "Invalid value for 'parameters.dnsName'") }
            let found = fault == .zoneMissing ? [] : zones.filter { $0.dnsName == dnsName }
            return page(found.map(describe), "managedZones", "dns#managedZonesListResponse", call)
        }
        guard let managed = zones.first(where: { $0.name == name }), fault != .zoneMissing else {
            return failure(404, "notFound", "The 'parameters.managedZone' resource named '\(name)' does not exist.")
        }
        if rest.count == 1 { return .json(200, describe(managed)) }
        guard rest[1] == "rrsets" else { return failure(404, "notFound", "") }
        switch (call.method, rest.count) {
        case (.get, 2): return list(call)
        case (.post, 2): return write(call, nil)
        case (.patch, 4): return write(call, (rest[2], rest[3]))
        default: return failure(404, "notFound", "")
        }
    }

    private func describe(_ zone: Zone) -> [String: Any] {
        var object: [String: Any] = [
            "kind": "dns#managedZone", "name": zone.name, "dnsName": zone.dnsName, "id": "42",
            "visibility": zone.visibility,
        ]
        if zone.isForwarding { object["forwardingConfig"] = ["targetNameServers": [["ipv4Address": "192.0.2.1"]]] }
        return object
    }

    private func list(_ call: CloudRequest) -> HTTPClientResponse {
        guard Set(call.query.keys).isSubset(of: ["name", "pageToken"]), let text = call.query["name"],
            text.hasSuffix("."), text == text.lowercased(), let name = RecordName(text)
        else { return failure(400, "invalid", "Invalid value for 'parameters.name'") }
        var sets: [[String: Any]] = []
        for type in [DNSRecordType.a, .aaaa, .txt, .cname] {
            let records = zone.records(name, type)
            guard let first = records.first else { continue }
            var set: [String: Any] = ["kind": "dns#resourceRecordSet", "name": text, "ttl": Int(first.ttl)]
            switch type {
            case .a: set["type"] = "A"
            case .aaaa: set["type"] = "AAAA"
            case .txt: set["type"] = "TXT"
            default: set["type"] = "CNAME"
            }
            if type == .a, routed.contains(name) {
                set["routingPolicy"] = ["wrr": ["items": [["weight": 1, "rrdatas": ["192.0.2.1"]]]]]
            } else {
                set["rrdatas"] =
                    type == .cname ? ["target.example.net."] : records.compactMap { RecordValue($0)?.presentation }
            }
            sets.append(set)
        }
        return page(sets, "rrsets", "dns#resourceRecordSetsListResponse", call)
    }

    /// One element a page.
    private func page(_ all: [[String: Any]], _ key: String, _ kind: String, _ call: CloudRequest) -> HTTPClientResponse
    {
        let start = Int(call.query["pageToken"] ?? "0") ?? 0
        var object: [String: Any] = ["kind": kind, key: Array(all.dropFirst(start).prefix(1))]
        if hasEndlessPages || start + 1 < all.count { object["nextPageToken"] = String(start + 1) }
        return .json(200, object)
    }

    private func write(_ call: CloudRequest, _ target: (name: String, type: String)?) -> HTTPClientResponse {
        guard let body = call.json, Set(body.keys) == ["name", "type", "ttl", "rrdatas"], call.query.isEmpty,
            let text = body["name"] as? String, text.hasSuffix("."), let name = RecordName(text),
            name.isWithin(zone.apex),
            let type = (body["type"] as? String).flatMap(RecordType.init(rawValue:)), let ttl = body["ttl"] as? UInt32,
            let data = body["rrdatas"] as? [String], !data.isEmpty
        else { return failure(400, "invalid", "Invalid value for 'entity.rrset'") }
        let values = data.compactMap { RecordValue(type, presentation: $0) }
        guard values.count == data.count else {
            return failure(400, "invalid", "Invalid value for 'entity.rrset.rrdata'")
        }
        let exists = !zone.records(name, type.dnsType).isEmpty
        if let target {
            guard target.name == text, target.type == type.rawValue else {
                return failure(400, "invalid", "names differ")
            }
            guard exists else { return failure(404, "notFound", "The 'parameters.name' resource does not exist.") }
        } else if exists {
            return failure(409, "alreadyExists", "The resource 'entity.rrset' named '\(text) (\(type))' already exists")
        }
        zone.write(name, type.dnsType, values.map { $0.record(name, ttl: ttl) })
        return .json(200, body.merging(["kind": "dns#resourceRecordSet"]) { old, _ in old })
    }

    private func failure(_ status: Int, _ reason: String, _ message: String) -> HTTPClientResponse {
        .json(
            status,
            [
                "error": [
                    "code": status, "message": message,
                    "errors": [["message": message, "domain": "global", "reason": reason]],
                ] as [String: Any]
            ])
    }
}

extension ProviderFixture {
    static let google = ProviderFixture(testDescription: "google", faults: Set(ProviderFault.allCases)) {
        scenario, body in
        try await body(
            GoogleProvider(
                transport: FakeCloudDNS(scenario.zone, fault: scenario.fault),
                credential: .metadataServer(host: GoogleMetadataServer.defaultHost),
                configuredTTL: scenario.configuredTTL))
    }
}
