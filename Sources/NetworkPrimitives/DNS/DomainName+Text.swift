extension DomainName {
    /// Why a text is not a domain name; the message quotes the text and says what would be right.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String

        init(text: String, why: String) {
            let shown = text.count > 80 ? text.prefix(80) + "…" : text[...]
            description = "\"\(shown)\" \(why); expected a domain name such as home.example.com"
        }
    }

    /// Reads the presentation form of RFC 1035 section 5.1: labels between dots, `\.` for a character and `\046` for a
    /// byte that would otherwise mean something else. A trailing dot may be there or not; either way the name is absolute.
    /// `.` is the root.
    ///
    /// A label with characters outside ASCII is taken for one of an internationalised name, and becomes its `xn--` form
    /// (RFC 5891 section 4).
    ///
    /// - Throws: ``ParseError``, which names the label where IDNA2008 forbids one.
    public init(parsing text: String) throws(ParseError) {
        func wrong(_ why: String) -> ParseError { ParseError(text: text, why: why) }
        guard text != "." else {
            self = .root
            return
        }
        var labels: [[UInt8]] = []
        var label = LabelText()
        var scalars = text.unicodeScalars.makeIterator()
        var endsWithDot = false
        while let scalar = scalars.next() {
            endsWithDot = false
            switch scalar {
            // The second is the full stop of Chinese and Japanese (RFC 5895 section 2).
            case ".", "\u{3002}":
                labels.append(try label.bytes(in: text))
                label = LabelText()
                endsWithDot = true
            case "\\":
                guard let escaped = Self.escapedByte(&scalars) else {
                    throw wrong("has an escape that is neither \\DDD (000 to 255) nor \\ and a character")
                }
                label.append(escaped: escaped)
            case "\u{21}"..."\u{7E}", "\u{A0}"...:
                label.append(scalar)
            default:
                throw wrong("has a space or a control character")
            }
        }
        if !endsWithDot {
            guard !label.isEmpty else { throw wrong("is empty") }
            labels.append(try label.bytes(in: text))
        }
        try self.init(labels: labels)
    }

    /// One label while it is read.
    private struct LabelText {
        private var scalars = String.UnicodeScalarView()
        private var ascii: [UInt8] = []
        private var hasEscapes = false
        private var isASCII = true

        var isEmpty: Bool { scalars.isEmpty && ascii.isEmpty }

        mutating func append(_ scalar: Unicode.Scalar) {
            scalars.append(scalar)
            if scalar.isASCII { ascii.append(UInt8(truncatingIfNeeded: scalar.value)) } else { isASCII = false }
        }

        mutating func append(escaped byte: UInt8) {
            ascii.append(byte)
            hasEscapes = true
        }

        func bytes(in text: String) throws(ParseError) -> [UInt8] {
            guard !isEmpty else { throw ParseError(text: text, why: "has an empty label") }
            guard !isASCII else { return ascii }
            let label = String(scalars.prefix(DomainName.maximumLabelLength))
            guard !hasEscapes else {
                throw ParseError(
                    text: text, why: "has a label, \"\(label)\", with both an escape and characters outside ASCII")
            }
            // More characters than a label has bytes cannot fit, however they are encoded.
            guard scalars.count <= 4 * DomainName.maximumLabelLength else {
                throw ParseError(text: text, why: "has a label longer than 63 bytes")
            }
            do throws(InternationalLabel.Refusal) {
                return try InternationalLabel.encode(String(scalars))
            } catch {
                throw ParseError(
                    text: text, why: "has a label, \"\(label)\", that IDNA2008 does not allow: \(error.why)")
            }
        }
    }

    /// What follows a backslash: three decimal digits up to 255, or one printable character that is not a digit.
    private static func escapedByte(_ scalars: inout String.UnicodeScalarView.Iterator) -> UInt8? {
        func digit(_ scalar: Unicode.Scalar?) -> Int? {
            scalar.flatMap { ("0"..."9").contains($0) ? Int($0.value) - 0x30 : nil }
        }
        guard let first = scalars.next(), ("\u{21}"..."\u{7E}").contains(first) else { return nil }
        guard let hundreds = digit(first) else { return UInt8(truncatingIfNeeded: first.value) }
        guard let tens = digit(scalars.next()), let ones = digit(scalars.next()) else { return nil }
        return UInt8(exactly: hundreds * 100 + tens * 10 + ones)
    }

    /// The presentation form with the trailing dot that marks it as absolute, as zone files and some APIs want it.
    public var absoluteText: String { labels.isEmpty ? "." : description + "." }

    /// The presentation form of the part left of `zone`, and `@` for the zone's apex, as zone files and many APIs
    /// name records; `nil` where the name is not within the zone.
    public func text(relativeTo zone: DomainName) -> String? {
        guard let labels = labels(below: zone) else { return nil }
        return labels.isEmpty ? "@" : DomainName(unchecked: labels).description
    }
}

extension DomainName: LosslessStringConvertible {
    /// As ``init(parsing:)``, without the reason.
    public init?(_ text: String) {
        do {
            try self.init(parsing: text)
        } catch {
            return nil
        }
    }

    /// The presentation form without a trailing dot; the root is `.`.
    public var description: String {
        guard !labels.isEmpty else { return "." }
        var text = ""
        for label in labels {
            if !text.isEmpty { text += "." }
            for byte in label {
                switch byte {
                case UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: ";"),
                    UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "@"), UInt8(ascii: "$"):
                    text += "\\"
                    text.unicodeScalars.append(Unicode.Scalar(byte))
                case 0x21...0x7E:
                    text.unicodeScalars.append(Unicode.Scalar(byte))
                default:
                    let digits = String(byte)
                    text += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
                }
            }
        }
        return text
    }
}
