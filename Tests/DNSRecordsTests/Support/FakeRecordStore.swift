import NetworkPrimitives
import Synchronization

@testable import DNSRecords

/// A record with what services keep beside its data.
struct FakeRecord: Hashable, Sendable {
    var id: Int
    var record: DNSRecord
    var isProxied = false
    var comment: String?
    var tags: [String] = []
}

/// The records of a ``FakeZone``, one by one, each under an identifier.
///
/// What a test puts into the zone turns up here, and changes here are one write to the zone for each set.
final class FakeRecordStore: Sendable {
    let zone: FakeZone
    private let state = Mutex((records: [FakeRecord](), lastID: 100, hasEmptiedASet: false))

    init(_ zone: FakeZone) { self.zone = zone }

    var all: [FakeRecord] { change { $0 } }

    /// Whether a set was without a record for a moment.
    var hasEmptiedASet: Bool { state.withLock { $0.hasEmptiedASet } }

    /// Decorates the records of a name and type.
    func decorate(_ name: String, _ type: DNSRecordType = .a, _ body: (inout FakeRecord) -> Void) {
        change { records in
            for index in records.indices
            where records[index].record.name == DomainName(name) && records[index].record.type == type {
                body(&records[index])
            }
        }
    }

    func nextID() -> Int {
        state.withLock {
            $0.lastID += 1
            return $0.lastID
        }
    }

    /// Changes records, all of them at once.
    @discardableResult
    func change<Result>(_ body: (inout [FakeRecord]) -> Result) -> Result {
        state.withLock { state in
            let there = zone.all
            state.records.removeAll { !there.contains($0.record) }
            for record in there where !state.records.contains(where: { $0.record == record }) {
                state.lastID += 1
                state.records.append(FakeRecord(id: state.lastID, record: record))
            }
            let before = state.records
            let result = body(&state.records)
            for key in Set((before + state.records).map { FakeZone.Key(name: $0.record.name, type: $0.record.type) }) {
                func set(_ records: [FakeRecord]) -> [DNSRecord] {
                    records.map(\.record).filter { $0.name == key.name && $0.type == key.type }
                }
                let (old, new) = (set(before), set(state.records))
                guard Set(old) != Set(new) else { continue }
                zone.write(key.name, key.type, new)
                if new.isEmpty { state.hasEmptiedASet = true }
            }
            return result
        }
    }
}
