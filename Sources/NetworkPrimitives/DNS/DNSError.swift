/// Why bytes are not a DNS message.
public struct DNSDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A closed set of reasons.
    public enum Reason: Hashable, Sendable {
        /// The message ends inside a field.
        case truncated
        /// A label starts with the bits 01 or 10, which mean nothing (RFC 1035 section 4.1.4, RFC 6891 section 5).
        case reservedLabelType
        /// A compression pointer does not point to something before the name that holds it.
        case pointerNotBackwards
        /// More compression pointers in one name than it can have labels.
        case tooManyPointers
        /// The name is longer than 255 bytes.
        case nameTooLong
        /// Record data does not end where its length says, or is not what its type promises.
        case badRecordData
        /// There are bytes after the last record.
        case trailingBytes
    }

    public var reason: Reason
    /// Where in the message, in bytes from its start.
    public var offset: Int

    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    public var description: String {
        let what =
            switch reason {
            case .truncated: "the message ends too early"
            case .reservedLabelType: "reserved label type"
            case .pointerNotBackwards: "compression pointer that does not point backwards"
            case .tooManyPointers: "too many compression pointers in one name"
            case .nameTooLong: "name longer than 255 bytes"
            case .badRecordData: "record data that does not fit its length or type"
            case .trailingBytes: "bytes after the last record"
            }
        return "malformed DNS message: \(what), at byte \(offset)"
    }
}

/// Why a message cannot be encoded.
public enum DNSEncodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// More than 65535 bytes, in one record's data or in all.
    case tooLong
    /// More than 65535 entries in a section.
    case tooManyRecords

    public var description: String {
        switch self {
        case .tooLong: "the DNS message would be longer than 65535 bytes"
        case .tooManyRecords: "the DNS message would have more than 65535 records in a section"
        }
    }
}
