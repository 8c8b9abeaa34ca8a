import DNSRecords
import NetworkPrimitives

/// One record set as it really is: its zone's name servers, and the provider that can change it.
struct LiveRecord: RecordAccess {
    let name: RecordName
    let type: RecordType
    /// What the record's TTL is to be in seconds; `nil`: whatever it is, or the provider's settings say.
    var ttl: UInt32?
    let lookup: AuthoritativeClient
    let writer: RecordWriter

    func check() async -> RecordCheck {
        // Such as a record behind a service's proxies, whose addresses the name servers show instead.
        if let why = writer.provider.blindSpot(for: name, type) { return .unknown(why) }
        return switch await lookup.observe(name, type) {
        case .present(let set):
            AddressSet(set.addresses).map(RecordCheck.holds) ?? .unknown("the name servers answer with something else")
        case .absent: .absent
        case .alias(let target): .refuses(RecordObservation.alias(of: target).description)
        case .unknown(let failure): .unknown(failure.message)
        }
    }

    func secretRevision() -> SecretRevision { writer.provider.secretRevision() }

    func bring(to addresses: AddressSet, while mayWrite: @escaping @Sendable () -> Bool) async -> WriteResult {
        let desired: RecordSet
        do {
            desired = try RecordSet(name: name, type: type, addresses: addresses.addresses, ttl: ttl)
        } catch {
            return .refused("\(error)", cause: .other)
        }
        do throws(ProviderError) {
            let outcome = try await writer.attempt(desired, while: mayWrite)
            return outcome.isWrite ? .done(outcome.description) : .unchanged
        } catch {
            switch error.kind {
            case .limited(let retryAfter):
                return .failed(RecordOutcome(error).description, retryAfter: retryAfter)
            case .conflict, .uncertain, .temporary: return .failed(error.message, retryAfter: nil)
            // What will fail again until somebody acts is asked as rarely as refused credentials.
            case .refused, .permanent: return .refused(error.message, cause: error.cause)
            }
        }
    }
}
