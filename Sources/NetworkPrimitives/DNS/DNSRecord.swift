/// One question: which records are asked for. In an update it names the zone.
public struct DNSQuestion: Hashable, Sendable {
    public var name: DomainName
    public var type: DNSRecordType
    public var recordClass: DNSClass

    public init(name: DomainName, type: DNSRecordType, recordClass: DNSClass = .internet) {
        self.name = name
        self.type = type
        self.recordClass = recordClass
    }

    /// Whether name (case included), type and class are the same: what an honest answer echoes.
    public func isIdentical(to other: DNSQuestion) -> Bool { self == other && name.isIdentical(to: other.name) }
}

extension DNSQuestion: CustomStringConvertible {
    public var description: String { "\(name) \(recordClass) \(type)" }
}

/// One resource record (RFC 1035 section 3.2.1), its data as bytes that need nothing else of the message.
public struct DNSRecord: Hashable, Sendable {
    public var name: DomainName
    public var type: DNSRecordType
    public var recordClass: DNSClass
    /// Seconds. An OPT record keeps flags here.
    public var ttl: UInt32
    /// The data without compression: names in the data of the types that may compress them are expanded when decoding.
    public var data: [UInt8]

    public init(name: DomainName, type: DNSRecordType, recordClass: DNSClass = .internet, ttl: UInt32, data: [UInt8]) {
        self.name = name
        self.type = type
        self.recordClass = recordClass
        self.ttl = ttl
        self.data = data
    }
}
