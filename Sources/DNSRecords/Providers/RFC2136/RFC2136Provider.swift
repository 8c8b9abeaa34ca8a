public import NetworkPrimitives

/// A DNS server that takes dynamic updates (RFC 2136), signed with a shared key (RFC 8945): BIND, Knot, PowerDNS,
/// Windows, and many hosters.
///
/// All requests go to the one server that takes updates, and are signed, reads included; so a read shows what an update
/// will meet, and hidden or private zones need nothing special.
public struct RFC2136Provider: DNSProvider {
    public let name = "rfc2136"
    public let ttlPolicy: TTLPolicy

    let server: HostPort
    let key: TSIGKey
    let configuredZone: RecordName?
    let dns: DNSExchange
    let wallClock: WallClock
    let knownZones = KnownZones()

    /// - Parameters:
    ///   - server: the zone's primary, or whoever takes updates for it.
    ///   - zone: the zone; found by asking the server if `nil`.
    ///   - ttlPolicy: by default records keep their TTL, and new ones get 300 s.
    ///   - wallClock: for the time in signatures.
    public init(
        server: HostPort, key: TSIGKey, zone: RecordName? = nil, ttlPolicy: TTLPolicy = TTLPolicy(),
        dns: DNSExchange = DNSExchange(), wallClock: WallClock = .system
    ) {
        self.server = server
        self.key = key
        configuredZone = zone
        self.ttlPolicy = ttlPolicy
        self.dns = dns
        self.wallClock = wallClock
    }

