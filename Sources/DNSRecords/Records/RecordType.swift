public import NetworkPrimitives

/// The name of a record: fully qualified, compared without case.
public typealias RecordName = DomainName

/// The types of records that are written: those that hold an address, and TXT, which says who keeps them.
public enum RecordType: String, Hashable, Sendable, CaseIterable {
    case a = "A"
    case aaaa = "AAAA"
    case txt = "TXT"

    /// The type that holds addresses of a family.
    public init(_ family: IPAddress.Family) {
        switch family {
        case .ipv4: self = .a
        case .ipv6: self = .aaaa
        }
    }

    /// The family of the addresses that the type holds; `nil` for text.
    public var family: IPAddress.Family? {
        switch self {
        case .a: .ipv4
        case .aaaa: .ipv6
        case .txt: nil
        }
    }

    /// The type's number on the wire.
    public var dnsType: DNSRecordType {
        switch self {
        case .a: .a
        case .aaaa: .aaaa
        case .txt: .txt
        }
    }
}

extension RecordType: CustomStringConvertible {
    public var description: String { rawValue }
}
