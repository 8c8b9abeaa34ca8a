/// The 96 bits by which a response is matched to its request (RFC 8489 section 5).
///
/// Nothing else protects a question over UDP from forged answers, so it has to be unpredictable.
public struct STUNTransactionID: Hashable, Sendable {
    /// The first four bytes on the wire.
    public let high: UInt32
    /// The last eight bytes on the wire.
    public let low: UInt64

    public init(high: UInt32, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A fresh identifier from the operating system's cryptographic generator.
    public static func random() -> STUNTransactionID {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    /// A fresh identifier from `generator`.
    public static func random(using generator: inout some RandomNumberGenerator) -> STUNTransactionID {
        STUNTransactionID(high: .random(in: .min ... .max, using: &generator), low: generator.next())
    }
}
