public import DNSRecords
public import NetworkPrimitives

/// One DNS record that is kept in step, as a user declares it.
///
/// The text is `NAME[/OPTION]…[@PROVIDER]`. Options are types (`A`, `AAAA` or `A+AAAA`), a TTL in seconds, and for AAAA the
/// lower half of the address, such as `::53`, of a host that shares the prefix with this one.
public struct RecordDeclaration: Hashable, Sendable {
    public var name: RecordName
    public var type: RecordType
    /// In seconds; `nil`: what the provider's settings say, or what the record has.
    public var ttl: UInt32?
    /// Put in place of the lower half of the addresses.
    public var interfaceIdentifier: InterfaceIdentifier?
    /// Whether the name has the node's in it, so that each node keeps a record of its own at its own address.
    public var isPerNode: Bool
    public var provider: ProviderChoice

    /// Why a text is none.
    struct ParseError: Error, CustomStringConvertible {
        let description: String
    }

    /// What stands for the node's name.
    static let nodePlaceholder = "{node}"

    /// Reads one declaration, which can be about two types.
    ///
    /// - Parameters:
    ///   - node: the node's name, for names that have it.
    ///   - standard: the provider of a declaration without one.
    static func parse(
        _ text: String, node: String, standard: ProviderChoice
    ) throws -> [RecordDeclaration] {
        var rest = text[...]
        var provider = standard
        if let at = rest.lastIndex(of: "@") {
            provider = try ProviderChoice(parsing: rest[rest.index(after: at)...])
            rest = rest[..<at]
        }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        let isPerNode = parts[0].contains(nodePlaceholder)
        let name = try RecordName(parsing: replaced(String(parts[0]), by: node))
        var options = Options()
        for part in parts.dropFirst() { try options.take(String(part)) }
        if options.interfaceIdentifier != nil, !(options.types ?? [.aaaa]).contains(.aaaa) {
            throw ParseError(
                description: "\(options.interfaceIdentifier?.description ?? "") is for records of type AAAA")
        }
        let types = options.types ?? (options.interfaceIdentifier == nil ? [.a] : [.aaaa])
        return types.map { type in
            RecordDeclaration(
                name: name, type: type, ttl: options.ttl,
                interfaceIdentifier: type == .aaaa ? options.interfaceIdentifier : nil, isPerNode: isPerNode,
                provider: provider)
        }
    }

    private struct Options {
        var types: [RecordType]?
        var ttl: UInt32?
        var interfaceIdentifier: InterfaceIdentifier?

        mutating func take(_ text: String) throws(ParseError) {
            if let number = UInt32(text) {
                guard ttl == nil else { throw ParseError(description: "it has two TTLs") }
                ttl = number
            } else if text.contains(":") {
                guard let identifier = InterfaceIdentifier(text) else {
                    throw ParseError(
                        description: "\"\(text.prefix(60))\" is not the lower half of an IPv6 address, such as ::53")
                }
                interfaceIdentifier = identifier
            } else {
                guard types == nil else { throw ParseError(description: "it names types twice") }
                types = try text.split(separator: "+", omittingEmptySubsequences: false).map {
                    part throws(ParseError) in
                    guard let type = RecordType(rawValue: part.uppercased()), type.family != nil else {
                        throw ParseError(
                            description: "\"\(part.prefix(60))\" is neither A, AAAA, a TTL in seconds nor ::SUFFIX")
                    }
                    return type
                }
            }
        }
    }

    private static func replaced(_ text: String, by node: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.indices.first(where: { rest[$0...].hasPrefix(nodePlaceholder) }) {
            result += rest[..<start] + node
            rest = rest[start...].dropFirst(nodePlaceholder.count)
        }
        return result + rest
    }

    /// The key of its entry among the claims.
    var key: String { RecordClaim.key(name: name.description, type: type.rawValue) }

    /// What the record is to hold where these addresses were found.
    func addresses(for found: AddressSet) -> AddressSet {
        guard let interfaceIdentifier else { return found }
        return AddressSet(found.addresses.map(interfaceIdentifier.applied)) ?? found
    }
}

extension RecordDeclaration: CustomStringConvertible {
    /// `home.example.com A`.
    public var description: String { "\(name) \(type)" }
}

/// The lower 64 bits of an IPv6 address (RFC 4291 section 2.5.1), which stay while the provider changes the prefix.
public struct InterfaceIdentifier: Hashable, Sendable, LosslessStringConvertible {
    private let address: IPv6Address
    private static let length = 8

    /// Reads an IPv6 address whose upper half is zero, such as `::53`.
    public init?(_ text: String) {
        guard let address = IPv6Address(text), address.bytes.prefix(Self.length).allSatisfy({ $0 == 0 }),
            address.bytes.contains(where: { $0 != 0 })
        else { return nil }
        self.address = address
    }

    public var description: String { address.description }

    func applied(to address: IPAddress) -> IPAddress {
        guard case .v6(let found) = address,
            let joined = IPv6Address(bytes: found.bytes.prefix(Self.length) + self.address.bytes.suffix(Self.length))
        else { return address }
        return .v6(joined)
    }
}
