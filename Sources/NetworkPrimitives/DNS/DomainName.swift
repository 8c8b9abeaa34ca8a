/// A fully qualified domain name as its labels of bytes, the way it travels (RFC 1035 section 3.1).
///
/// Comparison and hashing ignore the case of ASCII letters (RFC 4343); the case itself is kept, because an answer has to
/// echo the question's exactly. See ``isIdentical(to:)``.
public struct DomainName: Sendable {
    /// The longest name in bytes as it travels, with all length bytes and the root's.
    public static let maximumWireLength = 255
    /// The longest label in bytes.
    public static let maximumLabelLength = 63

    /// The name of the root zone: no labels.
    public static let root = DomainName(unchecked: [])

    /// From the leftmost label to the top-level domain; the root's empty label is not among them.
    public let labels: [[UInt8]]

    /// For labels that are known to keep the limits.
    init(unchecked labels: [[UInt8]]) { self.labels = labels }

    /// Makes a name of labels.
    ///
    /// - Throws: ``ParseError`` if a label is empty or longer than 63 bytes, or the name longer than 255 as it travels.
    public init(labels: [[UInt8]]) throws(ParseError) {
        func wrong(_ why: String) -> ParseError {
            ParseError(text: DomainName(unchecked: labels).description, why: why)
        }
        var length = 1
        for label in labels {
            guard !label.isEmpty else { throw wrong("has an empty label") }
            guard label.count <= Self.maximumLabelLength else { throw wrong("has a label longer than 63 bytes") }
            length += 1 + label.count
        }
        guard length <= Self.maximumWireLength else { throw wrong("is longer than 255 bytes") }
        self.labels = labels
    }

    /// Bytes that the name takes as it travels, without compression.
    public var wireLength: Int { labels.reduce(1) { $0 + 1 + $1.count } }

    /// Whether the leftmost label is `*` (RFC 4592).
    public var isWildcard: Bool { labels.first == [UInt8(ascii: "*")] }

    /// The name without its leftmost label; `nil` for the root.
    public var parent: DomainName? { labels.isEmpty ? nil : DomainName(unchecked: Array(labels.dropFirst())) }

    /// The name itself, its parent, and so on down to and including the root.
    public var selfAndAncestors: [DomainName] {
        (0...labels.count).map { DomainName(unchecked: Array(labels.dropFirst($0))) }
    }

    /// Whether the name is `zone` or lies below it, on a label boundary.
    public func isWithin(_ zone: DomainName) -> Bool {
        guard labels.count >= zone.labels.count else { return false }
        return DomainName(unchecked: labels.suffix(zone.labels.count)) == zone
    }

    /// The labels that are left of `zone`; empty for the zone's apex, `nil` where the name is not within the zone.
    public func labels(below zone: DomainName) -> [[UInt8]]? {
        isWithin(zone) ? Array(labels.dropLast(zone.labels.count)) : nil
    }

    /// Whether the other name has the same bytes, case included.
    public func isIdentical(to other: DomainName) -> Bool { labels == other.labels }

    /// The same name with all ASCII letters in lower case: the canonical form of RFC 4034 section 6.2.
    public var lowercased: DomainName {
        DomainName(unchecked: labels.map { $0.map(asciiLowercased) })
    }

    /// The name as it travels, without compression.
    public var wireBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(wireLength)
        for label in labels {
            bytes.append(UInt8(truncatingIfNeeded: label.count))
            bytes += label
        }
        bytes.append(0)
        return bytes
    }
}

extension DomainName: Hashable {
    public static func == (a: DomainName, b: DomainName) -> Bool {
        a.labels.count == b.labels.count
            && zip(a.labels, b.labels).allSatisfy { a, b in
                a.count == b.count && zip(a, b).allSatisfy { asciiLowercased($0) == asciiLowercased($1) }
            }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(labels.count)
        for label in labels {
            hasher.combine(label.count)
            for byte in label { hasher.combine(asciiLowercased(byte)) }
        }
    }
}

/// Lower case for `A`–`Z`; every other byte as it is.
func asciiLowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
