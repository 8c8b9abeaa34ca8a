import NetworkPrimitives
import Synchronization

@testable import DNSRecords

/// A zone in memory, for fake servers: record sets by name and type, and a count of writes.
final class FakeZone: Sendable {
    struct Key: Hashable, Sendable {
        var name: RecordName
        var type: DNSRecordType
    }

    private struct State {
        var sets: [Key: [DNSRecord]] = [:]
        var writes = 0
    }

    let apex: RecordName
    private let state = Mutex(State())

    init(_ apex: String) { self.apex = DomainName(apex) ?? .root }

    var soa: DNSRecord {
        .soa(apex, ttl: 300, StartOfAuthority(primaryServer: apex, mailbox: apex, serial: 1))
    }

    var writes: Int { state.withLock { $0.writes } }

    func records(_ name: RecordName, _ type: DNSRecordType) -> [DNSRecord] {
        if name == apex, type == .soa { return [soa] }
        return state.withLock { $0.sets[Key(name: name, type: type)] ?? [] }
    }

    /// All records that are there, except for the SOA record.
    var all: [DNSRecord] { state.withLock { $0.sets.values.flatMap { $0 } } }

    /// The names that have records.
    var names: Set<RecordName> { state.withLock { Set($0.sets.keys.map(\.name)) } }

    func exists(_ name: RecordName) -> Bool {
        name == apex || state.withLock { $0.sets.keys.contains { $0.name.isWithin(name) } }
    }

    /// Puts records there without counting it as a write of whoever is being tested.
    func put(_ records: [DNSRecord]) {
        guard let first = records.first else { return }
        state.withLock { $0.sets[Key(name: first.name, type: first.type)] = records }
    }

    func put(_ name: String, _ addresses: [String], ttl: UInt32 = 300) {
        guard let name = DomainName(name) else { return }
        put(addresses.compactMap(IPAddress.init).map { .address(name, ttl: ttl, $0) })
    }

    /// Replaces a set, as a server does for a client.
    func write(_ name: RecordName, _ type: DNSRecordType, _ records: [DNSRecord]) {
        state.withLock {
            $0.sets[Key(name: name, type: type)] = records
            $0.writes += 1
        }
    }

    func set(_ name: String, _ type: RecordType = .a) -> RecordSet? {
        guard let name = DomainName(name) else { return nil }
        let records = records(name, type.dnsType)
        return try? RecordSet(
            name: name, type: type, values: records.compactMap(RecordValue.init), ttl: records.first?.ttl)
    }

    /// What an authoritative server answers.
    func answer(_ query: DNSMessage) -> DNSMessage {
        guard let question = query.questions.first, question.name.isWithin(apex) else {
            return query.response(.refused)
        }
        var answer = query.response(isAuthoritative: true)
        answer.answers = records(question.name, question.type)
        if answer.answers.isEmpty { answer.answers = records(question.name, .cname) }
        if answer.answers.isEmpty {
            answer.authorities = [soa]
            answer.responseCode = exists(question.name) ? .noError : .nameError
        }
        return answer
    }
}
