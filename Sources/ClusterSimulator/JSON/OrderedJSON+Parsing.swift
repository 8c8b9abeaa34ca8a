extension OrderedJSON {
    /// Why a text is not JSON, in the words of Go's `encoding/json`, which the API server passes on to its clients.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Reads one document; anything but white space after it is an error. Of duplicate names the last one counts.
    public init(parsing bytes: some Sequence<UInt8>) throws(ParseError) {
        var parser = JSONParser(bytes: Array(bytes))
        self = try parser.parseDocument()
    }

    /// Reads one document.
    public init(parsing text: String) throws(ParseError) {
        try self.init(parsing: text.utf8)
    }
}

/// A recursive-descent parser (RFC 8259) with a bound on depth.
private struct JSONParser {
    let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func parseDocument() throws(OrderedJSON.ParseError) -> OrderedJSON {
        let value = try parseValue()
        skipSpace()
        if position < bytes.count { throw unexpected("after top-level value") }
        return value
    }

    private mutating func parseValue() throws(OrderedJSON.ParseError) -> OrderedJSON {
        skipSpace()
        guard let byte = peek else { throw end }
        switch byte {
        case UInt8(ascii: "{"): return try nested { parser throws(OrderedJSON.ParseError) in try parser.parseObject() }
        case UInt8(ascii: "["): return try nested { parser throws(OrderedJSON.ParseError) in try parser.parseArray() }
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parse(word: "true", as: .bool(true))
        case UInt8(ascii: "f"): return try parse(word: "false", as: .bool(false))
        case UInt8(ascii: "n"): return try parse(word: "null", as: .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        default: throw unexpected("looking for beginning of value")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(OrderedJSON.ParseError) -> OrderedJSON
    ) throws(OrderedJSON.ParseError) -> OrderedJSON {
        depth += 1
        guard depth <= 200 else { throw OrderedJSON.ParseError(description: "exceeded max depth") }
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func parseObject() throws(OrderedJSON.ParseError) -> OrderedJSON {
        position += 1
        var members: [OrderedJSON.Member] = []
        skipSpace()
        if peek == UInt8(ascii: "}") {
            position += 1
            return .object([])
        }
        while true {
            skipSpace()
            guard let byte = peek else { throw end }
            guard byte == UInt8(ascii: "\"") else { throw unexpected("looking for beginning of object key string") }
            let key = try parseString()
            skipSpace()
            guard let byte = peek else { throw end }
            guard byte == UInt8(ascii: ":") else { throw unexpected("after object key") }
            position += 1
            let value = try parseValue()
            if let index = members.firstIndex(where: { $0.key == key }) {
                members[index].value = value
            } else {
                members.append(.init(key, value))
            }
            skipSpace()
            guard let byte = peek else { throw end }
            switch byte {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return .object(members)
            default: throw unexpected("after object key:value pair")
            }
        }
    }

    private mutating func parseArray() throws(OrderedJSON.ParseError) -> OrderedJSON {
        position += 1
        var elements: [OrderedJSON] = []
        skipSpace()
        if peek == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            elements.append(try parseValue())
            skipSpace()
            guard let byte = peek else { throw end }
            switch byte {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return .array(elements)
            default: throw unexpected("after array element")
            }
        }
    }

    private mutating func parseString() throws(OrderedJSON.ParseError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text += try parseEscape()
            case 0..<0x20:
                position -= 1
                throw unexpected("in string literal")
            default: text.append(byte)
            }
        }
        throw end
    }

    private mutating func parseEscape() throws(OrderedJSON.ParseError) -> [UInt8] {
        guard let byte = peek else { throw end }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"):
            var units = [try parseHex()]
            if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: Array("\\u".utf8)) {
                position += 2
                units.append(try parseHex())
            }
            return Array(String(decoding: units, as: UTF16.self).utf8)
        default:
            position -= 1
            throw unexpected("in string escape code")
        }
    }

    private mutating func parseHex() throws(OrderedJSON.ParseError) -> UInt16 {
        guard position + 4 <= bytes.count else { throw end }
        let digits = String(decoding: bytes[position..<position + 4], as: UTF8.self)
        guard digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let unit = UInt16(digits, radix: 16)
        else {
            throw unexpected("in \\u hexadecimal character escape")
        }
        position += 4
        return unit
    }

    private mutating func parse(
        word: StaticString, as value: OrderedJSON
    ) throws(OrderedJSON.ParseError) -> OrderedJSON {
        let word = "\(word)"
        for (index, expected) in word.utf8.enumerated() {
            guard let byte = peek else { throw end }
            guard byte == expected else {
                let wanted = Character(UnicodeScalar(expected))
                throw unexpected(index == 0 ? "" : "in literal \(word) (expecting '\(wanted)')")
            }
            position += 1
        }
        return value
    }

    private mutating func parseNumber() throws(OrderedJSON.ParseError) -> OrderedJSON {
        let start = position
        if peek == UInt8(ascii: "-") { position += 1 }
        let integerStart = position
        try digits("in numeric literal")
        if bytes[integerStart] == UInt8(ascii: "0"), position > integerStart + 1 {
            position = integerStart + 1
            throw unexpected("after top-level value")
        }
        var isInteger = true
        if peek == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits("after decimal point in numeric literal")
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            try digits("in exponent of numeric literal")
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text) else { throw unexpected("in numeric literal") }
        return .number(number)
    }

    private mutating func digits(_ context: String) throws(OrderedJSON.ParseError) {
        guard let first = peek else { throw end }
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { throw unexpected(context) }
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private var end: OrderedJSON.ParseError { .init(description: "unexpected end of JSON input") }

    private func unexpected(_ context: String) -> OrderedJSON.ParseError {
        guard let byte = peek else { return end }
        let shown = byte < 0x80 ? String(UnicodeScalar(byte)) : "\\u{\(String(byte, radix: 16))}"
        return .init(description: "invalid character '\(shown)' \(context)")
    }
}
