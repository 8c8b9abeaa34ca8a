/// Looks at PEM text (RFC 7468) closely enough to refuse what OpenSSL would refuse much later with a worse message.
enum PEM {
    struct Block: Hashable, Sendable {
        /// What stands after `BEGIN`: `CERTIFICATE`, `EC PRIVATE KEY`.
        var label: String
        var isEncrypted: Bool

        var isCertificate: Bool { label == "CERTIFICATE" || label == "X509 CERTIFICATE" }
        var isPrivateKey: Bool { label.hasSuffix("PRIVATE KEY") }
    }

    /// The blocks of a text. Text between blocks is allowed, and common in bundles.
    ///
    /// - Parameter name: what the text is to the user, for the message.
    /// - Throws: ``HTTPClientError/Code/tlsFailed``, saying which block is wrong and how. Never quotes the content.
    static func blocks(in bytes: [UInt8], called name: String) throws(HTTPClientError) -> [Block] {
        func wrong(_ number: Int, _ why: String) -> HTTPClientError {
            HTTPClientError(.tlsFailed, "\(name): PEM block \(number) \(why)")
        }
        var blocks: [Block] = []
        var open: (label: String, body: [UInt8], isEncrypted: Bool)?
        let lines = bytes.split(omittingEmptySubsequences: true) {
            $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
        }
        for line in lines {
            let text = withoutTrailingBlanks(line)
            if let label = label(of: text, after: "-----BEGIN ") {
                guard open == nil else { throw wrong(blocks.count + 1, "has no END line") }
                open = (label, [], label.hasPrefix("ENCRYPTED"))
            } else if let label = label(of: text, after: "-----END ") {
                guard let block = open, block.label == label else {
                    throw wrong(blocks.count + 1, "has an END line that does not match its BEGIN line")
                }
                let finished = Block(label: label, isEncrypted: block.isEncrypted)
                // Others, such as EC PARAMETERS, may hold something else than a SEQUENCE.
                let isSequence = (finished.isCertificate || finished.isPrivateKey) && !finished.isEncrypted
                guard let content = decodedBase64(block.body), !isSequence || isOneSequence(content) else {
                    throw wrong(blocks.count + 1, "(\(RequestTarget.bounded(label))) is damaged")
                }
                blocks.append(finished)
                open = nil
            } else if open != nil {
                // RFC 1421 headers, which OpenSSL's traditional encrypted keys have: `Proc-Type: 4,ENCRYPTED`.
                if text.contains(UInt8(ascii: ":")) {
                    if String(decoding: text, as: UTF8.self).contains("ENCRYPTED") { open?.isEncrypted = true }
                } else {
                    open?.body += text
                }
            }
        }
        guard open == nil else { throw wrong(blocks.count + 1, "has no END line") }
        return blocks
    }

    /// OpenSSL overlooks blanks at the end of a line, but not before BEGIN.
    private static func withoutTrailingBlanks(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let last = line.last, last == 0x20 || last == 0x09 { line.removeLast() }
        return line
    }

    private static func label(of line: ArraySlice<UInt8>, after prefix: String) -> String? {
        guard line.starts(with: prefix.utf8), line.count > prefix.utf8.count + 5 else { return nil }
        guard line.suffix(5).elementsEqual("-----".utf8) else { return nil }
        return String(decoding: line.dropFirst(prefix.utf8.count).dropLast(5), as: UTF8.self)
    }

    /// Padding may only stand at the end, and the last bits have to fit: anything else is not what was once encoded.
    private static func decodedBase64(_ text: [UInt8]) -> [UInt8]? {
        let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard !text.isEmpty, text.count % 4 == 0, padding <= 2 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        for character in text.dropLast(padding) {
            let value: UInt8
            switch character {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0") + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    /// Whether the bytes are one DER SEQUENCE and nothing behind it (X.690 section 8.1.3).
    private static func isOneSequence(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 2, bytes[0] == 0x30 else { return false }
        guard bytes[1] >= 0x80 else { return bytes.count == 2 + Int(bytes[1]) }
        let lengthBytes = Int(bytes[1] & 0x7f)
        guard (1...4).contains(lengthBytes), bytes.count > 2 + lengthBytes else { return false }
        let length = bytes[2..<(2 + lengthBytes)].reduce(0) { $0 << 8 | Int($1) }
        return bytes.count == 2 + lengthBytes + length
    }
}
