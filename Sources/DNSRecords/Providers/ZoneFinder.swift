import NetworkPrimitives
import Synchronization

/// Finds the zone of a name by asking the service for each suffix, longest first, and remembers what it found.
///
/// `Zone` is what the service knows the zone by: an identifier, or nothing more than its name.
final class ZoneFinder<Zone: Sendable>: Sendable {
    struct Found: Sendable {
        var apex: RecordName
        var zone: Zone
    }

    private let title: String
    private let configured: RecordName?
    private let shortest: Int
    /// A zone does not move to another account while the program runs without an error telling.
    private let known = Mutex<[RecordName: Found]>([:])
    /// More names than this are not remembered.
    private static var capacity: Int { 1024 }

    /// - Parameters:
    ///   - title: what people call the service, for messages.
    ///   - configured: the zone that the user names; no other is asked for.
    ///   - shortest: fewest labels of a zone. Nobody has a top-level domain with a hoster; a private server may have one.
    init(title: String, configured: RecordName?, shortest: Int = 2) {
        self.title = title
        self.configured = configured
        self.shortest = shortest
    }

    /// - Parameter ask: looks for the zone of exactly that name; `nil` where there is none.
    /// - Throws: what `ask` throws; ``ProviderError/Kind/permanent`` where there is no zone.
    func find(
        _ name: RecordName, _ ask: (RecordName) async throws(ProviderError) -> Zone?
    ) async throws(ProviderError) -> Found {
        if let found = known.withLock({ $0[name] }) { return found }
        let candidates: [RecordName]
        if let configured {
            guard name.isWithin(configured) else {
                throw ProviderError(.permanent, "\(name) is not within the configured zone \(configured)", cause: .zone)
            }
            candidates = [configured]
        } else {
            candidates = name.selfAndAncestors.filter { $0.labels.count >= shortest && !$0.isWildcard }
        }
        var refusal: ProviderError?
        for candidate in candidates {
            do throws(ProviderError) {
                guard let zone = try await ask(candidate) else { continue }
                let found = Found(apex: candidate.lowercased, zone: zone)
                known.withLock {
                    if $0.count >= Self.capacity { $0 = [:] }
                    $0[name] = found
                }
                return found
            } catch  where error.kind == .refused {
                // Credentials that are restricted to some zones are refused for names that are no zone of theirs.
                refusal = error
            }
        }
        if let refusal { throw refusal }
        let asked = candidates.map(\.description).joined(separator: ", ")
        throw ProviderError(
            .permanent,
            "\(title) has no zone for \(name) in this account (asked for \(asked)); check the name and the credentials",
            cause: .zone)
    }

    /// What was found for the name before, without a request.
    func remembered(_ name: RecordName) -> Found? { known.withLock { $0[name] } }

    /// For a zone that turns out not to be there any more.
    func forget(_ name: RecordName) {
        known.withLock { _ = $0.removeValue(forKey: name) }
    }
}
