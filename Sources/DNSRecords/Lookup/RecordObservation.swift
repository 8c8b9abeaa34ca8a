public import NetworkPrimitives

/// What a zone's own name servers say about one name and type.
public enum RecordObservation: Hashable, Sendable {
    /// The record set as it is published, with its TTL.
    case present(RecordSet)
    case absent(Absence)
    /// The name is an alias (CNAME), and so cannot have an address of its own (RFC 1034 section 3.6.2).
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

    static func aliasExplanation(_ target: some CustomStringConvertible) -> String {
        "the name is an alias (CNAME) of \(target); remove the CNAME record, or use \(target) instead"
    }
}

/// What one server's answer amounts to.
enum AnswerFinding: Hashable, Sendable {
    case observation(RecordObservation)
    /// The server answered as a resolver would, without the AA bit.
    case notAuthoritative
    /// The server answered with an error.
    case error(DNSResponseCode)
    /// An authoritative answer with data that does not fit its type.
    case malformed

    /// - Parameter answer: already known to answer the question for `name` and `type`.
    init(_ answer: DNSMessage, for name: RecordName, _ type: RecordType) {
        guard answer.responseCode == .noError || answer.responseCode == .nameError else {
            self = .error(answer.responseCode)
            return
        }
        guard answer.isAuthoritative else {
            self = .notAuthoritative
            return
        }
        let atName = answer.answers.filter { $0.name == name && $0.recordClass == .internet }
        if let alias = atName.first(where: { $0.type == .cname }) {
            self = alias.canonicalName.map { .observation(.alias(of: $0)) } ?? .malformed
            return
        }
        let records = atName.filter { $0.type == type.dnsType }
        guard let ttl = records.map(\.ttl).min() else {
            self = .observation(.absent(answer.responseCode == .nameError ? .noSuchName : .noSuchType))
            return
        }
        let values = records.compactMap(RecordValue.init)
        guard values.count == records.count, let set = try? RecordSet(name: name, type: type, values: values, ttl: ttl)
        else {
            self = .malformed
            return
        }
        self = .observation(.present(set))
    }
}
