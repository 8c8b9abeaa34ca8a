/// A JSON number, digit for digit as it was written.
///
/// `1.10`, `1e400` and `12345678901234567890123` are numbers that a `Double` changes or cannot hold. Since nobody but the
/// owner of a field knows what its digits mean, they are kept: two numbers are equal where their digits are.
public struct JSONNumber: Hashable, Sendable, CustomStringConvertible {
    /// Follows the grammar of RFC 8259 section 6.
    let text: String

    /// For the parser, which has checked the text.
    init(validated text: String) { self.text = text }

    /// The shortest digits that read back as the same value; `nil` where the value is not finite, for which JSON has no form.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        // Swift's form is also JSON's.
        text = value.description
    }

    /// A number as text, such as `1.10`; `nil` where the text is anything else, or an integer of 64 bits, which is
    /// ``JSONValue/integer(_:)``.
    public init?(_ text: some StringProtocol) {
        // White space around it would be dropped.
        guard case .number(let number)? = try? JSONValue(parsing: text), number.text == text else { return nil }
        self = number
    }

    /// The nearest `Double`; `nil` where it is beyond the range.
    public var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    public var description: String { text }
}

extension JSONNumber: ExpressibleByFloatLiteral {
    /// - Precondition: none; a literal beyond `Double` becomes zero, and the compiler warns of it.
    public init(floatLiteral value: Double) { self = JSONNumber(value) ?? JSONNumber(validated: "0") }
}
