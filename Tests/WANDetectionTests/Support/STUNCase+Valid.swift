import NetworkPrimitives

@testable import WANDetection

extension STUNCase {
    /// Odd, and right all the same.
    static let valid: [STUNCase] = [
        STUNCase("vector 2.2 of RFC 5769", STUNMessageTests.ipv4Response),
        STUNCase("only XOR-MAPPED-ADDRESS", STUNBytes.response(STUNBytes.xorMapped(a))),
        STUNCase(
            "padding that is not zero",
            STUNBytes.response(
                STUNBytes.attribute(0x8022, Array("odd".utf8), padding: 0xFF), STUNBytes.xorMapped(a))),
        STUNCase(
            "odd SOFTWARE before the address",
            STUNBytes.response(STUNBytes.attribute(0x8022, Array("coturn-4.6.1!".utf8)), STUNBytes.xorMapped(a))),
        STUNCase("reserved byte set", STUNBytes.response(STUNBytes.xorMapped(a, reserved: 0xFF))),
        STUNCase("port 0", STUNBytes.response(STUNBytes.xorMapped(a, port: 0))),
        STUNCase(
            "the second of two addresses lies", STUNBytes.response(STUNBytes.xorMapped(a), STUNBytes.xorMapped(b))),
        // Nothing tells which of them lies; the votes of others do.
        STUNCase(
            "the first of two addresses lies", STUNBytes.response(STUNBytes.xorMapped(b), STUNBytes.xorMapped(a)),
            address: b),
        STUNCase(
            "XOR and plain contradict, XOR first",
            STUNBytes.response(STUNBytes.xorMapped(a), STUNBytes.attribute(0x0001, STUNBytes.plainValue(b)))),
        STUNCase(
            "XOR and plain contradict, plain first",
            STUNBytes.response(
                STUNBytes.attribute(0x0001, STUNBytes.plainValue(b)), STUNBytes.xorMapped(a))),
        STUNCase("only 0x8020", STUNBytes.response(STUNBytes.attribute(0x8020, STUNBytes.xorValue(a)))),
        STUNCase(
            "0x8020 before plain",
            STUNBytes.response(
                STUNBytes.attribute(0x0001, STUNBytes.plainValue(b)), STUNBytes.attribute(0x8020, STUNBytes.xorValue(a))
            )),
        STUNCase("only MAPPED-ADDRESS", STUNBytes.response(STUNBytes.attribute(0x0001, STUNBytes.plainValue(a)))),
        STUNCase(
            "malformed plain address beside a right one",
            STUNBytes.response(STUNBytes.attribute(0x0001, [1]), STUNBytes.xorMapped(a))),
        STUNCase(
            "known legacy attributes",
            STUNBytes.response(
                Array(
                    ([0x0001, 0x0004, 0x0005] as [UInt16]).map { STUNBytes.attribute($0, STUNBytes.plainValue(b)) }
                        .joined()),
                Array(
                    ([0x0002, 0x0003, 0x000B, 0x0014, 0x0015, 0x001D, 0x001E, 0x0026, 0x0027] as [UInt16])
                        .map { STUNBytes.attribute($0, [1, 2, 3]) }.joined()),
                STUNBytes.xorMapped(a))),
        STUNCase(
            "unknown attributes that need not be understood",
            STUNBytes.response(STUNBytes.attribute(0xFFFF, [1]), STUNBytes.xorMapped(a))),
        STUNCase("right FINGERPRINT", STUNBytes.fingerprinted(STUNBytes.xorMapped(a))),
        STUNCase(
            "attributes after MESSAGE-INTEGRITY do not count",
            STUNBytes.response(
                STUNBytes.xorMapped(a), STUNBytes.attribute(0x0008, [UInt8](repeating: 7, count: 20)),
                STUNBytes.xorMapped(b), STUNBytes.attribute(0x7FFF, []))),
        STUNCase(
            "thousands of empty attributes",
            STUNBytes.response(([0x80, 0x50, 0, 0] as [UInt8]).repeated(4000), STUNBytes.xorMapped(a))),
        STUNCase(
            "a private address is the registry's business",
            STUNBytes.response(STUNBytes.xorMapped(.v4(IPv4Address(192, 168, 1, 2)))),
            address: .v4(IPv4Address(192, 168, 1, 2))),
        STUNCase(
            "so is zero", STUNBytes.response(STUNBytes.xorMapped(.v4(IPv4Address(0, 0, 0, 0)))),
            address: .v4(IPv4Address(0, 0, 0, 0))),
        STUNCase(
            "so is multicast", STUNBytes.response(STUNBytes.xorMapped(.v4(IPv4Address(224, 0, 0, 1)))),
            address: .v4(IPv4Address(224, 0, 0, 1))),
    ]
}
