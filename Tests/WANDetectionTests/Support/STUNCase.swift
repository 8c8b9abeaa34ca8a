import NetworkPrimitives
import Testing

@testable import WANDetection

/// One answer to a binding request with the identifier ``STUNBytes/id`` over IPv4, by name: a seed of the fuzzer, and a case
/// of the tests of the decoder and of the clients over UDP and TCP.
struct STUNCase: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var bytes: [UInt8]
    var expected: Result<IPAddress, STUNRejection>

    init(_ name: String, _ bytes: [UInt8], _ expected: STUNRejection) {
        (testDescription, self.bytes, self.expected) = (name, bytes, .failure(expected))
    }

    init(_ name: String, _ bytes: [UInt8], address: IPAddress = a) {
        (testDescription, self.bytes, self.expected) = (name, bytes, .success(address))
    }

    static let a = IPAddress.v4(IPv4Address(192, 0, 2, 1))
    static let b = IPAddress.v4(IPv4Address(198, 51, 100, 9))
    static let right = STUNBytes.xorMapped(a)

    static let all = ignored + final + valid
}
