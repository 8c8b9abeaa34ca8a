import NetworkPrimitives

/// What one server's answer amounts to.
enum AnswerFinding: Hashable, Sendable {
    case observation(RecordObservation)
    /// The server has the zone above the name's, and says who has that.
    case delegation(Delegation)
    /// The server does not serve the name's zone, whatever it says: a clause about the server.
    case lame(String)
    /// The server answered as a resolver would, without the AA bit.
    case notAuthoritative
    /// The server answered with an error.
    case error(DNSResponseCode)
    /// An authoritative answer with data that does not fit its type.
    case malformed

    /// - Parameters:
    ///   - answer: already known to answer the question for `name` and `type`.
    ///   - apex: the zone that the server is supposed to have; `nil` where nobody knows.
    init(_ answer: DNSMessage, for name: RecordName, _ type: RecordType, within apex: RecordName? = nil) {
        guard answer.responseCode == .noError || answer.responseCode == .nameError else {
            self = .error(answer.responseCode)
            return
        }
        guard answer.isAuthoritative else {
            self = Self(referral: answer, for: name, within: apex)
            return
        }
        if let alias = Self.alias(in: answer, for: name) {
            self = alias
            return
        }
        let records = answer.answers.filter {
            $0.name == name && $0.recordClass == .internet && $0.type == type.dnsType
        }
        guard let ttl = records.map(\.ttl).min() else {
            self = Self(absence: answer, of: name, within: apex)
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

    /// A CNAME at the name, or a DNAME further up, which makes it one (RFC 6672 section 3.1) whether or not the server says.
    private static func alias(in answer: DNSMessage, for name: RecordName) -> AnswerFinding? {
        let records = answer.answers.filter { $0.recordClass == .internet }
        if let alias = records.first(where: { $0.type == .cname && $0.name == name }) {
            return alias.canonicalName.map { .observation(.alias(of: $0)) } ?? .malformed
        }
        guard let above = records.first(where: { $0.type == .dname && $0.name != name && name.isWithin($0.name) })
        else {
            return nil
        }
        guard let moved = above.delegationName, let labels = name.labels(below: above.name),
            let target = try? RecordName(labels: labels + moved.labels)
        else { return .malformed }
        return .observation(.alias(of: target))
    }

    /// An absence, if it is told by the name's own zone: its SOA record says whose absence it is (RFC 2308 section 3).
    private init(absence answer: DNSMessage, of name: RecordName, within apex: RecordName?) {
        if let zone = answer.authorities.first(where: { $0.type == .soa })?.name {
            guard name.isWithin(zone), apex.map(zone.isWithin) ?? true else {
                self = .lame("answers from the zone \(zone.shownText)")
                return
            }
        }
        self = .observation(.absent(answer.responseCode == .nameError ? .noSuchName : .noSuchType))
    }

    /// An answer without the AA bit: down the tree it is how zones are found, anything else helps nobody.
    private init(referral answer: DNSMessage, for name: RecordName, within apex: RecordName?) {
        guard answer.responseCode == .noError, answer.answers.isEmpty, let delegation = Delegation(answer, for: name)
        else {
            self = .notAuthoritative
            return
        }
        if let apex, !delegation.zone.isWithin(apex) || delegation.zone == apex {
            self = .lame("refers to the servers of \(delegation.zone.shownText)")
        } else if delegation.zone == .root {
            self = .lame("refers to the root servers")
        } else {
            self = .delegation(delegation)
        }
    }
}

/// Who has a zone, as told by a server of the zone above it (RFC 1034 section 4.2.1).
struct Delegation: Hashable, Sendable {
    let zone: RecordName
    let nameServers: [RecordName]
    /// Addresses of name servers whose names the server above may speak for, IPv4 first.
    let glue: [Glue]

    struct Glue: Hashable, Sendable {
        let server: RecordName
        let address: IPAddress
    }

    init?(_ answer: DNSMessage, for name: RecordName) {
        let records = answer.authorities.filter { $0.type == .ns && $0.recordClass == .internet }
        guard let zone = records.first?.name, name.isWithin(zone), records.allSatisfy({ $0.name == zone }) else {
            return nil
        }
        self.zone = zone
        let nameServers = records.compactMap(\.nameServer)
        guard !nameServers.isEmpty else { return nil }
        self.nameServers = nameServers
        let above = zone.parent ?? .root
        glue = answer.additionals
            .filter { nameServers.contains($0.name) && $0.name.isWithin(above) }
            .compactMap { record in record.ipAddress.map { Glue(server: record.name, address: $0) } }
            .sorted { $0.address.family == .ipv4 && $1.address.family == .ipv6 }
    }
}
