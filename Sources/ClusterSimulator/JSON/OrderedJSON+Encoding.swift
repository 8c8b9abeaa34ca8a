extension OrderedJSON: CustomStringConvertible {
    /// The compact form, without white space.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// The compact form as UTF-8, escaped as Go's `encoding/json` does it (`<`, `>` and `&` as `\u003c` …).
    public var bytes: [UInt8] {
        var writer = JSONWriter(indent: nil)
        writer.write(self)
        return writer.output
    }

    /// The form with two spaces of indentation, as the API server writes `/version`.
    public var prettyBytes: [UInt8] {
        var writer = JSONWriter(indent: 2)
        writer.write(self)
        return writer.output
    }
}

/// Serialises one document.
private struct JSONWriter {
    let indent: Int?
    var output: [UInt8] = []
    private var depth = 0

    init(indent: Int?) { self.indent = indent }

    mutating func write(_ value: OrderedJSON) {
        switch value {
        case .null: output += Array("null".utf8)
        case .bool(let value): output += Array((value ? "true" : "false").utf8)
        case .integer(let value): output += Array(String(value).utf8)
        case .number(let value): output += Array(Self.text(of: value).utf8)
        case .string(let value): write(text: value)
        case .array(let elements):
            write(open: "[", close: "]", count: elements.count) { writer, index in writer.write(elements[index]) }
        case .object(let members):
            write(open: "{", close: "}", count: members.count) { writer, index in
                writer.write(text: members[index].key)
                writer.output.append(UInt8(ascii: ":"))
                if writer.indent != nil { writer.output.append(UInt8(ascii: " ")) }
                writer.write(members[index].value)
            }
        }
    }

    private mutating func write(open: String, close: String, count: Int, element: (inout JSONWriter, Int) -> Void) {
        output += Array(open.utf8)
        depth += 1
        for index in 0..<count {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            breakLine()
            element(&self, index)
        }
        depth -= 1
        if count > 0 { breakLine() }
        output += Array(close.utf8)
    }

    private mutating func breakLine() {
        guard let indent else { return }
        output.append(UInt8(ascii: "\n"))
        output += [UInt8](repeating: UInt8(ascii: " "), count: indent * depth)
    }

    private mutating func write(text: String) {
        output.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += Array("\\\"".utf8)
            case "\\": output += Array("\\\\".utf8)
            case "\n": output += Array("\\n".utf8)
            case "\r": output += Array("\\r".utf8)
            case "\t": output += Array("\\t".utf8)
            case "\u{8}": output += Array("\\b".utf8)
            case "\u{c}": output += Array("\\f".utf8)
            case _ where scalar.value < 0x20, "<", ">", "&", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                output += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            default: output += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// Whole numbers without a fraction; JSON has no infinities, so they become null.
    private static func text(of value: Double) -> String {
        guard value.isFinite else { return "null" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return String(value)
    }
}
