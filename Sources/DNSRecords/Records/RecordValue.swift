public import NetworkPrimitives

/// What one record of a set holds.
public enum RecordValue: Hashable, Sendable {
    /// An A or an AAAA record's.
    case address(IPAddress)
    /// A TXT record's, without quotes; at most 65,000 bytes. Where it travels as several strings, they are joined.
    case text(String)

    /// Reads the presentation form of zone files, which most APIs use as well (RFC 1035 section 5.1).
    ///
    /// Text may be quoted, in one or several strings, or, as some services give it, bare.
    ///
    /// - Returns: `nil` for what is no value of the type.
    public init?(_ type: RecordType, presentation: String) {
        switch type {
        case .a, .aaaa:
            guard let address = IPAddress(presentation), address.family == type.family else { return nil }
            self = .address(address)
        case .txt:
            guard let text = QuotedText.parse(presentation) else { return nil }
            self = .text(text)
        }
    }

    /// The value of a record that came over the wire; `nil` where its data does not fit its type.
    init?(_ record: DNSRecord) {
        if let address = record.ipAddress {
            self = .address(address)
        } else if let strings = record.strings {
            self = .text(String(decoding: strings.joined(), as: UTF8.self))
        } else {
            return nil
        }
    }

    /// The presentation form; text is quoted, and split where it is longer than 255 bytes.
    public var presentation: String {
        switch self {
        case .address(let address): address.description
        case .text(let text): QuotedText.format(text)
        }
    }

    public var address: IPAddress? {
        if case .address(let address) = self { address } else { nil }
    }

    public var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    func record(_ name: RecordName, ttl: UInt32) -> DNSRecord {
        switch self {
        case .address(let address): .address(name, ttl: ttl, address)
        case .text(let text): .txt(name, ttl: ttl, [Array(text.utf8)])
        }
    }
}

extension RecordValue: Comparable {
    public static func < (a: RecordValue, b: RecordValue) -> Bool {
        switch (a, b) {
        case (.address(let a), .address(let b)): a < b
        case (.text(let a), .text(let b)): a < b
        case (.address, .text): true
        case (.text, .address): false
        }
    }
}

/// A TXT record's strings in the presentation form of zone files.
enum QuotedText {
    /// The longest string of a TXT record in bytes.
    private static let longestString = 255
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    static func format(_ text: String) -> String {
        var parts: [String] = []
        var rest = Array(text.utf8)[...]
        repeat {
            var part = "\""
            for byte in rest.prefix(longestString) {
                switch byte {
                case quote, backslash:
                    part += "\\"
                    part.unicodeScalars.append(Unicode.Scalar(byte))
                case 0x20...0x7E: part.unicodeScalars.append(Unicode.Scalar(byte))
                default:
                    let digits = String(byte)
                    part += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
                }
            }
            parts.append(part + "\"")
            rest = rest.dropFirst(longestString)
        } while !rest.isEmpty
        return parts.joined(separator: " ")
    }

    /// - Returns: `nil` where a quote is not closed, or something stands between strings.
    static func parse(_ presentation: String) -> String? {
        guard presentation.utf8.first == quote else { return presentation }
        var bytes: [UInt8] = []
        var isInside = false
        var rest = Array(presentation.utf8)[...]
        while let byte = rest.popFirst() {
            switch (byte, isInside) {
            case (quote, _): isInside.toggle()
            case (backslash, true):
                guard let next = rest.popFirst() else { return nil }
                let digits = [next] + rest.prefix(2)
                if digits.count == 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
                    let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
                    guard let escaped = UInt8(exactly: value) else { return nil }
                    bytes.append(escaped)
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(next)
                }
            case (_, true): bytes.append(byte)
            case (UInt8(ascii: " "), false), (UInt8(ascii: "\t"), false): continue
            default: return nil
            }
        }
        return isInside ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
