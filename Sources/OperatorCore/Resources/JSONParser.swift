/// A strict parser of JSON (RFC 8259) that keeps every number as it was written.
///
/// `JSONDecoder` does not suit this: it has to guess the type of every value by trying one after the other, reads `1.0`
/// as an integer, so that what goes back to the API server is not what came from it, and names no position in its
/// errors. This one walks the bytes once. It is stricter than the RFC demands where two readers could disagree: a
/// member named twice is an error, and so are lone surrogates and invalid UTF-8.
struct JSONParser {
    /// Deeper nesting is refused, so that a hostile text cannot exhaust the stack.
    static let maximumDepth = 200

    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads the whole text as one document.
    mutating func document() throws(JSONError) -> JSONValue {
        skipWhiteSpace()
        let value = try value(depth: 0)
        skipWhiteSpace()
        guard offset == bytes.count else { throw failure("text after the end of the document") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard let byte = peek else { throw failure("the text ends where a value should be") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("a byte that begins no JSON value")
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw failure("nested deeper than \(Self.maximumDepth)") }
        offset += 1
        var members: [String: JSONValue] = [:]
        skipWhiteSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            let start = offset
            guard peek == UInt8(ascii: "\"") else { throw failure("no name where a member should be") }
            let name = try string()
            skipWhiteSpace()
            guard take(UInt8(ascii: ":")) else { throw failure("no colon after a member's name") }
            skipWhiteSpace()
            let value = try value(depth: depth + 1)
            guard members.updateValue(value, forKey: name) == nil else {
                throw JSONError("a member named twice", offset: start)
            }
            skipWhiteSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw failure("neither a comma nor the end of an object") }
            skipWhiteSpace()
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw failure("nested deeper than \(Self.maximumDepth)") }
        offset += 1
        var elements: [JSONValue] = []
        skipWhiteSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipWhiteSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw failure("neither a comma nor the end of an array") }
            skipWhiteSpace()
        }
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = offset
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try digits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        // "-0" as an integer would lose its sign.
        if isInteger, text != "-0", let integer = Int64(text) { return .integer(integer) }
        return .number(JSONNumber(validated: text))
    }

    private mutating func digits() throws(JSONError) {
        let start = offset
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
        guard offset > start else { throw failure("no digit where a number needs one") }
    }

    private mutating func string() throws(JSONError) -> String {
        let opening = offset
        offset += 1
        var start = offset
        var unescaped: [UInt8] = []
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                let rest = bytes[start..<offset]
                offset += 1
                let text = unescaped.isEmpty ? validated(rest) : validated(unescaped + rest)
                guard let text else { throw JSONError("a string that is not valid UTF-8", offset: opening) }
                return text
            case UInt8(ascii: "\\"):
                unescaped += bytes[start..<offset]
                unescaped += Array(try escape().utf8)
                start = offset
            case 0..<0x20:
                throw failure("a control character inside a string")
            default:
                offset += 1
            }
        }
        throw JSONError("a string without an end", offset: opening)
    }

    private func validated(_ bytes: some Sequence<UInt8>) -> String? { String(validating: bytes, as: UTF8.self) }

    /// The character behind a backslash; leaves the position after it.
    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        let start = offset
        offset += 1
        guard let byte = peek else { throw JSONError("a string without an end", offset: start) }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try hexadecimal()
            if let scalar = Unicode.Scalar(first) { return scalar }
            // Outside the basic plane a character is written as two surrogates, the high one first.
            if first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
                let second = try hexadecimal()
                if (0xDC00..<0xE000).contains(second),
                    let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
                {
                    return scalar
                }
            }
            throw JSONError("half of a surrogate pair", offset: start)
        default: throw JSONError("an unknown escape", offset: start)
        }
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("not four hexadecimal digits after \\u")
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }

    private mutating func literal(_ word: StaticString) throws(JSONError) {
        let matches = word.withUTF8Buffer { bytes[offset...].starts(with: $0) }
        guard matches else { throw failure("a byte that begins no JSON value") }
        offset += word.utf8CodeUnitCount
    }

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        offset += 1
        return true
    }

    private mutating func skipWhiteSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private func failure(_ reason: String) -> JSONError { JSONError(reason, offset: offset) }
}
