import NIOCore
import NetworkPrimitives

/// What one pass over the attributes of a response found (RFC 8489 section 14).
///
/// Only the first attribute of a kind counts, and what follows MESSAGE-INTEGRITY does not count at all, so that nothing
/// appended to a message can override what stands in it.
struct STUNAttributes {
    private enum Kind {
        static let mappedAddress: UInt16 = 0x0001
        static let messageIntegrity: UInt16 = 0x0008
        static let errorCode: UInt16 = 0x0009
        static let messageIntegritySHA256: UInt16 = 0x001C
        static let xorMappedAddress: UInt16 = 0x0020
        /// XOR-MAPPED-ADDRESS as drafts of RFC 5389 numbered it; old servers still send it.
        static let draftXorMappedAddress: UInt16 = 0x8020
        static let fingerprint: UInt16 = 0x8028

        /// Attributes below 0x8000 that need no action in a response to a plain binding request.
        static func isKnown(_ type: UInt16) -> Bool {
            switch type {
            case 0x0001...0x000B, 0x0014, 0x0015, 0x001C...0x001E, 0x0020, 0x0026, 0x0027, 0x8000...: true
            default: false
            }
        }
    }

    private static let fingerprintMask: UInt32 = 0x5354_554E

    private(set) var firstUnknownRequired: UInt16?
    private(set) var errorCode: ByteBuffer?
    private var xorMapped: ByteBuffer?
    private var draftXorMapped: ByteBuffer?
    private var mapped: ByteBuffer?

    /// - Parameters:
    ///   - message: the whole message, for the fingerprint.
    ///   - body: the same, from behind the header.
    init(of message: ByteBuffer, body: ByteBuffer) throws(STUNRejection) {
        var rest = body
        var isPastIntegrity = false
        while rest.readableBytes > 0 {
            let offset = rest.readerIndex - message.readerIndex
            guard let (type, length) = rest.readMultipleIntegers(as: (UInt16, UInt16).self),
                let value = rest.readSlice(length: Int(length)),
                // The value is padded to a multiple of four; what the padding holds does not matter.
                rest.readSlice(length: (4 - Int(length) % 4) % 4) != nil
            else { throw .truncatedAttribute(offset: offset) }

            if type == Kind.fingerprint {
                guard length == 4, rest.readableBytes == 0,
                    let covered = message.getSlice(at: message.readerIndex, length: offset),
                    value.getInteger(at: value.readerIndex, as: UInt32.self)
                        == CRC32.checksum(covered.readableBytesView) ^ Self.fingerprintMask
                else { throw .wrongFingerprint }
                continue
            }
            if isPastIntegrity { continue }
            switch type {
            case Kind.messageIntegrity, Kind.messageIntegritySHA256: isPastIntegrity = true
            case Kind.errorCode: errorCode = errorCode ?? value
            case Kind.xorMappedAddress: xorMapped = xorMapped ?? value
            case Kind.draftXorMappedAddress: draftXorMapped = draftXorMapped ?? value
            case Kind.mappedAddress: mapped = mapped ?? value
            default:
                if !Kind.isKnown(type) { firstUnknownRequired = firstUnknownRequired ?? type }
            }
        }
    }

    /// The address, from the first of the attributes that are better protected from meddling translators.
    func mappedAddress(id: STUNTransactionID) throws(STUNRejection) -> IPAddress? {
        if let value = xorMapped ?? draftXorMapped {
            var mask = ByteBuffer()
            mask.writeMultipleIntegers(STUNMessage.magicCookie, id.high, id.low)
            return try Self.address(value, mask: Array(mask.readableBytesView))
        }
        guard let mapped else { return nil }
        return try Self.address(mapped, mask: [UInt8](repeating: 0, count: 16))
    }

    /// One reserved byte, family, port, address (RFC 8489 sections 14.1 and 14.2).
    private static func address(_ value: ByteBuffer, mask: [UInt8]) throws(STUNRejection) -> IPAddress {
        var value = value
        guard let (_, family, _) = value.readMultipleIntegers(as: (UInt8, UInt8, UInt16).self) else {
            throw .malformedAddress
        }
        let bytes = zip(value.readableBytesView, mask).map { $0 ^ $1 }
        switch (family, value.readableBytes) {
        case (0x01, 4):
            if let address = IPv4Address(bytes: bytes) { return .v4(address) }
        case (0x02, 16):
            if let address = IPv6Address(bytes: bytes) { return .v6(address) }
        default: break
        }
        throw .malformedAddress
    }
}
