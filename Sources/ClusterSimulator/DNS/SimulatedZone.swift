public import NetworkPrimitives

/// The records of one zone: a value that answers questions and takes updates.
public struct SimulatedZone: Sendable {
    public let name: DomainName
    /// All records but the SOA, which is made from ``startOfAuthority``.
    public internal(set) var records: [DNSRecord]
    public internal(set) var startOfAuthority: StartOfAuthority
    private let soaTTL: UInt32 = 3600

    /// A record that does not belong into the zone that it was given to.
    public struct OutOfZone: Error, Hashable, Sendable, CustomStringConvertible {
        public var record: DomainName
        public var zone: DomainName

        public var description: String { "\(record) does not lie within the zone \(zone)" }
    }

    /// - Parameters:
    ///   - name: such as `example.com`.
    ///   - records: their names must lie within the zone. Without NS records one is made: `ns1.` and the name. The SOA is
    ///     made in any case; one among the records is left out.
    ///   - serial: the serial number of the SOA; each change adds one.
    /// - Throws: ``OutOfZone``, or `DomainName.ParseError` where the zone's name is too long for names below it.
    public init(name: DomainName, records: [DNSRecord] = [], serial: UInt32 = 1) throws {
        self.name = name
        let server = try DomainName(labels: [Array("ns1".utf8)] + name.labels)
        let mailbox = try DomainName(labels: [Array("hostmaster".utf8)] + name.labels)
        startOfAuthority = StartOfAuthority(primaryServer: server, mailbox: mailbox, serial: serial)
        for record in records where !record.name.isWithin(name) { throw OutOfZone(record: record.name, zone: name) }
        self.records = records.filter { $0.type != .soa }
        if !self.records.contains(where: { $0.type == .ns && $0.name == name }) {
            self.records.append(.ns(name, ttl: 3600, server))
        }
    }

    var soaRecord: DNSRecord { .soa(name, ttl: soaTTL, startOfAuthority) }

    /// For negative answers: its TTL says how long they may be remembered (RFC 2308 section 5).
    private var negativeRecord: DNSRecord { .soa(name, ttl: min(soaTTL, startOfAuthority.minimum), startOfAuthority) }

    /// The record set of a name and type; all records of the name for the type ANY.
    public func records(_ name: DomainName, _ type: DNSRecordType) -> [DNSRecord] {
        let own = type == .soa || type == .any ? (name == self.name ? [soaRecord] : []) : []
        return own + records.filter { $0.name == name && (type == .any || $0.type == type) }
    }

    /// Whether a name exists, be it only because names below it do.
    func exists(_ name: DomainName) -> Bool {
        name == self.name || records.contains { $0.name.isWithin(name) }
    }

    /// Whether a name has records of its own (RFC 2136 section 2.4.4).
    func isInUse(_ name: DomainName) -> Bool { name == self.name || records.contains { $0.name == name } }

    // MARK: answering

    /// What goes into the sections of an answer.
    struct Answer: Sendable {
        var code: DNSResponseCode = .noError
        var isAuthoritative = true
        var answers: [DNSRecord] = []
        var authorities: [DNSRecord] = []
        var additionals: [DNSRecord] = []
    }

    /// Looks a question up: follows aliases within the zone, refers to delegated zones, applies wildcards.
    func answer(_ question: DNSQuestion) -> Answer {
        var answer = Answer()
        var name = question.name
        for _ in 0..<8 {
            if let delegation = delegation(above: name, type: question.type) {
                answer.authorities = delegation
                answer.isAuthoritative = !answer.answers.isEmpty
                answer.additionals = glue(for: delegation)
                return answer
            }
            let found = matching(name, question.type)
            if !found.isEmpty {
                answer.answers += found
                return answer
            }
            guard let alias = matching(name, .cname).first, let target = alias.canonicalName else {
                answer.code = answerExists(name) ? .noError : .nameError
                answer.authorities = [negativeRecord]
                return answer
            }
            answer.answers.append(alias)
            guard target.isWithin(self.name) else { return answer }
            name = target
        }
        return answer
    }

    private func answerExists(_ name: DomainName) -> Bool { exists(name) || !wildcard(for: name, .any).isEmpty }

    private func matching(_ name: DomainName, _ type: DNSRecordType) -> [DNSRecord] {
        exists(name) ? records(name, type) : wildcard(for: name, type)
    }

    /// Records of the wildcard that covers an absent name, under that name (RFC 4592).
    private func wildcard(for name: DomainName, _ type: DNSRecordType) -> [DNSRecord] {
        for ancestor in name.selfAndAncestors.dropFirst() where exists(ancestor) {
            guard let star = try? DomainName(labels: [[UInt8(ascii: "*")]] + ancestor.labels) else { return [] }
            return records(star, type).map { record in
                var record = record
                record.name = name
                return record
            }
        }
        return []
    }

    /// NS records of a zone cut at or above a name, below our apex.
    private func delegation(above name: DomainName, type: DNSRecordType) -> [DNSRecord]? {
        for ancestor in name.selfAndAncestors.reversed() where ancestor != self.name && ancestor.isWithin(self.name) {
            let servers = records.filter { $0.type == .ns && $0.name == ancestor }
            if !servers.isEmpty { return servers }
        }
        return nil
    }

    private func glue(for servers: [DNSRecord]) -> [DNSRecord] {
        servers.compactMap(\.nameServer).flatMap { server in
            records.filter { $0.name == server && ($0.type == .a || $0.type == .aaaa) }
        }
    }
}
