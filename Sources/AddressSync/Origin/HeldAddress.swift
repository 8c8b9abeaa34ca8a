import NetworkPrimitives
import WANDetection

/// Stands where nothing can be found out: what was published last is kept.
struct HeldAddress: AddressDetecting {
    /// Why nothing can be found out, as a sentence.
    let why: String
    let source: AddressSource

    func detect(published: Set<IPAddress>) async -> Verdict {
        Verdict(condition: .unconfirmed(.noAnswer(why)), address: nil, votes: [await probe()])
    }

    func probe() async -> Observation {
        Observation(source: source, result: .failure(SourceError(.notPermitted, why)), duration: .zero)
    }
}
