import NetworkPrimitives
import StatusServer
import WANDetection

/// Decides which of a process's findings about the address are worth telling to people who do not read its log. A value without
/// I/O.
///
/// A change is, at once. That the address is not confirmed is once it has lasted for a while, and then that it is over.
struct AddressTrouble<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    enum Input: Sendable {
        case told(AddressNews)
        case timerFired
    }

    enum Action: Hashable, Sendable {
        case announce(AddressAnnouncement)
        /// Replaces any earlier timer.
        case wakeUp(at: Instant)
    }

    private struct Trouble {
        var since: Timestamp
        /// When it has lasted.
        var end: Instant
        var verdict: Verdict
        var held: AddressSet?
        var isTold = false
    }

    private let lasting: Duration
    private var trouble: Trouble?
    /// Whether the last round saw several lines.
    private var isSeveral = false
    /// When a predecessor last confirmed the address that it left unconfirmed.
    private var inherited: Timestamp?

    /// - Parameters:
    ///   - lasting: how long an address has to be unconfirmed before that is told.
    ///   - previous: what a predecessor left.
    init(lasting: Duration, previous: PublishedAddress) {
        self.lasting = lasting
        inherited = previous.condition == .unconfirmed ? previous.confirmedAt : nil
    }

    mutating func handle(_ input: Input, at now: Instant, wallClock: Timestamp) -> [Action] {
        switch input {
        case .timerFired: return timerFired(at: now)
        case .told(let news): return heard(news, at: now, wallClock: wallClock)
        }
    }

    private mutating func heard(_ news: AddressNews, at now: Instant, wallClock: Timestamp) -> [Action] {
        switch news {
        case .probeDiffers, .probeFailed, .probeAgrees: return []
        case .changed(let before, let after, let verdict):
            guard let after else { return [] }
            return passed(after, verdict, wallClock: wallClock)
                + [.announce(.changed(from: before, to: after, verdict))] + several(verdict, published: after)
        case .confirmedAgain(let verdict):
            guard let addresses = AddressSet(verdict.addresses) else { return [] }
            return passed(addresses, verdict, wallClock: wallClock) + several(verdict, published: addresses)
        case .unconfirmed(let verdict, let held):
            // The first of two rounds is no trouble.
            if case .unconfirmed(.awaitingSecondRound) = verdict.condition, trouble == nil { return [] }
            let actions = several(verdict, published: held)
            guard trouble == nil else {
                trouble?.verdict = verdict
                trouble?.held = held
                return actions
            }
            let end = now.advanced(by: lasting)
            trouble = Trouble(since: wallClock, end: end, verdict: verdict, held: held)
            return actions + [.wakeUp(at: end)]
        }
    }

    private mutating func timerFired(at now: Instant) -> [Action] {
        guard let found = trouble, !found.isTold else { return [] }
        guard now >= found.end else { return [.wakeUp(at: found.end)] }
        trouble?.isTold = true
        return [.announce(.unconfirmed(since: found.since, holding: found.held, found.verdict))]
    }

    private mutating func passed(_ addresses: AddressSet, _ verdict: Verdict, wallClock: Timestamp) -> [Action] {
        var since = trouble.flatMap { $0.isTold ? $0.since : nil }
        // A predecessor may have told it, and is not there any more to say that it is over.
        if let inherited, .seconds(wallClock.secondsSinceEpoch - inherited.secondsSinceEpoch) >= lasting {
            since = since ?? inherited
        }
        (trouble, inherited) = (nil, nil)
        return since.map { [.announce(.confirmed(addresses, since: $0, verdict))] } ?? []
    }

    private mutating func several(_ verdict: Verdict, published: AddressSet?) -> [Action] {
        guard case .multipleEgress = verdict.condition else {
            isSeveral = false
            return []
        }
        defer { isSeveral = true }
        return isSeveral ? [] : [.announce(.several(verdict, published: published))]
    }
}

/// What is told about the address.
enum AddressAnnouncement: Hashable, Sendable {
    case changed(from: AddressSet?, to: AddressSet, Verdict)
    /// For so long that it is called lasting.
    case unconfirmed(since: Timestamp, holding: AddressSet?, Verdict)
    /// The end of that.
    case confirmed(AddressSet, since: Timestamp, Verdict)
    /// The site has several lines.
    case several(Verdict, published: AddressSet?)
}
