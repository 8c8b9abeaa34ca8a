import NetworkPrimitives

/// What has to be done to make a set of records that a service keeps one by one, each under an identifier.
///
/// Records that hold what they should stay untouched. The others get a value that is missing, and only what is left over is
/// added or removed. So a change of one address is one request, and the name is never without a record.
struct RecordChanges<ID: Sendable>: Sendable {
    struct Existing: Sendable {
        var id: ID
        var value: RecordValue
        /// `nil` where the service chooses it.
        var ttl: UInt32?
    }

    /// What becomes of one record; `nil` is left as it is.
    struct Change: Sendable {
        var id: ID
        var value: RecordValue?
        var ttl: UInt32?
    }

    private(set) var changed: [Change] = []
    private(set) var added: [RecordValue] = []
    /// To be removed last.
    private(set) var removed: [ID] = []

    var count: Int { changed.count + added.count + removed.count }

    /// - Parameter ttl: what all records get, except for those whose TTL the service chooses; `nil` leaves it as it is.
    init(from existing: [Existing], to desired: RecordSet, ttl: UInt32?) {
        var missing = Set(desired.values)
        var others: [Existing] = []
        var kept: [Existing] = []
        for record in existing {
            if missing.remove(record.value) != nil { kept.append(record) } else { others.append(record) }
        }
        func newTTL(_ record: Existing) -> UInt32? { record.ttl == nil || record.ttl == ttl ? nil : ttl }
        var values = missing.sorted()[...]
        for record in others {
            if let value = values.popFirst() {
                changed.append(Change(id: record.id, value: value, ttl: newTTL(record)))
            } else {
                removed.append(record.id)
            }
        }
        changed += kept.compactMap { record in newTTL(record).map { Change(id: record.id, value: nil, ttl: $0) } }
        added = Array(values)
    }
}

extension ProviderError {
    /// The name is an alias, and so cannot have a record of its own.
    static func alias(_ name: RecordName, of target: String) -> ProviderError {
        let shown = RecordName(target)?.description ?? String(target.prefix(255))
        return ProviderError(.permanent, "\(name): \(RecordObservation.aliasExplanation(shown))")
    }

    /// The record is not what ``DNSProvider/read(_:_:)`` found.
    static func changedMeanwhile(_ title: String, _ set: RecordSet) -> ProviderError {
        ProviderError(.conflict, "\(title): \(set.name) \(set.type) is not what it was a moment ago")
    }

    /// A failure after a part of a change was written: what the record is now has to be looked at.
    func afterAPartWasWritten() -> ProviderError {
        kind == .temporary ? ProviderError(.uncertain, message) : self
    }
}
