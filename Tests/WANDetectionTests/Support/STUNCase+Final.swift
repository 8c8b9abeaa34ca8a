import NetworkPrimitives

@testable import WANDetection

extension STUNCase {
    /// From our server, and useless: the question has failed.
    static let final: [STUNCase] =
        (0..<40).filter { $0 != 8 && $0 != 20 }.map { count in
            let value = [0, 1] + [UInt8](repeating: 1, count: 40)
            let attribute = STUNBytes.attribute(0x0020, Array(value.prefix(count)))
            return STUNCase("address of \(count) bytes", STUNBytes.response(attribute), .malformedAddress)
        }
        + (0..<4).map {
            STUNCase(
                "ERROR-CODE of \($0) bytes", STUNBytes.error(Array([0, 0, 4, 1].prefix($0))),
                .errorResponse(code: nil, reason: ""))
        }
        + otherFinal

    private static let otherFinal: [STUNCase] = [
        STUNCase("header only", STUNBytes.response(), .noAddress),
        STUNCase(
            "address only after MESSAGE-INTEGRITY",
            STUNBytes.response(STUNBytes.attribute(0x0008, [UInt8](repeating: 7, count: 20)), right), .noAddress),
        STUNCase(
            "unknown required attribute before the address",
            STUNBytes.response(STUNBytes.attribute(0x7FFF, [1]), right), .unknownRequiredAttribute(0x7FFF)),
        STUNCase(
            "unknown required attribute after the address",
            STUNBytes.response(right, STUNBytes.attribute(0x0000, [])), .unknownRequiredAttribute(0)),
        STUNCase(
            "family 0", STUNBytes.response(STUNBytes.attribute(0x0020, [0, 0, 1, 1, 1, 1, 1, 1])), .malformedAddress),
        STUNCase(
            "family 3", STUNBytes.response(STUNBytes.attribute(0x0020, [0, 3, 1, 1, 1, 1, 1, 1])), .malformedAddress),
        STUNCase(
            "family 255", STUNBytes.response(STUNBytes.attribute(0x0020, [0, 255, 1, 1, 1, 1, 1, 1])), .malformedAddress
        ),
        STUNCase(
            "IPv6 family with 4 bytes", STUNBytes.response(STUNBytes.attribute(0x0020, [0, 2, 1, 1, 1, 1, 1, 1])),
            .malformedAddress),
        STUNCase(
            "IPv4 family with 16 bytes",
            STUNBytes.response(STUNBytes.attribute(0x0020, [0, 1, 1, 1] + [UInt8](repeating: 1, count: 16))),
            .malformedAddress),
        STUNCase(
            "malformed first address, right second",
            STUNBytes.response(STUNBytes.attribute(0x0020, [0, 1]), right), .malformedAddress),
        STUNCase(
            "malformed XOR address beside a right plain one",
            STUNBytes.response(
                STUNBytes.attribute(0x0020, [0, 1]), STUNBytes.attribute(0x0001, STUNBytes.plainValue(a))),
            .malformedAddress),
        STUNCase(
            "error response carrying an address", STUNBytes.error([0, 0, 5, 0], right),
            .errorResponse(code: 500, reason: "")),
        STUNCase(
            "error response without ERROR-CODE", STUNBytes(type: 0x0111, attributes: right).bytes,
            .errorResponse(code: nil, reason: "")),
        STUNCase("ERROR-CODE of class 0", STUNBytes.error([0, 0, 0, 1]), .errorResponse(code: nil, reason: "")),
        STUNCase("ERROR-CODE of class 2", STUNBytes.error([0, 0, 2, 1]), .errorResponse(code: nil, reason: "")),
        STUNCase("ERROR-CODE of class 7", STUNBytes.error([0, 0, 7, 1]), .errorResponse(code: nil, reason: "")),
        STUNCase("ERROR-CODE number 100", STUNBytes.error([0, 0, 4, 100]), .errorResponse(code: nil, reason: "")),
        STUNCase(
            "ERROR-CODE with reserved bits set", STUNBytes.error([0xFF, 0xFF, 0xFC, 20]),
            .errorResponse(code: 420, reason: "")),
        STUNCase(
            "ERROR-CODE with invalid UTF-8", STUNBytes.error([0, 0, 4, 1, 0xC3, 0x28, 0x0A]),
            .errorResponse(code: 401, reason: "\u{FFFD}(")),
        STUNCase(
            "300 to loopback",
            STUNBytes.error(
                [0, 0, 3, 0] + Array("Try Alternate".utf8),
                STUNBytes.attribute(0x8023, STUNBytes.plainValue(.v4(IPv4Address(127, 0, 0, 1))))),
            .errorResponse(code: 300, reason: "Try Alternate")),
        STUNCase(
            "420 with an odd list", STUNBytes.error([0, 0, 4, 20], STUNBytes.attribute(0x000A, [0x7F, 0xFF, 0x01])),
            .errorResponse(code: 420, reason: "")),
        STUNCase(
            "IPv6 address", STUNMessageTests.ipv6Response,
            .wrongFamily(IPAddress("2001:db8:1234:5678:11:2233:4455:6677") ?? a)),
        STUNCase(
            "IPv4 in IPv6 notation", STUNBytes.response(STUNBytes.xorMapped(IPAddress("::ffff:192.0.2.1") ?? a)),
            .wrongFamily(IPAddress("::ffff:192.0.2.1") ?? a)),
    ]
}
