import NetworkPrimitives

/// How Route 53 writes names and texts: with escapes of three octal digits.
///
/// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
enum Route53Text {
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// A name as Route 53 stores it and sorts by it: in lower case, with a dot at its end, `\052` for an asterisk.
    static func name(_ name: RecordName) -> String {
        name.lowercased.labels.map { label in
            label.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "_"):
                    String(Unicode.Scalar(byte))
                default: escape(byte)
                }
            }.joined() + "."
        }.joined()
    }

    /// - Returns: `nil` for what is no name.
    static func parseName(_ text: String) -> RecordName? {
        var labels: [[UInt8]] = []
        var label: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "."):
                labels.append(label)
                label = []
            case backslash:
                guard let escaped = escapedByte(&rest) else { return nil }
                label.append(escaped)
            default: label.append(byte)
            }
        }
        if !label.isEmpty { labels.append(label) }
        return try? RecordName(labels: labels)
    }

    /// The value of a TXT record: strings of at most 255 bytes in quotes.
    static func quoted(_ text: String) -> String {
        var rest = Array(text.utf8)[...]
        var strings: [String] = []
        repeat {
            let string = rest.prefix(255).map { byte in
                switch byte {
                case quote, backslash: escape(byte)
                case 0x20...0x7E: String(Unicode.Scalar(byte))
                default: escape(byte)
                }
            }
            strings.append("\"\(string.joined())\"")
            rest = rest.dropFirst(255)
        } while !rest.isEmpty
        return strings.joined(separator: " ")
    }

    /// - Returns: `nil` where a quote is not closed, or something stands between strings.
    static func parseQuoted(_ value: String) -> String? {
        var bytes: [UInt8] = []
        var isInside = false
        var rest = Array(value.utf8)[...]
        while let byte = rest.popFirst() {
            switch (byte, isInside) {
            case (quote, _): isInside.toggle()
            case (backslash, true):
                if let escaped = escapedByte(&rest) {
                    bytes.append(escaped)
                } else {
                    guard let next = rest.popFirst() else { return nil }
                    bytes.append(next)
                }
            case (_, true): bytes.append(byte)
            case (UInt8(ascii: " "), false), (UInt8(ascii: "\t"), false): continue
            default: return nil
            }
        }
        return isInside ? nil : String(decoding: bytes, as: UTF8.self)
    }

    private static func escape(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 8)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// The byte that three octal digits stand for, which are taken away; `nil`, and nothing taken away, for anything else.
    private static func escapedByte(_ rest: inout ArraySlice<UInt8>) -> UInt8? {
        let digits = rest.prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }),
            let byte = UInt8(exactly: digits.reduce(0) { $0 * 8 + Int($1 - UInt8(ascii: "0")) })
        else { return nil }
        rest = rest.dropFirst(3)
        return byte
    }
}
