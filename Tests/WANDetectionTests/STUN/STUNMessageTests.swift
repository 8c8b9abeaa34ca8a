import NIOCore
import NetworkPrimitives
import TestSupport
import Testing

@testable import WANDetection

/// RFC 5769 vectors, and what the right answers may look like. ``STUNHostileAnswerTests`` has the wrong ones.
@Suite struct STUNMessageTests {
    static let request = hex(
        "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b1"
            + "51263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
    )
    static let ipv4Response = hex(
        "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643000800142b91f599"
            + "fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96")
    static let ipv6Response = hex(
        "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5"
            + "bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c")

    @Test func encodesTheHeaderAlone() {
        let encoded = Array(STUNMessage.bindingRequest(STUNBytes.id).readableBytesView)
        #expect(encoded == hex("000100002112a442b7e7a701bc34d686fa87dfae"))
    }

    @Test func readsTheIPv4Vector() throws {
        let found = try STUNMessage.mappedAddress(
            in: ByteBuffer(bytes: Self.ipv4Response), answering: STUNBytes.id, family: .ipv4)
        #expect(found.description == "192.0.2.1")
    }

    @Test func readsTheIPv6Vector() throws {
        let found = try STUNMessage.mappedAddress(
            in: ByteBuffer(bytes: Self.ipv6Response), answering: STUNBytes.id, family: .ipv6)
        #expect(found.description == "2001:db8:1234:5678:11:2233:4455:6677")
    }

