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

    public func zone(for name: RecordName) async throws(ProviderError) -> RecordName {
        if let configuredZone {
            guard name.isWithin(configuredZone) else {
                throw ProviderError(.permanent, "\(name) is not within the configured zone \(configuredZone)")
            }
            return configuredZone
        }
        for candidate in name.selfAndAncestors.dropLast() {
            let answer = try await askSigned(.query(candidate, .soa), isWrite: false)
            // A server that is not authoritative for the name says so in one of many ways; a name further up may do.
            guard [.noError, .nameError].contains(answer.responseCode), answer.isAuthoritative else { continue }
            let records = answer.answers + answer.authorities
            if let soa = records.first(where: { $0.type == .soa && candidate.isWithin($0.name) }) { return soa.name }
        }
        throw ProviderError(
            .permanent, "\(server) is not authoritative for any zone that \(name) is in; set the zone, or the server")
    }

    public func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        if let configuredZone, !name.isWithin(configuredZone) {
            throw ProviderError(.permanent, "\(name) is not within the configured zone \(configuredZone)")
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
            throw ProviderError(.permanent, "\(server) is not authoritative for \(name); expected the zone's primary")
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
    /// A read also finds what a wildcard stands for, which is no record set of the name. So if the server says that there is
    /// none of these values, the update is sent once more on the condition that there is none at all.
    public func write(_ desired: RecordSet, replacing current: RecordSet?) async throws(ProviderError) {
        let zone = try await zone(for: desired.name)
        let ttl = ttlPolicy.ttl(for: desired, replacing: current)
        var answer = try await askSigned(.replacing(current, by: desired, ttl: ttl, in: zone), isWrite: true)
        if answer.responseCode == .noSuchRecordSet, current != nil {
            answer = try await askSigned(.replacing(nil, by: desired, ttl: ttl, in: zone), isWrite: true)
        }
        let asked = "\(desired.name) \(desired.type) in the zone \(zone)"
        switch answer.responseCode {
        case .noError: return
        case .noSuchRecordSet, .recordSetExists, .nameExists, .nameError:
            throw ProviderError(
                .conflict, "\(server): \(asked) is not what it was a moment ago (\(answer.responseCode))")
        case .refused:
            throw ProviderError(
                .refused,
                "\(server) refuses to update \(asked); allow it to the key \"\(key.name)\" in the server's configuration"
            )
        case .notAuthoritative:
            throw ProviderError(
                .permanent, "\(server) is not authoritative for the zone \(zone); expected the zone's primary")
        case .notInZone:
            throw ProviderError(.permanent, "\(server): \(desired.name) is not within the zone \(zone)")
        case .notImplemented:
            throw ProviderError(.permanent, "\(server) does not take dynamic updates")
        case .serverFailure:
            throw ProviderError(.uncertain, "\(server) failed to update \(asked) (SERVFAIL)")
        case let code:
            throw ProviderError(.permanent, "\(server) answers \(code) to the update of \(asked)")
        }
    }
}

extension DNSMessage {
    /// An update that replaces one record set, if it is what it was, and does nothing otherwise (RFC 2136 section 2.4).
    static func replacing(
        _ current: RecordSet?, by desired: RecordSet, ttl: UInt32, in zone: RecordName
    ) -> DNSMessage {
        let (name, type) = (desired.name, desired.type.dnsType)
        var update = DNSMessage(id: .random(in: 0...UInt16.max), opcode: .update)
        update.zones = [DNSQuestion(name: zone, type: .soa)]
        // Without this, a server would ignore the addition beside an alias and report success (section 3.4.2.2).
        update.prerequisites = [DNSRecord(name: name, type: .cname, recordClass: .none, ttl: 0, data: [])]
        update.prerequisites +=
            current?.records(ttl: 0) ?? [DNSRecord(name: name, type: type, recordClass: .none, ttl: 0, data: [])]
        update.updates =
            [DNSRecord(name: name, type: type, recordClass: .any, ttl: 0, data: [])] + desired.records(ttl: ttl)
        return update
    }
}
