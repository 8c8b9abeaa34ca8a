import NetworkPrimitives

extension DigitalOceanProvider {
    struct DomainAnswer: Decodable {
        struct Domain: Decodable { var name: String }
        var domain: Domain
    }

    struct RecordsAnswer: Decodable {
        struct Meta: Decodable { var total: Int }
        var domain_records: [Record]
        var meta: Meta
    }

    struct RecordAnswer: Decodable {
        var domain_record: Record
    }

    struct Record: Decodable, Sendable {
        var id: Int64
        var type: String
        /// Relative to the zone, `@` for its apex.
        var name: String
        var data: String
        var ttl: UInt32?

        func fullName(in zone: RecordName) -> RecordName? {
            name == "@" ? zone : RecordName("\(name).\(zone)")
        }

        /// The record as one of a set; `nil` if it is of another type.
        func existing(of type: RecordType) -> RecordChanges<Int64>.Existing? {
            guard self.type == type.rawValue, let value = RecordValue(type, presentation: data) else { return nil }
            return .init(id: id, value: value, ttl: ttl)
        }
    }

    /// The body of what creates or changes a record. What is left out stays as it is; the type may not be.
    struct Change: Encodable {
        var type: String
        var name: String?
        var data: String?
        var ttl: UInt32?
    }
}

extension RecordValue {
    /// DigitalOcean takes text as it is, without quotes.
    var digitalOceanData: String { text ?? presentation }
}
