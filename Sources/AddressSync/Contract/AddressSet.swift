public import NetworkPrimitives

/// The addresses of one family that a record should hold: one for most sites, several for those with several WAN lines.
public struct AddressSet: Hashable, Sendable {
    /// At least one, in ascending order, without duplicates, all of one family.
    public let addresses: [IPAddress]

    /// - Returns: `nil` where there is no address, or addresses of both families.
    public init?(_ addresses: some Sequence<IPAddress>) {
        let addresses = Set(addresses).sorted()
        guard let family = addresses.first?.family, addresses.allSatisfy({ $0.family == family }) else { return nil }
        self.addresses = addresses
    }

    public init(_ address: IPAddress) { addresses = [address] }

    /// The smallest.
    public var first: IPAddress { addresses[0] }

    public var family: IPAddress.Family { first.family }

    public func contains(_ address: IPAddress) -> Bool { addresses.contains(address) }
}

extension AddressSet: LosslessStringConvertible {
    /// Reads addresses between commas, each of which may have one blank behind it.
    public init?(_ text: String) {
        var addresses: [IPAddress] = []
        for (index, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let part = index > 0 && part.hasPrefix(" ") ? part.dropFirst() : part
            guard let address = IPAddress(String(part)) else { return nil }
            addresses.append(address)
        }
        self.init(addresses)
    }

    /// `198.51.100.7`, or `198.51.100.7, 203.0.113.9`.
    public var description: String { addresses.map(\.description).joined(separator: ", ") }
}
