import NetworkPrimitives
import Synchronization

@testable import DNSRecords

/// One `DNSEndpoint` object in memory, whose entries are a zone's record sets and others.
final class FakeEndpointStore: EndpointObjectStore {
    private struct State {
        var version = 0
        /// Changes that somebody else makes between a read and the next write.
        var interferences = 0
        var others: [ExternalDNSEndpoint] = []
        var reads = 0
    }

    let zone: FakeZone
    let fault: ProviderFault?
    private let state = Mutex(State())

    init(_ zone: FakeZone, fault: ProviderFault? = nil, others: [ExternalDNSEndpoint] = [], interferences: Int = 0) {
        self.zone = zone
        self.fault = fault
        state.withLock {
            $0.others = others
            $0.interferences = interferences
        }
    }

    var reads: Int { state.withLock { $0.reads } }

    private func fail(isWrite: Bool) throws(ProviderError) {
        switch fault {
        case .unauthorized: throw ProviderError(.refused, "401 Unauthorized")
        case .forbidden: throw ProviderError(.refused, "403 Forbidden")
        case .zoneMissing: throw ProviderError(.permanent, "no such kind of object")
        case .limited: throw ProviderError(.limited(retryAfter: .seconds(7)), "429")
        case .serverError, .malformedAnswer: throw ProviderError(isWrite ? .uncertain : .temporary, "500")
        case .conflict where isWrite, .preconditionFailed where isWrite: throw ProviderError(.conflict, "409")
        case .timeoutBeforeCommit where isWrite: throw ProviderError(.uncertain, "timed out")
        default: break
        }
    }

    func read(_ object: String) throws(ProviderError) -> EndpointObject? {
        state.withLock { $0.reads += 1 }
        try fail(isWrite: false)
        let types: [(String, DNSRecordType)] = [("A", .a), ("AAAA", .aaaa), ("TXT", .txt), ("CNAME", .cname)]
        let own = zone.names.flatMap { name in
            types.compactMap { text, type -> ExternalDNSEndpoint? in
                let records = zone.records(name, type)
                guard let first = records.first else { return nil }
                let targets = records.compactMap { record in
                    record.canonicalName?.description ?? RecordValue(record).map { $0.text ?? $0.presentation }
                }
                return ExternalDNSEndpoint(
                    dnsName: name.description, targets: targets, recordType: text, recordTTL: Int64(first.ttl))
            }
        }
        return state.withLock { state in
            let entries = own + state.others
            return entries.isEmpty ? nil : EndpointObject(entries: entries, version: "\(state.version)")
        }
    }

    func put(_ entry: ExternalDNSEndpoint, into object: String, version: String?) throws(ProviderError) {
        try fail(isWrite: true)
        let isCurrent = state.withLock { state in
            if state.interferences > 0 {
                state.interferences -= 1
                state.version += 1
            }
            let isEmpty = zone.names.isEmpty && state.others.isEmpty
            guard version == (isEmpty ? nil : "\(state.version)") else { return false }
            state.version += 1
            return true
        }
        guard isCurrent else { throw ProviderError(.conflict, "409 Conflict") }
        guard let name = RecordName(entry.dnsName), let type = entry.recordType.flatMap(RecordType.init(rawValue:)),
            let ttl = entry.recordTTL.flatMap(UInt32.init(exactly:)), let targets = entry.targets
        else { throw ProviderError(.permanent, "422 Invalid") }
        let values = targets.compactMap { type == .txt ? .text($0) : RecordValue(type, presentation: $0) }
        zone.write(name, type.dnsType, values.map { $0.record(name, ttl: ttl) })
        if fault == .timeoutAfterCommit { throw ProviderError(.uncertain, "timed out") }
    }
}

extension ProviderFixture {
    static let dnsendpoint = ProviderFixture(
        testDescription: "dnsendpoint", faults: Set(ProviderFault.allCases)
    ) { scenario, body in
        try await body(
            DNSEndpointProvider(
                store: FakeEndpointStore(scenario.zone, fault: scenario.fault), zone: scenario.zone.apex,
                configuredTTL: scenario.configuredTTL))
    }
}
