extension JSONValue {
    /// Reads one JSON document (RFC 8259), which has to be the whole text.
    ///
    /// A number without fraction and exponent that fits into 64 bits becomes ``integer(_:)``; any other becomes
    /// ``number(_:)``, with all its digits.
    ///
    /// - Throws: ``JSONError`` with the byte offset of the fault. Besides what the grammar forbids, refused are: nesting
    ///   deeper than 200, a member named twice, invalid UTF-8 and lone surrogates.
    public init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
        var parser = JSONParser(Array(bytes))
        self = try parser.document()
    }

    /// Reads one JSON document from text; see ``init(parsing:)-(Collection<UInt8>)``.
    public init(parsing text: some StringProtocol) throws(JSONError) {
        var parser = JSONParser(Array(text.utf8))
        self = try parser.document()
    }

    /// The document in UTF-8 without white space, members sorted by name, so that equal values give equal bytes.
    public func serialized() -> [UInt8] {
        var output: [UInt8] = []
        write(to: &output)
        return output
    }

    private func write(to output: inout [UInt8]) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .integer(let value): output += String(value).utf8
        case .number(let value): output += value.text.utf8
        case .string(let value): Self.write(value, to: &output)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                element.write(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                Self.write(member.key, to: &output)
                output.append(UInt8(ascii: ":"))
                member.value.write(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): output += #"\""#.utf8
            case UInt8(ascii: "\\"): output += #"\\"#.utf8
            case 0x0A: output += #"\n"#.utf8
            case 0x0D: output += #"\r"#.utf8
            case 0x09: output += #"\t"#.utf8
            case 0..<0x20:
                output += (byte < 0x10 ? #"\u000"# : #"\u00"#).utf8
                output += String(byte, radix: 16).utf8
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}

extension JSONValue: CustomStringConvertible {
    /// The document as text; the same characters as ``serialized()``.
    public var description: String { String(decoding: serialized(), as: UTF8.self) }
}
