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
}

extension Array {
    func repeated(_ count: Int) -> [Element] { Array(repeatElement(self, count: count).joined()) }
}
