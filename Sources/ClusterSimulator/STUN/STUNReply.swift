import NetworkPrimitives

/// Builds the answers of the simulated STUN server (RFC 8489), independently of the client's codec.
enum STUNReply {
    private static let magicCookie: [UInt8] = [0x21, 0x12, 0xA4, 0x42]

    /// The transaction identifier of a binding request; `nil` for anything else.
    static func transactionID(ofBindingRequest bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= 20, bytes[0] == 0, bytes[1] == 1, Array(bytes[4..<8]) == magicCookie,
            Int(bytes[2]) << 8 | Int(bytes[3]) == bytes.count - 20
        else { return nil }
        return Array(bytes[8..<20])
    }

    /// A success response with XOR-MAPPED-ADDRESS (RFC 8489 section 14.2) and SOFTWARE.
    static func success(_ transactionID: [UInt8], address: IPAddress, port: UInt16) -> [UInt8] {
        let mask = magicCookie + transactionID
        let xored = zip(address.bytes, mask).map { $0 ^ $1 }
        let value = [0, address.family == .ipv4 ? 1 : 2] + bigEndian(port ^ 0x2112) + xored
        // SOFTWARE first, with a length that needs padding: clients have to step over it.
        return message(
            type: 0x0101, transactionID,
            attributes: attribute(0x8022, Array("esddns simulator".utf8.dropLast())) + attribute(0x0020, value))
    }

    /// An error response with ERROR-CODE (RFC 8489 section 14.8).
    static func error(_ transactionID: [UInt8], code: Int, reason: String) -> [UInt8] {
        let value: [UInt8] = [0, 0, UInt8(truncatingIfNeeded: code / 100), UInt8(truncatingIfNeeded: code % 100)]
        return message(type: 0x0111, transactionID, attributes: attribute(0x0009, value + Array(reason.utf8)))
    }

    private static func message(type: UInt16, _ transactionID: [UInt8], attributes: [UInt8]) -> [UInt8] {
        bigEndian(type) + bigEndian(UInt16(truncatingIfNeeded: attributes.count)) + magicCookie + transactionID
            + attributes
    }

    private static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
        return bigEndian(type) + bigEndian(UInt16(truncatingIfNeeded: value.count)) + value + padding
    }

    private static func bigEndian(_ number: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    }
}
