import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives
import Synchronization

@testable import DNSRecords

/// A webhook of external-dns before one zone.
final class FakeWebhook: Sendable {
    let zone: FakeZone
    /// The answer to the negotiation.
    let filter: String
    /// What the service behind it makes of an entry; `nil` drops it.
    let adjust: @Sendable (ExternalDNSEndpoint) -> ExternalDNSEndpoint?
    /// What entries have beside targets and TTL.
    private let extras = Mutex<[FakeZone.Key: ExternalDNSEndpoint]>([:])
    /// Entries that are no record sets of the zone.
    private let others = Mutex<[ExternalDNSEndpoint]>([])

    init(
        _ zone: FakeZone, filter: String = #"{"include": ["example.com"]}"#,
        adjust: @escaping @Sendable (ExternalDNSEndpoint) -> ExternalDNSEndpoint? = { $0 }
    ) {
        self.zone = zone
        self.filter = filter
        self.adjust = adjust
    }

    func service(fault: ProviderFault? = nil) -> FakeHTTPService {
        FakeHTTPService(
            fault: fault,
            // An adjustment changes nothing.
            isWrite: { $0.method == .post && FakeHTTPService.target($0) == "/records" },
            says: { fault, _ in fault == .zoneMissing ? Self.answer(200, #"{"filters": ["example.org"]}"#) : nil },
            respond: { self.respond(to: $0) })
    }

    /// Sets what an entry has beside targets and TTL.
    func decorate(_ name: String, _ type: DNSRecordType, with extra: ExternalDNSEndpoint) {
        guard let name = RecordName(name) else { return }
        extras.withLock { $0[.init(name: name, type: type)] = extra }
    }

    func add(_ entry: ExternalDNSEndpoint) { others.withLock { $0.append(entry) } }

    var entries: [ExternalDNSEndpoint] {
        let types: [(String, DNSRecordType)] = [("A", .a), ("AAAA", .aaaa), ("TXT", .txt), ("CNAME", .cname)]
        let own = zone.names.sorted { $0.description < $1.description }.flatMap { name in
            types.compactMap { text, type -> ExternalDNSEndpoint? in
                let records = zone.records(name, type)
                guard let first = records.first else { return nil }
                let extra = extras.withLock { $0[.init(name: name, type: type)] }
                return ExternalDNSEndpoint(
                    dnsName: name.lowercased.description,
                    targets: records.compactMap { $0.canonicalName?.description ?? RecordValue($0)?.presentation },
                    recordType: text, setIdentifier: extra?.setIdentifier,
                    recordTTL: extra?.recordTTL == 0 ? nil : Int64(first.ttl), labels: extra?.labels,
                    providerSpecific: extra?.providerSpecific)
            }
        }
        return own + others.withLock { $0 }
    }

    private struct Changes: Codable {
        var create: [ExternalDNSEndpoint]?
        var updateOld: [ExternalDNSEndpoint]?
        var updateNew: [ExternalDNSEndpoint]?
        var delete: [ExternalDNSEndpoint]?
    }

    private static let media = "application/external.dns.webhook+json;version=1"

    private static func answer(_ status: Int, _ body: String) -> HTTPClientResponse {
        HTTPClientResponse(status: .init(code: status), headers: [.contentType: media], body: Array(body.utf8))
    }

    private static func answer(_ value: some Encodable) -> HTTPClientResponse {
        answer(200, String(decoding: (try? JSONEncoder().encode(value)) ?? Data(), as: UTF8.self))
    }

    private func respond(to request: HTTPClientRequest) -> HTTPClientResponse {
        guard request.headers[.accept] == Self.media else { return .plain(406, "") }
        let isPost = request.method == .post
        guard !isPost || request.headers[.contentType] == Self.media else { return .plain(415, "") }
        switch (request.method, FakeHTTPService.target(request)) {
        case (.get, "/"): return Self.answer(200, filter)
        case (.get, "/records"): return zone.names.isEmpty ? Self.answer(200, "null\n") : Self.answer(entries)
        case (.post, "/adjustendpoints"):
            guard let wishes = Self.decode([ExternalDNSEndpoint].self, request) else { return .plain(400, "") }
            return Self.answer(wishes.compactMap(adjust))
        case (.post, "/records"):
            guard let changes = Self.decode(Changes.self, request) else { return .plain(400, "") }
            return apply(changes)
        default: return .plain(404, "404 page not found")
        }
    }

    /// As strict as `DisallowUnknownFields`.
    private static func decode<Value: Codable>(_ type: Value.Type, _ request: HTTPClientRequest) -> Value? {
        let data = Data(request.body ?? [])
        guard let value = try? JSONDecoder().decode(type, from: data), let again = try? JSONEncoder().encode(value),
            let sent = try? JSONSerialization.jsonObject(with: data) as? NSObject,
            let known = try? JSONSerialization.jsonObject(with: again) as? NSObject, sent == known
        else { return nil }
        return value
    }

    private func apply(_ changes: Changes) -> HTTPClientResponse {
        let (old, new) = (changes.updateOld ?? [], changes.updateNew ?? [])
        let create = changes.create ?? []
        // What is to be replaced has to be there exactly so, and what is created must not.
        guard changes.delete == nil, old.isEmpty == new.isEmpty, old.allSatisfy({ entries.contains($0) }),
            !create.contains(where: { entry in
                entries.contains { $0.dnsName == entry.dnsName && $0.recordType == entry.recordType }
            })
        else { return .plain(500, "") }
        var isFirst = true
        for entry in create + new {
            guard let name = RecordName(entry.dnsName), name.isWithin(zone.apex),
                let type = entry.recordType.flatMap(RecordType.init(rawValue:)), let targets = entry.targets
            else { return .plain(500, "") }
            let values = targets.compactMap { RecordValue(type, presentation: $0) }
            guard values.count == targets.count else { return .plain(500, "") }
            let records = values.map { $0.record(name, ttl: UInt32(entry.recordTTL ?? 300)) }
            // One request is one write, however many entries it has.
            if isFirst { zone.write(name, type.dnsType, records) } else { zone.put(records) }
            isFirst = false
            var extra = entry
            extra.recordTTL = entry.recordTTL ?? 0
            decorate(entry.dnsName, type.dnsType, with: extra)
        }
        return .plain(204, "")
    }
}

extension ProviderFixture {
    static let webhook = ProviderFixture(
        testDescription: "webhook", faults: Set(ProviderFault.allCases)
    ) { scenario, body in
        try await body(
            WebhookProvider(
                transport: FakeWebhook(scenario.zone).service(fault: scenario.fault),
                configuredTTL: scenario.configuredTTL))
    }
}
