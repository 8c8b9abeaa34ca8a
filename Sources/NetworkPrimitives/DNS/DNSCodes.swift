/// The type of a record (RFC 1035 section 3.2.2, and the registry of the IANA).
public struct DNSRecordType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let a = DNSRecordType(rawValue: 1)
    public static let ns = DNSRecordType(rawValue: 2)
    public static let cname = DNSRecordType(rawValue: 5)
    public static let soa = DNSRecordType(rawValue: 6)
    public static let ptr = DNSRecordType(rawValue: 12)
    public static let mx = DNSRecordType(rawValue: 15)
    public static let txt = DNSRecordType(rawValue: 16)
    public static let aaaa = DNSRecordType(rawValue: 28)
    public static let srv = DNSRecordType(rawValue: 33)
    public static let dname = DNSRecordType(rawValue: 39)
    public static let opt = DNSRecordType(rawValue: 41)
    public static let tsig = DNSRecordType(rawValue: 250)
    /// Only in questions, and in the prerequisites and deletions of an update.
    public static let any = DNSRecordType(rawValue: 255)

    private static let names: [UInt16: String] = [
        1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 39: "DNAME",
        41: "OPT", 43: "DS", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 50: "NSEC3", 64: "SVCB", 65: "HTTPS", 250: "TSIG",
        251: "IXFR", 252: "AXFR", 255: "ANY", 257: "CAA",
    ]
}

extension DNSRecordType: CustomStringConvertible {
    /// The mnemonic, or `TYPE65280` (RFC 3597 section 5).
    public var description: String { Self.names[rawValue] ?? "TYPE\(rawValue)" }
}

/// The class of a record, or what an update does with it (RFC 2136 section 2). An OPT record keeps a size here.
public struct DNSClass: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let internet = DNSClass(rawValue: 1)
    public static let chaos = DNSClass(rawValue: 3)
    public static let none = DNSClass(rawValue: 254)
    public static let any = DNSClass(rawValue: 255)
}

extension DNSClass: CustomStringConvertible {
    public var description: String {
        switch self {
        case .internet: "IN"
        case .chaos: "CH"
        case .none: "NONE"
        case .any: "ANY"
        default: "CLASS\(rawValue)"
        }
    }
}

/// What a message is about: four bits of the header.
public struct DNSOpcode: RawRepresentable, Hashable, Sendable {
    /// 0–15; more does not fit into a message.
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue & 0x0F }

    public static let query = DNSOpcode(rawValue: 0)
    public static let notify = DNSOpcode(rawValue: 4)
    public static let update = DNSOpcode(rawValue: 5)
}

extension DNSOpcode: CustomStringConvertible {
    public var description: String {
        switch self {
        case .query: "QUERY"
        case .notify: "NOTIFY"
        case .update: "UPDATE"
        default: "OPCODE\(rawValue)"
        }
    }
}

/// What a server says became of a request. Codes above 15 need an OPT or a TSIG record to carry them.
public struct DNSResponseCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let noError = DNSResponseCode(rawValue: 0)
    public static let formatError = DNSResponseCode(rawValue: 1)
    public static let serverFailure = DNSResponseCode(rawValue: 2)
    public static let nameError = DNSResponseCode(rawValue: 3)
    public static let notImplemented = DNSResponseCode(rawValue: 4)
    public static let refused = DNSResponseCode(rawValue: 5)
    /// A name exists that an update wanted absent.
    public static let nameExists = DNSResponseCode(rawValue: 6)
    /// A record set exists that an update wanted absent.
    public static let recordSetExists = DNSResponseCode(rawValue: 7)
    /// A record set that an update relied on does not exist, or has other values.
    public static let noSuchRecordSet = DNSResponseCode(rawValue: 8)
    /// Not authoritative for the zone, or not authorised (RFC 8945 section 5.2).
    public static let notAuthoritative = DNSResponseCode(rawValue: 9)
    /// A name of an update is not within its zone.
    public static let notInZone = DNSResponseCode(rawValue: 10)
    public static let badSignature = DNSResponseCode(rawValue: 16)
    public static let badKey = DNSResponseCode(rawValue: 17)
    public static let badTime = DNSResponseCode(rawValue: 18)
    public static let badTruncation = DNSResponseCode(rawValue: 22)

    private static let names: [UInt16: String] = [
        0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN",
        7: "YXRRSET", 8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 16: "BADSIG", 17: "BADKEY", 18: "BADTIME",
        22: "BADTRUNC",
    ]
}

extension DNSResponseCode: CustomStringConvertible {
    public var description: String { Self.names[rawValue] ?? "RCODE\(rawValue)" }
}
