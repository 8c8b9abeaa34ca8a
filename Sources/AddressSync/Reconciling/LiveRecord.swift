import DNSRecords
import NetworkPrimitives

/// One A record as it really is: its zone's name servers, and the provider that can change it.
struct LiveRecord: RecordAccess {
    let name: RecordName
    let lookup: AuthoritativeClient
    let provider: any DNSProvider

    func check() async -> RecordCheck {
        switch await lookup.observe(name, .a) {
        case .present(let set):
            .holds(set.addresses.compactMap { if case .v4(let address) = $0 { address } else { nil } }.sorted())
        case .absent: .absent
        case .alias(let target): .refuses(RecordObservation.alias(of: target).description)
        case .unknown(let failure): .unknown(failure.message)
        }
    }

    func bring(to address: IPv4Address) async -> WriteResult {
        let outcome = await provider.apply(RecordSet(name: name, address: .v4(address)))
        switch outcome {
        case .inSync: return .unchanged
        case .changed, .created: return .done(outcome.description)
        case .refused(let message): return .refused(message)
        case .limited(let retryAfter): return .failed(outcome.description, retryAfter: retryAfter)
        case .failed(let message, let isRetriable):
            // What will fail again until somebody acts is asked as rarely as refused credentials.
            return isRetriable ? .failed(message, retryAfter: nil) : .refused(message)
        }
    }
}