    @Test func agreesWithTheFingerprintOfTheRequestVector() {
        #expect(Self.request.count == 108)
        #expect(CRC32.checksum(Self.request.prefix(100)) ^ 0x5354_554E == 0xE57A_3BCF)
        #expect(throws: STUNRejection.wrongType(0x0001)) {
            try STUNMessage.mappedAddress(
                in: ByteBuffer(bytes: Self.request), answering: STUNBytes.id, family: .ipv4)
        }
    }

    /// The fingerprint covers the address, so that damage of one bit never changes what is read.
    @Test func noFlippedBitChangesTheAddress() {
        for bit in 0..<Self.ipv4Response.count * 8 {
            var damaged = Self.ipv4Response
            damaged[bit / 8] ^= 0x80 >> (bit % 8)
            let found = try? STUNMessage.mappedAddress(
                in: ByteBuffer(bytes: damaged), answering: STUNBytes.id, family: .ipv4)
            #expect(found == nil || found?.description == "192.0.2.1", "bit \(bit)")
        }
    }

    @Test func readsAMessageInTheMiddleOfABuffer() throws {
        var buffer = ByteBuffer(bytes: [1, 2, 3] + Self.ipv4Response)
        buffer.moveReaderIndex(forwardBy: 3)
        let found = try STUNMessage.mappedAddress(in: buffer, answering: STUNBytes.id, family: .ipv4)
        #expect(found.description == "192.0.2.1")
    }

    @Test func randomIdentifiersDiffer() {
        #expect(Set((0..<100).map { _ in STUNTransactionID.random() }).count == 100)
        var a = SeededGenerator(seed: 1)
        var b = SeededGenerator(seed: 1)
        #expect(STUNTransactionID.random(using: &a) == STUNTransactionID.random(using: &b))
    }

    struct Valid: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var bytes: [UInt8]
        var address = "192.0.2.1"

        init(_ name: String, _ bytes: [UInt8], address: String = "192.0.2.1") {
            (testDescription, self.bytes, self.address) = (name, bytes, address)
        }
    }

    static let a = IPAddress.v4(IPv4Address(192, 0, 2, 1))
    static let b = IPAddress.v4(IPv4Address(198, 51, 100, 9))

    @Test(arguments: [
        Valid("only XOR-MAPPED-ADDRESS", STUNBytes.response(STUNBytes.xorMapped(a))),
        Valid(
            "padding that is not zero",
            STUNBytes.response(
                STUNBytes.attribute(0x8022, Array("odd".utf8), padding: 0xFF), STUNBytes.xorMapped(a))),
        Valid(
            "odd SOFTWARE before the address",
            STUNBytes.response(STUNBytes.attribute(0x8022, Array("coturn-4.6.1!".utf8)), STUNBytes.xorMapped(a))),
        Valid("reserved byte set", STUNBytes.response(STUNBytes.xorMapped(a, reserved: 0xFF))),
        Valid("port 0", STUNBytes.response(STUNBytes.xorMapped(a, port: 0))),
        Valid(
            "the second of two addresses lies", STUNBytes.response(STUNBytes.xorMapped(a), STUNBytes.xorMapped(b))),
        Valid(
            "XOR and plain contradict, plain first",
            STUNBytes.response(
                STUNBytes.attribute(0x0001, STUNBytes.plainValue(b)), STUNBytes.xorMapped(a))),
        Valid("only 0x8020", STUNBytes.response(STUNBytes.attribute(0x8020, STUNBytes.xorValue(a)))),
        Valid(
            "0x8020 before plain",
            STUNBytes.response(
                STUNBytes.attribute(0x0001, STUNBytes.plainValue(b)), STUNBytes.attribute(0x8020, STUNBytes.xorValue(a))
            )),
        Valid("only MAPPED-ADDRESS", STUNBytes.response(STUNBytes.attribute(0x0001, STUNBytes.plainValue(a)))),
        Valid(
            "malformed plain address beside a right one",
            STUNBytes.response(STUNBytes.attribute(0x0001, [1]), STUNBytes.xorMapped(a))),
        Valid(
            "known legacy attributes",
            STUNBytes.response(
                Array(
                    ([0x0001, 0x0004, 0x0005] as [UInt16]).map { STUNBytes.attribute($0, STUNBytes.plainValue(b)) }
                        .joined()),
                Array(
                    ([0x0002, 0x0003, 0x000B, 0x0014, 0x0015, 0x001D, 0x001E, 0x0026, 0x0027] as [UInt16])
                        .map { STUNBytes.attribute($0, [1, 2, 3]) }.joined()),
                STUNBytes.xorMapped(a))),
        Valid(
            "unknown attributes that need not be understood",
            STUNBytes.response(STUNBytes.attribute(0xFFFF, [1]), STUNBytes.xorMapped(a))),
        Valid("right FINGERPRINT", STUNBytes.fingerprinted(STUNBytes.xorMapped(a))),
        Valid(
            "attributes after MESSAGE-INTEGRITY do not count",
            STUNBytes.response(
                STUNBytes.xorMapped(a), STUNBytes.attribute(0x0008, [UInt8](repeating: 7, count: 20)),
                STUNBytes.xorMapped(b), STUNBytes.attribute(0x7FFF, []))),
        Valid(
            "thousands of empty attributes",
            STUNBytes.response(([0x80, 0x50, 0, 0] as [UInt8]).repeated(4000), STUNBytes.xorMapped(a))),
        Valid(
            "a private address is the registry's business",
            STUNBytes.response(STUNBytes.xorMapped(.v4(IPv4Address(192, 168, 1, 2)))), address: "192.168.1.2"),
        Valid(
            "so is zero", STUNBytes.response(STUNBytes.xorMapped(.v4(IPv4Address(0, 0, 0, 0)))), address: "0.0.0.0"),
        Valid(
            "so is multicast", STUNBytes.response(STUNBytes.xorMapped(.v4(IPv4Address(224, 0, 0, 1)))),
            address: "224.0.0.1"),
    ])
    func accepts(answer: Valid) throws {
        let found = try STUNMessage.mappedAddress(
            in: ByteBuffer(bytes: answer.bytes), answering: STUNBytes.id, family: .ipv4)
        #expect(found.description == answer.address)
    }
}

extension Array {
    func repeated(_ count: Int) -> [Element] { Array(repeatElement(self, count: count).joined()) }
}
