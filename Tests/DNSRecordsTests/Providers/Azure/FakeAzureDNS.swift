import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives
import Synchronization

@testable import DNSRecords

/// Azure Resource Manager with one zone that has records, in memory, as an HTTP transport.
final class FakeAzureDNS: HTTPTransport {
    struct Zone: Sendable {
        var name: String
        var group = "dns-group"
    }

    private struct Key: Hashable {
        var name: RecordName
        var type: RecordType
    }

    private struct State {
        var log: [HTTPClientRequest] = []
        var versions: [Key: Int] = [:]
        var metadata: [Key: [String: String]] = [:]
    }

    static let subscription = "00000000-0000-0000-0000-000000000000"

    let zone: FakeZone
    let identity: FakeAzureIdentity
    let fault: ProviderFault?
    let zones: [Zone]
    let kind: AzureProvider.ZoneKind
    let host: String
    /// Names whose A record set is an alias.
    let aliases: Set<RecordName>
    /// Where the list of zones goes on, instead of here.
    let foreignLink: String?
    private let state = Mutex(State())

    init(
        _ zone: FakeZone, identity: FakeAzureIdentity = FakeAzureIdentity(), fault: ProviderFault? = nil,
        zones: [Zone]? = nil, kind: AzureProvider.ZoneKind = .publicZone, host: String = "management.azure.com",
        aliases: Set<RecordName> = [], foreignLink: String? = nil
    ) {
        self.zone = zone
        self.identity = identity
        self.fault = fault
        // There are others as well, so that there is more than one page.
        self.zones = zones ?? [Zone(name: "example.net"), Zone(name: zone.apex.description)]
        self.kind = kind
        self.host = host
        self.aliases = aliases
        self.foreignLink = foreignLink
    }

    /// All requests, those for tokens included.
    var requests: [HTTPClientRequest] { state.withLock { $0.log } }

    /// The requests to Resource Manager after the subscription, without the version of the API.
    var paths: [String] {
        requests.filter { $0.url.hasPrefix("https://\(host)/") }.map { request in
            let path = request.url.components(separatedBy: Self.subscription).dropFirst().joined()
            return "\(request.method) "
                + path.replacingOccurrences(of: "/providers/Microsoft.Network/", with: "/…/")
                .replacingOccurrences(of: "?api-version=\(kind == .publicZone ? "2018-05-01" : "2020-06-01")", with: "")
        }
    }

    /// Somebody else writes the set, so that its entity tag changes.
    func touch(_ name: RecordName, _ type: RecordType = .a, metadata: [String: String]? = nil) {
        state.withLock {
            $0.versions[Key(name: name, type: type), default: 0] += 1
            $0.metadata[Key(name: name, type: type)] = metadata
        }
    }

