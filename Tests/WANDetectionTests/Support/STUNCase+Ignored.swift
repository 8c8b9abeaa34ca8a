import NIOCore
import NetworkPrimitives

@testable import WANDetection

extension STUNCase {
    /// Not from our server, as far as one can tell: over UDP they are passed over, and the wait goes on.
    static let ignored: [STUNCase] =
        (0..<20).map {
            STUNCase("\($0) bytes", Array(STUNMessageTests.ipv4Response.prefix($0)), .tooShort(bytes: $0))
        }
        + (0..<96).map { STUNCase("identifier wrong in bit \($0)", answer(wrongInBit: $0), .wrongTransaction) }
        + otherIgnored

    private static let otherIgnored: [STUNCase] = [
        STUNCase("indication", STUNBytes(type: 0x0011, attributes: right).bytes, .wrongType(0x0011)),
        STUNCase("other method", STUNBytes(type: 0x0103, attributes: right).bytes, .wrongType(0x0103)),
        STUNCase(
            "our own request echoed", Array(STUNMessage.bindingRequest(STUNBytes.id).readableBytesView),
            .wrongType(0x0001)),
        STUNCase("top bit set", STUNBytes(type: 0x8101, attributes: right).bytes, .notSTUN),
        STUNCase("second bit set", STUNBytes(type: 0x4101, attributes: right).bytes, .notSTUN),
        STUNCase("wrong cookie", STUNBytes(cookie: 0x2112_A443, attributes: right).bytes, .notSTUN),
        STUNCase(
            "length not divisible by 4", STUNBytes(attributes: right + [0, 0]).bytes,
            .wrongLength(stated: 14, actual: 14)),
        STUNCase(
            "length beyond the datagram", STUNBytes(attributes: right, statedLength: 16).bytes,
            .wrongLength(stated: 16, actual: 12)),
        STUNCase(
            "length short of the datagram", STUNBytes(attributes: right, statedLength: 8).bytes,
            .wrongLength(stated: 8, actual: 12)),
        STUNCase(
            "length 0 with attributes", STUNBytes(attributes: right, statedLength: 0).bytes,
            .wrongLength(stated: 0, actual: 12)),
        STUNCase(
            "length 65532", STUNBytes(attributes: right, statedLength: 65532).bytes,
            .wrongLength(stated: 65532, actual: 12)),
        STUNCase(
            "length 65535", STUNBytes(attributes: right, statedLength: 65535).bytes,
            .wrongLength(stated: 65535, actual: 12)),
        STUNCase(
            "1 byte left for an attribute header", STUNBytes(attributes: right + [0]).bytes,
            .wrongLength(stated: 13, actual: 13)),
        STUNCase(
            "2 bytes left for an attribute header", STUNBytes(attributes: right + [0, 0]).bytes,
            .wrongLength(stated: 14, actual: 14)),
        STUNCase(
            "3 bytes left for an attribute header", STUNBytes(attributes: right + [0, 0, 0]).bytes,
            .wrongLength(stated: 15, actual: 15)),
        STUNCase(
            "attribute past the end", STUNBytes.response(right, [0x80, 0x22, 0, 5, 1, 2, 3, 4]),
            .truncatedAttribute(offset: 32)),
        STUNCase(
            "padding past the end", STUNBytes.response([0x80, 0x22, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8]),
            .truncatedAttribute(offset: 20)),
        STUNCase(
            "attribute length 0xFFFF", STUNBytes.response([0x00, 0x20, 0xFF, 0xFF], right),
            .truncatedAttribute(offset: 20)),
        STUNCase("wrong FINGERPRINT", STUNBytes.fingerprinted(right, flaw: 1), .wrongFingerprint),
        STUNCase(
            "FINGERPRINT not last",
            STUNBytes.response(Array(STUNBytes.fingerprinted(right).dropFirst(20)), right), .wrongFingerprint),
        STUNCase("FINGERPRINT empty", STUNBytes.response(right, STUNBytes.attribute(0x8028, [])), .wrongFingerprint),
        STUNCase(
            "FINGERPRINT of 8 bytes",
            STUNBytes.response(right, STUNBytes.attribute(0x8028, [UInt8](repeating: 0, count: 8))), .wrongFingerprint),
        STUNCase("HTTP", Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), .notSTUN),
        STUNCase("TLS alert", [0x15, 0x03, 0x03, 0, 2, 2, 0x28] + [UInt8](repeating: 0, count: 20), .notSTUN),
    ]

    private static func answer(wrongInBit bit: Int) -> [UInt8] {
        let id = STUNBytes.id
        let wrong =
            bit < 32
            ? STUNTransactionID(high: id.high ^ 1 << UInt32(bit), low: id.low)
            : STUNTransactionID(high: id.high, low: id.low ^ 1 << UInt64(bit - 32))
        return STUNBytes(id: wrong, attributes: right).bytes
    }
}
