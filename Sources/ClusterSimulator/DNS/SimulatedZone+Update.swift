import NetworkPrimitives

extension SimulatedZone {
    /// Carries out an update (RFC 2136 section 3), all of it or nothing.
    ///
    /// - Returns: whether anything changed.
    mutating func apply(_ message: DNSMessage) throws(UpdateRefused) -> Bool {
        try check(prerequisites: message.prerequisites)
        try scan(updates: message.updates)
        var changed = self
        for update in message.updates { changed.apply(update) }
        let isChanged = changed.records != records || changed.startOfAuthority != startOfAuthority
        if isChanged, changed.startOfAuthority.serial == startOfAuthority.serial {
            changed.startOfAuthority.serial &+= 1
        }
        self = changed
        return isChanged
    }

    /// The response code with which an update is turned down.
    struct UpdateRefused: Error, Hashable {
        var code: DNSResponseCode
    }

    private func check(prerequisites: [DNSRecord]) throws(UpdateRefused) {
        var sets: [SetKey: [DNSRecord]] = [:]
        for record in prerequisites {
            guard record.ttl == 0 else { throw UpdateRefused(code: .formatError) }
            guard record.name.isWithin(name) else { throw UpdateRefused(code: .notInZone) }
            let isWhole = record.recordClass == .any || record.recordClass == .none
            guard !isWhole || record.data.isEmpty else { throw UpdateRefused(code: .formatError) }
            switch (record.recordClass, record.type) {
            case (.any, .any):
                guard isInUse(record.name) else { throw UpdateRefused(code: .nameError) }
            case (.any, let type):
                guard !records(record.name, type).isEmpty else { throw UpdateRefused(code: .noSuchRecordSet) }
            case (.none, .any):
                guard !isInUse(record.name) else { throw UpdateRefused(code: .nameExists) }
            case (.none, let type):
                guard records(record.name, type).isEmpty else { throw UpdateRefused(code: .recordSetExists) }
            case (.internet, _): sets[SetKey(name: record.name, type: record.type), default: []].append(record)
            default: throw UpdateRefused(code: .formatError)
            }
        }
        for (key, wanted) in sets {
            let present = Set(records(key.name, key.type).map(\.data))
            guard present == Set(wanted.map(\.data)) else { throw UpdateRefused(code: .noSuchRecordSet) }
        }
    }

    private struct SetKey: Hashable {
        var name: DomainName
        var type: DNSRecordType
    }

    private func scan(updates: [DNSRecord]) throws(UpdateRefused) {
        for record in updates {
            guard record.name.isWithin(name) else { throw UpdateRefused(code: .notInZone) }
            let isMeta = (128...255).contains(record.type.rawValue)
            let isRight: Bool =
                switch record.recordClass {
                case .internet: !isMeta
                case .any: record.ttl == 0 && record.data.isEmpty && (!isMeta || record.type == .any)
                case .none: record.ttl == 0 && !isMeta
                default: false
                }
            guard isRight else { throw UpdateRefused(code: .formatError) }
        }
    }

    private mutating func apply(_ update: DNSRecord) {
        switch update.recordClass {
        case .any: remove(update.name, update.type)
        case .none:
            let isLastServer = update.type == .ns && update.name == name && records(name, .ns).count == 1
            guard update.type != .soa, !isLastServer else { return }
            records.removeAll { $0.name == update.name && $0.type == update.type && $0.data == update.data }
        default: add(update)
        }
    }

    private mutating func remove(_ name: DomainName, _ type: DNSRecordType) {
        records.removeAll { record in
            guard record.name == name, type == .any || record.type == type else { return false }
            // The apex keeps its name servers.
            return !(name == self.name && record.type == .ns)
        }
    }

    private mutating func add(_ record: DNSRecord) {
        if record.type == .soa {
            guard record.name == name, let soa = record.startOfAuthority, soa.serial > startOfAuthority.serial else {
                return
            }
            startOfAuthority = soa
            return
        }
        // A name is an alias or has other records, never both; whichever is there stays.
        let others = records.filter { $0.name == record.name }
        if record.type == .cname {
            guard others.allSatisfy({ $0.type == .cname }), record.name != name else { return }
            records.removeAll { $0.name == record.name }
        } else if others.contains(where: { $0.type == .cname }) {
            return
        }
        for index in records.indices where records[index].name == record.name && records[index].type == record.type {
            // All records of a set have one TTL (RFC 2181 section 5.2).
            records[index].ttl = record.ttl
        }
        if !records.contains(where: { $0.name == record.name && $0.type == record.type && $0.data == record.data }) {
            records.append(record)
        }
    }

    /// Replaces a record set, and counts the serial up.
    mutating func setRecords(_ name: DomainName, _ type: DNSRecordType, to set: [DNSRecord]) {
        records.removeAll { $0.name == name && $0.type == type }
        records += set
        startOfAuthority.serial &+= 1
    }
}