    func metadata(_ name: RecordName, _ type: RecordType = .a) -> [String: String]? {
        state.withLock { $0.metadata[Key(name: name, type: type)] }
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        state.withLock { $0.log.append(request) }
        guard let call = CloudRequest(request) else { throw HTTPClientError(.invalidRequest, request.url) }
        guard call.host == host else { return try identity.respond(to: call) }
        let isWrite = call.method != .get
        switch fault {
        case .unauthorized:
            return failure(401, "InvalidAuthenticationToken", "invalid: \(call.headers[.authorization] ?? "")")
        case .forbidden: return failure(403, "AuthorizationFailed", "The client does not have authorization")
        case .limited:
            var response = failure(429, "TooManyRequests", "The request is being throttled")
            response.retryAfter = .seconds(7)
            return response
        case .serverError: return failure(500, "InternalServerError", "Internal error")
        case .malformedAnswer: return HTTPClientResponse(status: .ok, body: Array("<html>captive portal</html>".utf8))
        case .conflict where isWrite: return failure(409, "Conflict", "Another operation is in progress")
        case .preconditionFailed where isWrite: return failure(412, "PreconditionFailed", "etag mismatch")
        case .timeoutBeforeCommit where isWrite: throw HTTPClientError(.timedOut, "after 30 s")
        default: break
        }
        guard identity.accepts(call.headers[.authorization]) else {
            return failure(401, "ExpiredAuthenticationToken", "The access token expiry is in the past.")
        }
        let response = respond(to: call)
        if fault == .timeoutAfterCommit, isWrite { throw HTTPClientError(.timedOut, "after 30 s") }
        return response
    }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        throw HTTPClientError(.internalError, "there are no streams here")
    }

    private func respond(to call: CloudRequest) -> HTTPClientResponse {
        var query = call.query
        guard query.removeValue(forKey: "api-version") == (kind == .publicZone ? "2018-05-01" : "2020-06-01") else {
            return failure(400, "InvalidApiVersionParameter", "The api-version is invalid")
        }
        var path = call.path[...]
        guard path.prefix(2) == ["subscriptions", Self.subscription] else {
            return failure(404, "SubscriptionNotFound", "The subscription could not be found.")
        }
        path = path.dropFirst(2)
        var group: String?
        if path.first == "resourceGroups" {
            group = path.dropFirst().first
            path = path.dropFirst(2)
            guard zones.contains(where: { $0.group == group }), fault != .zoneMissing else {
                return failure(404, "ResourceGroupNotFound", "Resource group '\(group ?? "")' could not be found.")
            }
        }
        guard path.prefix(3) == ["providers", "Microsoft.Network", kind.resourceType] else {
            return failure(404, "InvalidResourceType", "The resource type could not be found")
        }
        path = path.dropFirst(3)
        guard let name = path.first else { return list(zones.filter { group == nil || $0.group == group }, query) }
        guard query.isEmpty, let group, let found = zones.first(where: { $0.name == name && $0.group == group }) else {
            return failure(404, "ResourceNotFound", "The resource '\(name)' was not found.")
        }
        if path.count == 1 { return .json(200, describe(found)) }
        guard path.count == 3, let relative = path.last, let apex = RecordName(name), apex == zone.apex,
            let full = relative == "@" ? apex : RecordName("\(relative).\(apex)")
        else { return failure(404, "ParentResourceNotFound", "Parent resource '\(name)' not found.") }
        if path[path.startIndex + 1] == "CNAME" {
            guard !zone.records(full, .cname).isEmpty else { return missing(relative) }
            return .json(200, ["etag": "c", "properties": ["TTL": 60, "CNAMERecord": ["cname": "x.example.net"]]])
        }
        guard let type = RecordType(rawValue: path[path.startIndex + 1]) else { return failure(400, "BadRequest", "") }
        return call.method == .put ? write(call, full, type) : read(full, type, relative)
    }

    /// One zone a page.
    private func list(_ zones: [Zone], _ query: [String: String]) -> HTTPClientResponse {
        guard fault != .zoneMissing else { return .json(200, ["value": []]) }
        guard Set(query.keys).isSubset(of: ["$skipToken"]) else { return failure(400, "BadRequest", "unknown query") }
        let start = Int(query["$skipToken"] ?? "0") ?? 0
        var object: [String: Any] = ["value": zones.dropFirst(start).prefix(1).map(describe)]
        if start + 1 < zones.count {
            let here = requests.last?.url.components(separatedBy: "&").first ?? ""
            object["nextLink"] = foreignLink ?? "\(here)&$skipToken=\(start + 1)"
        }
        return .json(200, object)
    }

    private func describe(_ zone: Zone) -> [String: Any] {
        [
            // The service does write it in lower case here.
            "id":
                "/subscriptions/\(Self.subscription)/resourceGroups/\(zone.group)/providers/Microsoft.Network/dnszones/"
                + zone.name,
            "name": zone.name, "location": "global", "properties": ["numberOfRecordSets": 2],
        ]
    }

    private func read(_ name: RecordName, _ type: RecordType, _ relative: String) -> HTTPClientResponse {
        let records = zone.records(name, type.dnsType)
        guard let first = records.first else { return missing(relative) }
        let isPublic = kind == .publicZone
        var properties: [String: Any] = [isPublic ? "TTL" : "ttl": Int(first.ttl), "fqdn": name.absoluteText]
        if isPublic { properties["targetResource"] = [String: Any]() }
        let values = records.compactMap(RecordValue.init)
        if type == .a, aliases.contains(name) {
            properties["targetResource"] = ["id": "/subscriptions/x/providers/Microsoft.Network/publicIPAddresses/ip"]
            properties["ARecords"] = [Any]()
        } else {
            switch type {
            case .a: properties[isPublic ? "ARecords" : "aRecords"] = values.map { ["ipv4Address": $0.presentation] }
            case .aaaa:
                properties[isPublic ? "AAAARecords" : "aaaaRecords"] = values.map { ["ipv6Address": $0.presentation] }
            case .txt: properties[isPublic ? "TXTRecords" : "txtRecords"] = values.map { ["value": [$0.text ?? ""]] }
            }
        }
        let (version, metadata) = state.withLock {
            ($0.versions[Key(name: name, type: type)] ?? 0, $0.metadata[Key(name: name, type: type)])
        }
        if let metadata { properties["metadata"] = metadata }
        return .json(200, ["etag": "etag-\(version)", "name": relative, "properties": properties])
    }

    private func write(_ call: CloudRequest, _ name: RecordName, _ type: RecordType) -> HTTPClientResponse {
        let isPublic = kind == .publicZone
        let names: [RecordType: (list: String, value: String)] = [
            .a: (isPublic ? "ARecords" : "aRecords", "ipv4Address"),
            .aaaa: (isPublic ? "AAAARecords" : "aaaaRecords", "ipv6Address"),
            .txt: (isPublic ? "TXTRecords" : "txtRecords", "value"),
        ]
        guard let key = names[type], let body = call.json, Set(body.keys) == ["properties"],
            var properties = body["properties"] as? [String: Any],
            let ttl = properties.removeValue(forKey: isPublic ? "TTL" : "ttl") as? UInt32, ttl >= 1,
            let list = properties.removeValue(forKey: key.list) as? [[String: Any]], !list.isEmpty,
            list.allSatisfy({ Set($0.keys) == [key.value] })
        else { return failure(400, "BadRequest", "The request body is invalid") }
        let metadata = properties.removeValue(forKey: "metadata") as? [String: String]
        guard properties.isEmpty else { return failure(400, "BadRequest", "unknown properties") }
        let values = list.compactMap { item in
            if let strings = item[key.value] as? [String] {
                strings.allSatisfy { $0.utf8.count <= 255 } ? RecordValue.text(strings.joined()) : nil
            } else {
                (item[key.value] as? String).flatMap { RecordValue(type, presentation: $0) }
            }
        }
        guard values.count == list.count else { return failure(400, "BadRequest", "a value is invalid") }
        let exists = !zone.records(name, type.dnsType).isEmpty
        let version = state.withLock { $0.versions[Key(name: name, type: type)] ?? 0 }
        switch (call.headers[.ifMatch], call.headers[.ifNoneMatch]) {
        case (nil, "*") where !exists, ("etag-\(version)", nil) where exists: break
        case (nil, "*"), (.some, nil): return failure(412, "PreconditionFailed", "The condition '*' was not satisfied.")
        default: return failure(400, "BadRequest", "a write without a condition")
        }
        zone.write(name, type.dnsType, values.map { $0.record(name, ttl: ttl) })
        touch(name, type, metadata: metadata)
        return .json(exists ? 200 : 201, body)
    }

    /// Without an envelope, as the service really does here.
    private func missing(_ relative: String) -> HTTPClientResponse {
        .json(
            404, ["code": "NotFound", "message": "The resource record '\(relative)' does not exist in resource group"])
    }

    private func failure(_ status: Int, _ code: String, _ message: String) -> HTTPClientResponse {
        .json(status, ["error": ["code": code, "message": message]])
    }
}

extension ProviderFixture {
    static let azure = ProviderFixture(testDescription: "azure", faults: Set(ProviderFault.allCases)) {
        scenario, body in
        try await body(
            AzureProvider(
                transport: FakeAzureDNS(scenario.zone, fault: scenario.fault),
                credential: .managedIdentity(clientID: nil), subscription: FakeAzureDNS.subscription,
                configuredTTL: scenario.configuredTTL))
    }
}
