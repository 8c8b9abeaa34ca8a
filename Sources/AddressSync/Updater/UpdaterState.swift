import NetworkPrimitives
import OperatorCore
import StatusServer

/// Decides what an updater wants its records to hold: the leader's word while it is fresh, otherwise its own finding.
/// A value without I/O.
struct UpdaterState<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    typealias Desired = RecordState<Instant>.Desired

    enum Input: Sendable {
        case timerFired
        /// - Parameter version: of the ConfigMap.
        case watched(PublishedAddress, version: Epoch? = nil)
        /// This node's own rounds confirmed an address.
        case detected(AddressSet)
    }

    enum Action: Hashable, Sendable {
        case desire(Desired)
        /// Begin to detect, holding the last address known.
        case startDetecting(PublishedAddress?)
        case stopDetecting
        /// Replaces any earlier timer.
        case wakeUp(at: Instant)
        case tell(UpdaterNews)
    }

    private let fallbackDelay: Duration
    private var freshness: AddressFreshness<Instant>
    private var isDetecting = false
    private var lastTold: UpdaterNews?

    /// - Parameter fallbackDelay: added to the leader's silence, different on each node, so that a whole cluster does not
    ///   start asking at once.
    init(staleAfter: Duration, fallbackDelay: Duration, now: Instant) {
        self.fallbackDelay = fallbackDelay
        freshness = AddressFreshness(staleAfter: staleAfter, now: now)
    }

    mutating func start(at now: Instant) -> [Action] { judge(at: now) }

    mutating func handle(_ input: Input, at now: Instant, wallClock: Timestamp) -> [Action] {
        switch input {
        case .timerFired:
            return judge(at: now)
        case .watched(let published, let version):
            return freshness.observed(published, version: version, at: now, wallClock: wallClock)
                ? judge(at: now) : []
        case .detected(let address):
            // The leader may have come back since the round began.
            guard isDetecting else { return [] }
            var generation = freshness.generation
            generation.isOwnDetection = true
            return [
                .desire(
                    Desired(
                        addresses: address, generation: generation, origin: .ownDetection,
                        beginning: freshness.beginnings
                    ))
            ]
        }
    }

    private mutating func judge(at now: Instant) -> [Action] {
        var actions: [Action] = []
        switch freshness.judge(at: now) {
        case .follow(let address, let generation):
            if isDetecting {
                isDetecting = false
                actions.append(.stopDetecting)
            }
            actions += tell(.following(address, leader: freshness.latest?.leader ?? ""))
            actions.append(
                .desire(
                    Desired(
                        addresses: address, generation: generation, origin: .leader, beginning: freshness.beginnings)))
            actions.append(.wakeUp(at: freshness.staleAt))
        case .wait(let why):
            // A leader that is back but has confirmed nothing yet is no reason to stop: this node may see more.
            if !isDetecting { actions += tell(.waiting(why)) }
            actions.append(.wakeUp(at: freshness.staleAt))
        case .detect(let why):
            guard !isDetecting else { return [] }
            let start = freshness.staleAt.advanced(by: fallbackDelay)
            guard now >= start else { return [.wakeUp(at: start)] }
            isDetecting = true
            actions += tell(.detecting(why))
            actions.append(.startDetecting(freshness.latest))
        }
        return actions
    }

    private mutating func tell(_ news: UpdaterNews) -> [Action] {
        guard news != lastTold else { return [] }
        lastTold = news
        return [.tell(news)]
    }
}

/// Whose word an updater follows, for people.
enum UpdaterNews: Hashable, Sendable {
    case following(AddressSet, leader: String)
    case waiting(String)
    case detecting(String)
}
