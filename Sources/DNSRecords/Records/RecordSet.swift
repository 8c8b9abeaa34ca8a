public import NetworkPrimitives

/// All records of one name and type (RFC 2181 section 5): at least one address, and one TTL.
///
/// There is no empty record set, so that nothing that is asked of a provider can be understood as a deletion.
public struct RecordSet: Hashable, Sendable {
    public let name: RecordName
    public let type: RecordType
    /// At least one, in ascending order, without duplicates, all of the type's family.
    public let addresses: [IPAddress]
    /// Seconds. `nil` in a wish: whatever it is now, or the provider's initial value for a new record.
    public var ttl: UInt32?

    /// Why addresses do not make a record set.
    public struct InvalidError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// - Throws: ``InvalidError`` if there is no address, or one of the wrong family.
    public init(
        name: RecordName, type: RecordType, addresses: some Sequence<IPAddress>, ttl: UInt32? = nil
    ) throws(InvalidError) {
        let addresses = Set(addresses).sorted()
        guard !addresses.isEmpty else {
            throw InvalidError(description: "a record set for \(name) \(type) has no address; expected at least one")
        }
        if let wrong = addresses.first(where: { $0.family != type.family }) {
            throw InvalidError(description: "\(wrong) is not an address for a record of type \(type) (\(name))")
        }
        self.name = name
        self.type = type
        self.addresses = addresses
        self.ttl = ttl
    }

    /// The set with one address, whose family gives the type.
    public init(name: RecordName, address: IPAddress, ttl: UInt32? = nil) {
        self.name = name
        type = RecordType(address.family)
        addresses = [address]
        self.ttl = ttl
    }

    /// The set as the records that travel.
    func records(ttl: UInt32) -> [DNSRecord] {
        addresses.map { .address(name, ttl: ttl, $0) }
    }
}

extension RecordSet: CustomStringConvertible {
    /// As a zone file has it: `home.example.com 300 A 198.51.100.7`.
    public var description: String {
        let ttl = ttl.map { "\($0) " } ?? ""
        return "\(name) \(ttl)\(type) \(addresses.map(\.description).joined(separator: ", "))"
    }
}
