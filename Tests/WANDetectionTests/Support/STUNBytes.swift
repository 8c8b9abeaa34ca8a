import NIOCore
import NetworkPrimitives

@testable import WANDetection

/// Builds binding responses byte by byte, right ones and wrong ones.
struct STUNBytes {
    static let id = STUNTransactionID(high: 0xB7E7_A701, low: 0xBC34_D686_FA87_DFAE)

    var type: UInt16 = 0x0101
    var cookie: UInt32 = 0x2112_A442
    var id = STUNBytes.id
    var attributes: [UInt8] = []
    /// Instead of the real length.
    var statedLength: UInt16?

    var bytes: [UInt8] {
        let length = statedLength ?? UInt16(attributes.count)
        return Self.big(type) + Self.big(length) + Self.big(cookie) + Self.big(id.high) + Self.big(id.low) + attributes
    }

    static func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    /// One attribute with its padding.
    static func attribute(_ type: UInt16, _ value: [UInt8], padding: UInt8 = 0) -> [UInt8] {
        let pad = [UInt8](repeating: padding, count: (4 - value.count % 4) % 4)
        return big(type) + big(UInt16(value.count)) + value + pad
    }

    static func plainValue(_ address: IPAddress, port: UInt16 = 32853, reserved: UInt8 = 0) -> [UInt8] {
        [reserved, address.family == .ipv4 ? 1 : 2] + big(port) + address.bytes
    }

    static func xorValue(
        _ address: IPAddress, port: UInt16 = 32853, reserved: UInt8 = 0, id: STUNTransactionID = STUNBytes.id
    ) -> [UInt8] {
        let mask = big(UInt32(0x2112_A442)) + big(id.high) + big(id.low)
        return [reserved, address.family == .ipv4 ? 1 : 2] + big(port ^ 0x2112) + zip(address.bytes, mask).map(^)
    }

    static func xorMapped(_ address: IPAddress, port: UInt16 = 32853, reserved: UInt8 = 0) -> [UInt8] {
        attribute(0x0020, xorValue(address, port: port, reserved: reserved))
    }

    static func response(_ attributes: [UInt8]...) -> [UInt8] {
        STUNBytes(attributes: Array(attributes.joined())).bytes
    }

    static func error(_ value: [UInt8], _ more: [UInt8] = []) -> [UInt8] {
        STUNBytes(type: 0x0111, attributes: attribute(0x0009, value) + more).bytes
    }

    /// `response` with a right FINGERPRINT at the end, or one that is wrong by `flaw`.
    static func fingerprinted(_ attributes: [UInt8], flaw: UInt32 = 0) -> [UInt8] {
        let covered = STUNBytes(attributes: attributes, statedLength: UInt16(attributes.count + 8)).bytes
        return covered + attribute(0x8028, big(CRC32.checksum(covered) ^ 0x5354_554E ^ flaw))
    }

    /// The transaction identifier of a request.
    static func transactionID(of request: [UInt8]) -> STUNTransactionID? {
        let buffer = ByteBuffer(bytes: request)
        guard let high = buffer.getInteger(at: 8, as: UInt32.self), let low = buffer.getInteger(at: 12, as: UInt64.self)
        else { return nil }
        return STUNTransactionID(high: high, low: low)
    }
}

/// Bytes from hexadecimal text.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
