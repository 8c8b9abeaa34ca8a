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
    /// - Throws: ``ParseError``. Characters outside printable ASCII are refused: an internationalised name has to be given
    ///   in its `xn--` form (RFC 5891).
    public init(parsing text: String) throws(ParseError) {
        func wrong(_ why: String) -> ParseError { ParseError(text: text, why: why) }
        guard text != "." else {
            self = .root
            return
        }
        var labels: [[UInt8]] = []
        var label: [UInt8] = []
        var bytes = text.utf8.makeIterator()
        var endsWithDot = false
        while let byte = bytes.next() {
            endsWithDot = false
            switch byte {
            case UInt8(ascii: "."):
                guard !label.isEmpty else { throw wrong("has an empty label") }
                labels.append(label)
                label = []
                endsWithDot = true
            case UInt8(ascii: "\\"):
                guard let escaped = Self.escapedByte(&bytes) else {
                    throw wrong("has an escape that is neither \\DDD (000 to 255) nor \\ and a character")
                }
                label.append(escaped)
            case 0x21...0x7E:
                label.append(byte)
            case 0x80...:
                throw wrong("has characters outside ASCII (write an internationalised name in its xn-- form)")
            default:
                throw wrong("has a space or a control character")
            }
        }
        if !endsWithDot {
            guard !label.isEmpty else { throw wrong("is empty") }
            labels.append(label)
        }
        do {
            try self.init(labels: labels)
        } catch {
            throw error
        }
    }

    /// What follows a backslash: three decimal digits up to 255, or one printable character that is not a digit.
    private static func escapedByte(_ bytes: inout String.UTF8View.Iterator) -> UInt8? {
        func digit(_ byte: UInt8) -> Int? {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
        }
        guard let first = bytes.next(), (0x21...0x7E).contains(first) else { return nil }
        guard let hundreds = digit(first) else { return first }
        guard let second = bytes.next(), let tens = digit(second), let third = bytes.next(), let ones = digit(third)
        else { return nil }
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
