public import NetworkPrimitives

/// A range of addresses in CIDR notation.
public struct AddressBlock: Hashable, Sendable, CustomStringConvertible {
    /// The first address of the range; bits beyond `prefixLength` are zero.
    public let base: IPAddress
    /// 0–32 for IPv4, 0–128 for IPv6.
    public let prefixLength: Int

    /// Reads `198.51.100.0/24` or `2001:db8::/32`; `nil` where the text is not a block or has host bits set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let base = IPAddress(String(parts[0])), let length = Int(parts[1]) else { return nil }
        guard (0...base.bytes.count * 8).contains(length) else { return nil }
        let hostBits = base.bytes.enumerated().contains { index, byte in
            byte & ~Self.mask(ofByte: index, prefixLength: length) != 0
        }
        guard !hostBits else { return nil }
        self.base = base
        self.prefixLength = length
    }

    /// The block that holds this one address.
    public init(only address: IPAddress) {
        base = address
        prefixLength = address.bytes.count * 8
    }

    /// Whether `address` is of this block's family and inside of it.
    public func contains(_ address: IPAddress) -> Bool {
        guard address.family == base.family else { return false }
        return zip(address.bytes, base.bytes).enumerated().allSatisfy { index, pair in
            pair.0 & Self.mask(ofByte: index, prefixLength: prefixLength) == pair.1
        }
    }

    public var description: String { "\(base)/\(prefixLength)" }

    private static func mask(ofByte index: Int, prefixLength: Int) -> UInt8 {
        let bits = min(max(prefixLength - index * 8, 0), 8)
        return UInt8(truncatingIfNeeded: 0xFF00 >> bits)
    }
}
