extension XML {
    /// Goes through a document once, from its first byte to its last.
    struct Reader {
        private static let deepest = 32

        private let bytes: [UInt8]
        private var position = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func document() throws(ParseError) -> Element {
            guard String(validating: bytes, as: UTF8.self) != nil else { throw wrong("is not UTF-8") }
            _ = skip("\u{FEFF}")
            if skip("<?xml") { try skip(past: "?>") }
            try skipMiscellany()
            guard skip("<") else { throw wrong("there is no element") }
            let root = try element(depth: 1)
            try skipMiscellany()
            guard position == bytes.count else { throw wrong("there is something after the document's end") }
            return root
        }

        // MARK: Elements

        /// What follows the `<` of a start tag, up to and including the end tag.
        private mutating func element(depth: Int) throws(ParseError) -> Element {
            guard depth <= Self.deepest else { throw wrong("elements are nested too deeply") }
            let tag = try name()
            let local = tag.split(separator: ":").last.map(String.init) ?? tag
            guard try isOpened() else { return Element(local) }
            var text: [UInt8] = []
            var children: [Element] = []
            while true {
                if skip("</") {
                    guard try name() == tag else { throw wrong("the end tag is not <\(tag)>'s") }
                    skipSpace()
                    guard skip(">") else { throw wrong("an end tag is not closed") }
                    return Element(local, text: String(decoding: text, as: UTF8.self), children: children)
                } else if skip("<!--") {
                    try skip(past: "-->")
                } else if skip("<![CDATA[") {
                    let start = position
                    try skip(past: "]]>")
                    text += bytes[start..<(position - 3)]
                } else if skip("<?") {
                    try skip(past: "?>")
                } else if skip("<") {
                    children.append(try element(depth: depth + 1))
                } else if skip("&") {
                    text += Array(String(try reference()).utf8)
                } else if let byte = peek {
                    text.append(byte)
                    position += 1
                } else {
                    throw wrong("<\(tag)> is not closed")
                }
            }
        }

        /// The rest of a start tag.
        ///
        /// - Returns: whether there is content, or the tag closed itself.
        private mutating func isOpened() throws(ParseError) -> Bool {
            while true {
                let hadSpace = skipSpace()
                if skip(">") { return true }
                if skip("/>") { return false }
                guard hadSpace else { throw wrong("a start tag is not closed") }
                _ = try name()
                skipSpace()
                guard skip("=") else { throw wrong("an attribute has no value") }
                skipSpace()
                guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                    throw wrong("an attribute's value is not quoted")
                }
                position += 1
                while let byte = peek, byte != quote {
                    guard byte != UInt8(ascii: "<") else { throw wrong("an attribute's value has a <") }
                    position += 1
                }
                guard peek == quote else { throw wrong("an attribute's value is not closed") }
                position += 1
            }
        }

        private mutating func name() throws(ParseError) -> String {
            let start = position
            while let byte = peek {
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "_"), UInt8(ascii: ":"), 0x80...:
                    break
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    guard position > start else { throw wrong("there is no name") }
                default:
                    guard position > start else { throw wrong("there is no name") }
                    return String(decoding: bytes[start..<position], as: UTF8.self)
                }
                position += 1
            }
            throw wrong("a tag is not closed")
        }

        /// What follows an `&`. Only references that need no declaration are known.
        private mutating func reference() throws(ParseError) -> Unicode.Scalar {
            let start = position
            try skip(past: ";")
            let text = String(decoding: bytes[start..<(position - 1)], as: UTF8.self)
            switch text {
            case "lt": return "<"
            case "gt": return ">"
            case "amp": return "&"
            case "quot": return "\""
            case "apos": return "'"
            default: break
            }
            let number =
                text.hasPrefix("#x")
                ? UInt32(text.dropFirst(2), radix: 16)
                : text.hasPrefix("#") ? UInt32(text.dropFirst()) : nil
            guard let scalar = number.flatMap(Unicode.Scalar.init), scalar != "\0" else {
                throw ParseError(offset: start, why: "an entity is not known")
            }
            return scalar
        }

        // MARK: Bytes

        private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

        private func wrong(_ why: String) -> ParseError { ParseError(offset: position, why: why) }

        private mutating func skip(_ text: StaticString) -> Bool {
            text.withUTF8Buffer { expected in
                guard bytes[position...].starts(with: expected) else { return false }
                position += expected.count
                return true
            }
        }

        private mutating func skip(past text: StaticString) throws(ParseError) {
            while position < bytes.count {
                if skip(text) { return }
                position += 1
            }
            throw wrong("\(text) is missing")
        }

        @discardableResult
        private mutating func skipSpace() -> Bool {
            let start = position
            while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
            return position > start
        }

        /// White space, comments and processing instructions around the one element of a document.
        private mutating func skipMiscellany() throws(ParseError) {
            while true {
                if skipSpace() { continue }
                if skip("<!--") {
                    try skip(past: "-->")
                } else if skip("<?") {
                    try skip(past: "?>")
                } else {
                    return
                }
            }
        }
    }
}
