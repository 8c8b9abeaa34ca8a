/// Reads the fields of a DNS message from left to right; never beyond its end, and never for longer than the message's
/// size allows.
package struct DNSReader {
    private let bytes: [UInt8]
    private let end: Int
    /// Where the next field starts, counted from the start of the message.
    package private(set) var offset: Int

    package init(_ bytes: [UInt8]) {
        self.init(bytes, from: 0, to: bytes.count)
    }

    /// Reads only `start..<end`, while compression pointers still see the whole message.
    private init(_ bytes: [UInt8], from start: Int, to end: Int) {
        self.bytes = bytes
        self.end = end
        offset = start
    }

    package var isAtEnd: Bool { offset == end }

    package mutating func readUInt8() throws(DNSDecodingError) -> UInt8 {
        guard offset < end else { throw DNSDecodingError(.truncated, at: offset) }
        defer { offset += 1 }
        return bytes[offset]
    }

    package mutating func readUInt16() throws(DNSDecodingError) -> UInt16 {
        let field = try readBytes(2)
        return field.reduce(0) { $0 << 8 | UInt16($1) }
    }

    package mutating func readUInt32() throws(DNSDecodingError) -> UInt32 {
        let field = try readBytes(4)
        return field.reduce(0) { $0 << 8 | UInt32($1) }
    }

    package mutating func readBytes(_ count: Int) throws(DNSDecodingError) -> ArraySlice<UInt8> {
        guard count <= end - offset else { throw DNSDecodingError(.truncated, at: offset) }
        defer { offset += count }
        return bytes[offset..<(offset + count)]
    }

    /// A reader for the next `count` bytes, which this reader skips.
    package mutating func readSlice(_ count: Int) throws(DNSDecodingError) -> DNSReader {
        let start = offset
        _ = try readBytes(count)
        return DNSReader(bytes, from: start, to: start + count)
    }

    /// Everything that is left.
    package mutating func readRest() -> [UInt8] {
        defer { offset = end }
        return Array(bytes[offset..<end])
    }

    /// Reads a name, following compression pointers (RFC 1035 section 4.1.4).
    ///
    /// Each pointer has to point before everything of the name that was read so far, so that no sequence of pointers can
    /// come back to where it has been; and there may be no more of them than a name can have labels.
    package mutating func readName() throws(DNSDecodingError) -> DomainName {
        let start = offset
        var labels: [[UInt8]] = []
        var length = 1
        var position = offset
        var limit = end
        var segmentStart = offset
        var pointers = 0
        while true {
            guard position < limit else { throw DNSDecodingError(.truncated, at: position) }
            let first = bytes[position]
            switch first >> 6 {
            case 0b00:
                guard first != 0 else {
                    if pointers == 0 { offset = position + 1 }
                    return DomainName(unchecked: labels)
                }
                let next = position + 1 + Int(first)
                guard next <= limit else { throw DNSDecodingError(.truncated, at: position) }
                length += 1 + Int(first)
                guard length <= DomainName.maximumWireLength else { throw DNSDecodingError(.nameTooLong, at: start) }
                labels.append(Array(bytes[(position + 1)..<next]))
                position = next
            case 0b11:
                guard position + 1 < limit else { throw DNSDecodingError(.truncated, at: position) }
                let target = Int(first & 0x3F) << 8 | Int(bytes[position + 1])
                guard target < segmentStart else { throw DNSDecodingError(.pointerNotBackwards, at: position) }
                if pointers == 0 { offset = position + 2 }
                pointers += 1
                guard pointers <= 127 else { throw DNSDecodingError(.tooManyPointers, at: start) }
                // What lies before the name that holds the pointer ends, at the latest, where that name starts.
                limit = segmentStart
                segmentStart = target
                position = target
            default:
                throw DNSDecodingError(.reservedLabelType, at: position)
            }
        }
    }
}