    public func secretRevision() -> SecretRevision { SecretRevision(key.secret) }

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        if let configuredZone {
            guard name.isWithin(configuredZone) else {
                throw ProviderError(
                    .permanent, "\(name) is not within the configured zone \(configuredZone)", cause: .zone)
            }
            return configuredZone
        }
        if let known = knownZones.zone(of: name) { return known }
        for candidate in name.selfAndAncestors.dropLast() {
            let answer = try await askSigned(.query(candidate, .soa), isWrite: false)
            // A server that is not authoritative for the name says so in one of many ways; a name further up may do.
            guard [.noError, .nameError].contains(answer.responseCode), answer.isAuthoritative else { continue }
            let records = answer.answers + answer.authorities
            if let soa = records.first(where: { $0.type == .soa && candidate.isWithin($0.name) }) {
                knownZones.remember(soa.name, of: name)
                return soa.name
            }
        }
        throw ProviderError(
            .permanent,
            "\(server) is not authoritative for any zone that \(name.shownText) is in; set the zone, or the server",
            cause: .zone)
    }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        if let configuredZone, !name.isWithin(configuredZone) {
            throw ProviderError(.permanent, "\(name) is not within the configured zone \(configuredZone)", cause: .zone)
        }
        let answer = try await askSigned(.query(name, type.dnsType), isWrite: false)
        switch AnswerFinding(answer, for: name, type) {
        case .observation(.present(let set)): return set
        case .observation(.absent): return nil
        case .observation(.alias(let target)):
            throw ProviderError(.permanent, "\(name): \(RecordObservation.aliasExplanation(target))")
        case .observation(.unknown(let failure)):
            throw ProviderError(.temporary, failure.message)
        case .notAuthoritative:
            throw ProviderError(
                .permanent, "\(server) is not authoritative for \(name); expected the zone's primary", cause: .zone)
        case .delegation(let delegation):
            throw ProviderError(
                .permanent,
                "\(server) delegates \(delegation.zone), and \(name) with it, to \(delegation.nameServers[0]); expected the "
                    + "primary of that zone", cause: .zone)
        case .lame(let why):
            throw ProviderError(.permanent, "\(server) \(why) for \(name); expected the zone's primary", cause: .zone)
        case .error(.refused):
            throw ProviderError(
                .refused,
                "\(server) refuses queries for \(name) signed by the key \"\(key.name)\": it does not serve the name's "
                    + "zone, or does not allow that to the key")
        case .error(let code):
            throw ProviderError(
                code == .serverFailure ? .temporary : .permanent, "\(server) answers \(code) for \(name)")
        case .malformed:
            throw ProviderError(.temporary, "\(server) answers for \(name) with a malformed record")
        }
    }

    /// The update applies only if the record set is what was read; the server decides that (RFC 2136 section 3.2).
    ///
    /// A text is expected in the strings that it has there, which reading puts together.
    ///
    /// A read also finds what a wildcard stands for, which is no record set of the name. So if the server says that there is
    /// none of these values, the update is sent once more on the condition that there is none at all.
    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        let zone = try await zone(for: desired.name)
        let ttl = ttlPolicy.ttl(for: desired, replacing: current)
        let expected = try await expectation(current)
        var answer = try await askSigned(.replacing(expected, by: desired, ttl: ttl, in: zone), isWrite: true)
        if answer.responseCode == .noSuchRecordSet, current != nil {
            answer = try await askSigned(.replacing(nil, by: desired, ttl: ttl, in: zone), isWrite: true)
        }
        if answer.responseCode != .noError { throw await failure(answer.responseCode, of: desired, in: zone) }
    }

    /// The records that an update relies on.
    private func expectation(_ current: RecordSet?) async throws(ProviderError) -> [DNSRecord]? {
        guard let current, current.type == .txt else { return current?.records(ttl: 0) }
        let answer = try await askSigned(.query(current.name, .txt), isWrite: false)
        var records = answer.answers.filter { $0.name == current.name && $0.type == .txt }
        let values = Set(records.compactMap(RecordValue.init))
        guard values == Set(current.values) else {
            throw ProviderError(
                .conflict, "\(server): \(current.name.shownText) \(current.type) is not what it was a moment ago")
        }
        for index in records.indices { records[index].ttl = 0 }
        return records
    }

    private func failure(
        _ code: DNSResponseCode, of desired: RecordSet, in zone: RecordName
    ) async -> ProviderError {
        let asked = "\(desired.name.shownText) \(desired.type) in the zone \(zone)"
        switch code {
        case .noSuchRecordSet, .recordSetExists, .nameExists, .nameError:
            return ProviderError(.conflict, "\(server): \(asked) is not what it was a moment ago (\(code))")
        case .refused:
            return ProviderError(
                .refused,
                "\(server) refuses to update \(asked); allow it to the key \"\(key.name)\" in the server's configuration"
                    + (await primaryHint(zone, ", unless another server is the primary: the SOA record says ")))
        case .notAuthoritative:
            knownZones.forget(desired.name)
            return ProviderError(
                .permanent,
                "\(server) takes no updates for the zone \(zone) (NOTAUTH); expected the zone's primary"
                    + (await primaryHint(zone, ", which the SOA record says is ")), cause: .zone)
        case .notInZone:
            knownZones.forget(desired.name)
            return ProviderError(
                .permanent, "\(server): \(desired.name.shownText) is not within the zone \(zone)", cause: .zone)
        case .notImplemented:
            return ProviderError(
                .permanent,
                "\(server) does not take dynamic updates" + (await primaryHint(zone, "; the zone's primary may: ")))
        case .serverFailure:
            return ProviderError(.uncertain, "\(server) failed to update \(asked) (SERVFAIL)")
        default:
            return ProviderError(.permanent, "\(server) answers \(code) to the update of \(asked)")
        }
    }

    /// `words` and the server that the zone's SOA record says takes updates (RFC 2136 section 4.3); nothing where the server
    /// that was asked does not tell.
    private func primaryHint(_ zone: RecordName, _ words: String) async -> String {
        let answer = try? await askSigned(.query(zone, .soa), isWrite: false)
        let soa = answer?.answers.lazy.filter { $0.name == zone }.compactMap(\.startOfAuthority).first
        return soa.map { words + $0.primaryServer.description } ?? ""
    }
}

extension DNSMessage {
    /// An update that replaces one record set, if it is what it was, and does nothing otherwise (RFC 2136 section 2.4).
    ///
    /// - Parameter current: the records that have to be there, and no others; `nil` for none.
    static func replacing(
        _ current: [DNSRecord]?, by desired: RecordSet, ttl: UInt32, in zone: RecordName
    ) -> DNSMessage {
        let (name, type) = (desired.name, desired.type.dnsType)
        var update = DNSMessage(id: .random(in: 0...UInt16.max), opcode: .update)
        update.zones = [DNSQuestion(name: zone, type: .soa)]
        // Without this, a server would ignore the addition beside an alias and report success (section 3.4.2.2).
        update.prerequisites = [DNSRecord(name: name, type: .cname, recordClass: .none, ttl: 0, data: [])]
        update.prerequisites +=
            current ?? [DNSRecord(name: name, type: type, recordClass: .none, ttl: 0, data: [])]
        update.updates =
            [DNSRecord(name: name, type: type, recordClass: .any, ttl: 0, data: [])] + desired.records(ttl: ttl)
        return update
    }
}
