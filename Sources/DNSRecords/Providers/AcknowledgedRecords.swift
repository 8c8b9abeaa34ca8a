import NetworkPrimitives
import Synchronization

/// Reading for services that take an address but cannot be asked what they hold: from the zone's own name servers, together
/// with what the service has acknowledged.
///
/// Name servers follow an update with a delay, and such services block those who send them what they have already. So a
/// value that was acknowledged is not sent again before the name servers have shown it and, a while later, something else.
final class AcknowledgedRecords: Sendable {
    private struct Key: Hashable {
        var name: RecordName
        var type: RecordType
    }

    private struct Entry {
        var values: [RecordValue]
        var time: Duration
        /// Whether the service said that it changed something, rather than that it had the value already.
        var wasChange: Bool
        /// Whether the name servers have shown the value since.
        var wasSeen = false
        /// Why the name servers cannot tell, if they could not at the last look.
        var blindness: String?
    }

    private let title: String
    private let lookup: AuthoritativeClient
    private let uptime: @Sendable () -> Duration
    private let entries = Mutex<[Key: Entry]>([:])

    /// A change that no name server has shown after this time was lost, and may be sent once more.
    static let lostAfter = Duration.seconds(3600)
    /// Until then some of a zone's name servers may show a new value and others the old one.
    static let settledAfter = Duration.seconds(600)

    /// - Parameters:
    ///   - title: what people call the service, for messages.
    ///   - uptime: a clock that never goes backwards.
    init(title: String, lookup: AuthoritativeClient, uptime: @escaping @Sendable () -> Duration) {
        self.title = title
        self.lookup = lookup
        self.uptime = uptime
    }

    /// What the name servers say. Where they cannot tell it is `nil`, and ``mayBeSent(_:)`` decides.
    ///
    /// - Throws: ``ProviderError`` where the name is an alias, or the task is cancelled.
    func read(_ name: RecordName, _ type: RecordType) async throws(ProviderError) -> RecordSet? {
        let key = Key(name: name, type: type)
        switch await lookup.observe(name, type) {
        case .present(let set):
            note(set.values, at: key)
            return set
        case .absent:
            note([], at: key)
            return nil
        case .alias(let target):
            throw ProviderError(.permanent, "\(name): \(RecordObservation.aliasExplanation(target))")
        case .unknown(let failure):
            guard failure.code != .cancelled else { throw ProviderError(.temporary, "\(title): cancelled") }
            entries.withLock { $0[key]?.blindness = failure.message }
            return nil
        }
    }

    /// - Throws: ``ProviderError/Kind/temporary`` where the service has acknowledged the value and would only be bothered.
    func mayBeSent(_ desired: RecordSet) throws(ProviderError) {
        let key = Key(name: desired.name, type: desired.type)
        guard let entry = entries.withLock({ $0[key] }), entry.values == desired.values else { return }
        let asked = "\(title) has acknowledged \(desired.presentations.joined(separator: ", ")) for \(desired.name)"
        if let blindness = entry.blindness {
            throw ProviderError(.temporary, "\(asked), and whether that is served cannot be told: \(blindness)")
        }
        let age = uptime() - entry.time
        guard !entry.wasSeen, entry.wasChange, age >= Self.lostAfter else {
            throw ProviderError(
                .temporary,
                "\(asked) \(age.components.seconds) s ago, and not all of the zone's name servers show it yet; it is not "
                    + "sent again")
        }
    }

    /// The service has taken the value, or had it.
    func acknowledge(_ desired: RecordSet, wasChange: Bool) {
        let entry = Entry(values: desired.values, time: uptime(), wasChange: wasChange)
        entries.withLock { $0[Key(name: desired.name, type: desired.type)] = entry }
    }

    /// What was acknowledged, shown, and is gone was changed by somebody else, and can be sent again.
    private func note(_ values: [RecordValue], at key: Key) {
        let now = uptime()
        entries.withLock { entries in
            guard var entry = entries[key] else { return }
            entry.blindness = nil
            if entry.values == values { entry.wasSeen = true }
            let isGone = entry.values != values && entry.wasSeen && now - entry.time >= Self.settledAfter
            entries[key] = isGone ? nil : entry
        }
    }
}
