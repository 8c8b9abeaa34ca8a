public import NetworkPrimitives

/// All records of one name and type (RFC 2181 section 5): at least one value, and one TTL.
///
/// There is no empty record set, so that nothing that is asked of a provider can be understood as a deletion.
public struct RecordSet: Hashable, Sendable {
    public let name: RecordName
    public let type: RecordType
    /// At least one, in ascending order, without duplicates, all of the type.
    public let values: [RecordValue]
    /// Seconds. `nil` in a wish: whatever it is now, or the provider's initial value for a new record.
    public var ttl: UInt32?

    /// Why values do not make a record set.
    public struct InvalidError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// - Throws: ``InvalidError`` if there is no value, or one that is not of the type.
    public init(
        name: RecordName, type: RecordType, values: some Sequence<RecordValue>, ttl: UInt32? = nil
    ) throws(InvalidError) {
        let values = Set(values).sorted()
        guard !values.isEmpty else {
            throw InvalidError(description: "a record set for \(name) \(type) has no value; expected at least one")
        }
        if let wrong = values.first(where: { $0.address?.family != type.family }) {
            throw InvalidError(
                description: "\(wrong.presentation) is not a value for a record of type \(type) (\(name))")
        }
        self.name = name
        self.type = type
        self.values = values
        self.ttl = ttl
    }

    /// - Throws: ``InvalidError`` if there is no address, or one of the wrong family.
    public init(
        name: RecordName, type: RecordType, addresses: some Sequence<IPAddress>, ttl: UInt32? = nil
    ) throws(InvalidError) {
        try self.init(name: name, type: type, values: addresses.map(RecordValue.address), ttl: ttl)
    }

    /// The set out of what a zone file or an API has for its values.
    ///
    /// - Throws: ``InvalidError`` if there is none, or one that cannot be read.
    public init(
        name: RecordName, type: RecordType, presentations: some Sequence<String>, ttl: UInt32? = nil
    ) throws(InvalidError) {
        var values: [RecordValue] = []
        for presentation in presentations {
            guard let value = RecordValue(type, presentation: presentation) else {
                throw InvalidError(
                    description: "\"\(presentation.prefix(60))\" is not a value for a record of type \(type) (\(name))")
            }
            values.append(value)
        }
        try self.init(name: name, type: type, values: values, ttl: ttl)
    }

    /// The set with one address, whose family gives the type.
    public init(name: RecordName, address: IPAddress, ttl: UInt32? = nil) {
        self.name = name
        type = RecordType(address.family)
        values = [.address(address)]
        self.ttl = ttl
    }

    /// The set with one text.
    public init(name: RecordName, text: String, ttl: UInt32? = nil) {
        self.name = name
        type = .txt
        values = [.text(text)]
        self.ttl = ttl
    }

    /// The addresses of an A or AAAA set, in ascending order; none of a TXT set.
    public var addresses: [IPAddress] { values.compactMap(\.address) }

    /// The values as zone files and most APIs have them.
    public var presentations: [String] { values.map(\.presentation) }

    /// The set as the records that travel.
    func records(ttl: UInt32) -> [DNSRecord] { values.map { $0.record(name, ttl: ttl) } }
}

extension RecordSet: CustomStringConvertible {
    /// As a zone file has it: `home.example.com 300 A 198.51.100.7`.
    public var description: String {
        let ttl = ttl.map { "\($0) " } ?? ""
        return "\(name) \(ttl)\(type) \(presentations.joined(separator: ", "))"
    }
}
