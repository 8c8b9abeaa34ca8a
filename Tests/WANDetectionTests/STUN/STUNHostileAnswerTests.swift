import NIOCore
import NetworkPrimitives
import TestSupport
import Testing

@testable import WANDetection

/// Answers that strangers, broken servers and broken middle boxes send: none may be believed, none may trap.
@Suite struct STUNHostileAnswerTests {
    struct Hostile: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var bytes: [UInt8]
        var expected: STUNRejection

        init(_ name: String, _ bytes: [UInt8], _ expected: STUNRejection) {
            (testDescription, self.bytes, self.expected) = (name, bytes, expected)
        }
    }

    private static let a = IPAddress.v4(IPv4Address(192, 0, 2, 1))
    private static let right = STUNBytes.xorMapped(a)

    private func decode(_ bytes: [UInt8], family: IPAddress.Family = .ipv4) -> Result<IPAddress, STUNRejection> {
        do throws(STUNRejection) {
            return .success(
                try STUNMessage.mappedAddress(in: ByteBuffer(bytes: bytes), answering: STUNBytes.id, family: family))
        } catch {
            return .failure(error)
        }
    }

    /// Not from our server, as far as one can tell: ignored, and the wait goes on.
    @Test(arguments: [
        Hostile("indication", STUNBytes(type: 0x0011, attributes: right).bytes, .wrongType(0x0011)),
        Hostile("other method", STUNBytes(type: 0x0103, attributes: right).bytes, .wrongType(0x0103)),
        Hostile(
            "our own request echoed", Array(STUNMessage.bindingRequest(STUNBytes.id).readableBytesView),
            .wrongType(0x0001)),
        Hostile("top bit set", STUNBytes(type: 0x8101, attributes: right).bytes, .notSTUN),
        Hostile("second bit set", STUNBytes(type: 0x4101, attributes: right).bytes, .notSTUN),
        Hostile("wrong cookie", STUNBytes(cookie: 0x2112_A443, attributes: right).bytes, .notSTUN),
        Hostile(
            "length not divisible by 4", STUNBytes(attributes: right + [0, 0]).bytes,
            .wrongLength(stated: 14, actual: 14)),
        Hostile(
            "length beyond the datagram", STUNBytes(attributes: right, statedLength: 16).bytes,
            .wrongLength(stated: 16, actual: 12)),
        Hostile(
            "length short of the datagram", STUNBytes(attributes: right, statedLength: 8).bytes,
            .wrongLength(stated: 8, actual: 12)),
        Hostile(
            "length 0 with attributes", STUNBytes(attributes: right, statedLength: 0).bytes,
            .wrongLength(stated: 0, actual: 12)),
        Hostile(
            "length 65532", STUNBytes(attributes: right, statedLength: 65532).bytes,
            .wrongLength(stated: 65532, actual: 12)),
        Hostile(
            "length 65535", STUNBytes(attributes: right, statedLength: 65535).bytes,
            .wrongLength(stated: 65535, actual: 12)),
        Hostile(
            "1 byte left for an attribute header", STUNBytes(attributes: right + [0]).bytes,
            .wrongLength(stated: 13, actual: 13)),
        Hostile(
            "3 bytes left for an attribute header", STUNBytes(attributes: right + [0, 0, 0]).bytes,
            .wrongLength(stated: 15, actual: 15)),
        Hostile(
            "attribute past the end", STUNBytes.response(right, [0x80, 0x22, 0, 5, 1, 2, 3, 4]),
            .truncatedAttribute(offset: 32)),
        Hostile(
            "padding past the end", STUNBytes.response([0x80, 0x22, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8]),
            .truncatedAttribute(offset: 20)),
        Hostile(
            "attribute length 0xFFFF", STUNBytes.response([0x00, 0x20, 0xFF, 0xFF], right),
            .truncatedAttribute(offset: 20)),
        Hostile("wrong FINGERPRINT", STUNBytes.fingerprinted(right, flaw: 1), .wrongFingerprint),
        Hostile(
            "FINGERPRINT not last",
            STUNBytes.response(Array(STUNBytes.fingerprinted(right).dropFirst(20)), right), .wrongFingerprint),
        Hostile("FINGERPRINT empty", STUNBytes.response(right, STUNBytes.attribute(0x8028, [])), .wrongFingerprint),
        Hostile(
            "FINGERPRINT of 8 bytes",
            STUNBytes.response(right, STUNBytes.attribute(0x8028, [UInt8](repeating: 0, count: 8))), .wrongFingerprint),
        Hostile("HTTP", Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), .notSTUN),
        Hostile("TLS alert", [0x15, 0x03, 0x03, 0, 2, 2, 0x28] + [UInt8](repeating: 0, count: 20), .notSTUN),
    ])
    func ignores(answer: Hostile) {
        #expect(decode(answer.bytes) == .failure(answer.expected))
        #expect(!answer.expected.endsTransaction)
    }

    /// From our server, and useless: the transaction has failed.
    @Test(arguments: [
        Hostile("header only", STUNBytes.response(), .noAddress),
        Hostile(
            "address only after MESSAGE-INTEGRITY",
            STUNBytes.response(STUNBytes.attribute(0x0008, [UInt8](repeating: 7, count: 20)), right), .noAddress),
        Hostile(
            "unknown required attribute before the address",
            STUNBytes.response(STUNBytes.attribute(0x7FFF, [1]), right), .unknownRequiredAttribute(0x7FFF)),
        Hostile(
            "unknown required attribute after the address",
            STUNBytes.response(right, STUNBytes.attribute(0x0000, [])), .unknownRequiredAttribute(0)),
        Hostile(
            "family 0", STUNBytes.response(STUNBytes.attribute(0x0020, [0, 0, 1, 1, 1, 1, 1, 1])), .malformedAddress),
        Hostile(
            "family 3", STUNBytes.response(STUNBytes.attribute(0x0020, [0, 3, 1, 1, 1, 1, 1, 1])), .malformedAddress),
        Hostile(
            "family 255", STUNBytes.response(STUNBytes.attribute(0x0020, [0, 255, 1, 1, 1, 1, 1, 1])), .malformedAddress
        ),
        Hostile(
            "IPv6 family with 4 bytes", STUNBytes.response(STUNBytes.attribute(0x0020, [0, 2, 1, 1, 1, 1, 1, 1])),
            .malformedAddress),
        Hostile(
            "IPv4 family with 16 bytes",
            STUNBytes.response(STUNBytes.attribute(0x0020, [0, 1, 1, 1] + [UInt8](repeating: 1, count: 16))),
            .malformedAddress),
        Hostile(
            "malformed first address, right second",
            STUNBytes.response(STUNBytes.attribute(0x0020, [0, 1]), right), .malformedAddress),
        Hostile(
            "malformed XOR address beside a right plain one",
            STUNBytes.response(
                STUNBytes.attribute(0x0020, [0, 1]), STUNBytes.attribute(0x0001, STUNBytes.plainValue(a))),
            .malformedAddress),
        Hostile(
            "error response carrying an address", STUNBytes.error([0, 0, 5, 0], right),
            .errorResponse(code: 500, reason: "")),
        Hostile(
            "error response without ERROR-CODE", STUNBytes(type: 0x0111, attributes: right).bytes,
            .errorResponse(code: nil, reason: "")),
        Hostile("ERROR-CODE of class 0", STUNBytes.error([0, 0, 0, 1]), .errorResponse(code: nil, reason: "")),
        Hostile("ERROR-CODE of class 2", STUNBytes.error([0, 0, 2, 1]), .errorResponse(code: nil, reason: "")),
        Hostile("ERROR-CODE of class 7", STUNBytes.error([0, 0, 7, 1]), .errorResponse(code: nil, reason: "")),
        Hostile("ERROR-CODE number 100", STUNBytes.error([0, 0, 4, 100]), .errorResponse(code: nil, reason: "")),
        Hostile(
            "ERROR-CODE with reserved bits set", STUNBytes.error([0xFF, 0xFF, 0xFC, 20]),
            .errorResponse(code: 420, reason: "")),
        Hostile(
            "ERROR-CODE with invalid UTF-8", STUNBytes.error([0, 0, 4, 1, 0xC3, 0x28, 0x0A]),
            .errorResponse(code: 401, reason: "\u{FFFD}(")),
        Hostile(
            "300 to loopback",
            STUNBytes.error(
                [0, 0, 3, 0] + Array("Try Alternate".utf8),
                STUNBytes.attribute(0x8023, STUNBytes.plainValue(.v4(IPv4Address(127, 0, 0, 1))))),
            .errorResponse(code: 300, reason: "Try Alternate")),
        Hostile(
            "420 with an odd list", STUNBytes.error([0, 0, 4, 20], STUNBytes.attribute(0x000A, [0x7F, 0xFF, 0x01])),
            .errorResponse(code: 420, reason: "")),
        Hostile(
            "IPv6 address", STUNMessageTests.ipv6Response,
            .wrongFamily(IPAddress("2001:db8:1234:5678:11:2233:4455:6677") ?? a)),
        Hostile(
            "IPv4 in IPv6 notation", STUNBytes.response(STUNBytes.xorMapped(IPAddress("::ffff:192.0.2.1") ?? a)),
            .wrongFamily(IPAddress("::ffff:192.0.2.1") ?? a)),
    ])
    func fails(answer: Hostile) {
        #expect(decode(answer.bytes) == .failure(answer.expected))
        #expect(answer.expected.endsTransaction)
        #expect(!answer.expected.description.isEmpty)
    }

    @Test(arguments: 0..<20) func tooFewBytes(count: Int) {
        let bytes = Array(STUNMessageTests.ipv4Response.prefix(count))
        #expect(decode(bytes) == .failure(.tooShort(bytes: count)))
    }

    @Test(arguments: 0..<96) func anIdentifierWrongInOneBit(bit: Int) {
        let id = STUNBytes.id
        let wrong =
            bit < 32
            ? STUNTransactionID(high: id.high ^ 1 << UInt32(bit), low: id.low)
            : STUNTransactionID(high: id.high, low: id.low ^ 1 << UInt64(bit - 32))
        #expect(decode(STUNBytes(id: wrong, attributes: Self.right).bytes) == .failure(.wrongTransaction))
    }

    @Test(arguments: (0..<40).filter { $0 != 8 && $0 != 20 }) func anAddressOfTheWrongLength(count: Int) {
        let value = [0, 1] + [UInt8](repeating: 1, count: 40)
        let bytes = STUNBytes.response(STUNBytes.attribute(0x0020, Array(value.prefix(count))))
        #expect(decode(bytes) == .failure(.malformedAddress))
    }

    @Test(arguments: 0..<4) func anErrorCodeThatIsTooShort(count: Int) {
        let bytes = STUNBytes.error(Array([0, 0, 4, 1].prefix(count)))
        #expect(decode(bytes) == .failure(.errorResponse(code: nil, reason: "")))
    }

    @Test func anIPv4AnswerToAQuestionOverIPv6() {
        #expect(decode(STUNMessageTests.ipv4Response, family: .ipv6) == .failure(.wrongFamily(Self.a)))
    }

    /// Random damage to real messages: whatever comes out, it is an answer or a rejection and never a trap.
    @Test(arguments: 0..<8) func survivesDamage(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let samples = [
            STUNMessageTests.ipv4Response, STUNMessageTests.ipv6Response, STUNBytes.response(Self.right),
            STUNBytes.error([0, 0, 4, 20] + Array("Unknown".utf8)),
        ]
        for _ in 0..<4000 {
            var bytes = samples.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[at] = .random(in: .min ... .max, using: &generator)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(.random(in: .min ... .max, using: &generator), at: at)
                case 3: bytes.removeLast(bytes.count - at)
                default: bytes.insert(contentsOf: bytes[at...].prefix(8), at: at)
                }
            }
            // Most damage ends at the length; with the length put right the attributes are reached.
            if bytes.count >= 20, generator.chance(70) {
                let length = STUNBytes.big(UInt16(truncatingIfNeeded: bytes.count - 20))
                bytes.replaceSubrange(2..<4, with: length)
            }
            for family in IPAddress.Family.allCases {
                guard case .success(let address) = decode(bytes, family: family) else { continue }
                #expect(address.family == family)
            }
        }
    }
}
