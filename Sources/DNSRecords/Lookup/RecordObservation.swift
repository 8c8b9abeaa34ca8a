public import NetworkPrimitives

/// What a zone's own name servers say about one name and type.
public enum RecordObservation: Hashable, Sendable {
    /// The record set as it is published, with its TTL.
    case present(RecordSet)
    case absent(Absence)
    /// The name is an alias (CNAME, also one that follows from a DNAME further up), and so cannot have an address of its own
    /// (RFC 1034 section 3.6.2).
    case alias(of: RecordName)
    /// DNS cannot tell; ask the provider's API, at a low rate.
    case unknown(LookupFailure)

    /// The two ways of not being there (RFC 2308 section 2).
    public enum Absence: Hashable, Sendable {
        /// Nothing has that name (NXDOMAIN).
        case noSuchName
        /// The name exists, without a record of the type (NODATA).
        case noSuchType
    }

    /// Whether two servers say the same, TTLs and the kind of absence apart.
    func agrees(with other: RecordObservation) -> Bool {
        switch (self, other) {
        case (.present(let a), .present(let b)): a.values == b.values
        case (.absent, .absent): true
        default: self == other
        }
    }

    /// Whether the record is known to hold exactly these addresses.
    public func holds(_ addresses: some Sequence<IPAddress>) -> Bool {
        if case .present(let set) = self { set.addresses == Set(addresses).sorted() } else { false }
    }
}

extension RecordObservation: CustomStringConvertible {
    /// One sentence for people.
    public var description: String {
        switch self {
        case .present(let set): set.description
        case .absent(.noSuchName): "there is no such name"
        case .absent(.noSuchType): "the name has no record of this type"
        case .alias(let target): Self.aliasExplanation(target)
        case .unknown(let failure): failure.message
        }
    }

    static func aliasExplanation(_ target: RecordName) -> String { aliasExplanation(target.shownText) }

    static func aliasExplanation(_ target: String) -> String {
        "the name is an alias (CNAME) of \(target); remove the CNAME record, or the DNAME record further up that "
            + "makes it one, or use \(target) instead"
    }
}
