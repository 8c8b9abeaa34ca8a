import NetworkPrimitives
import StatusServer
public import WANDetection

/// Times that rule how a leader looks for the address and publishes it.
public struct PublishingSettings: Hashable, Sendable {
    /// Between two cheap probes.
    public var probeInterval: Duration = .seconds(10)
    /// Longest time between two rounds that found a quorum.
    public var confirmInterval: Duration = .seconds(300)
    /// Between two publications while nothing changes.
    public var heartbeatInterval: Duration = .seconds(60)
    /// Rounds without a verdict are repeated by it, then at growing distances up to `confirmInterval`.
    public var retry = RoundRetryPolicy()
    /// Before the second of two rounds that have to agree on a change where no source is authenticated.
    public var secondRoundDelay: Duration = .milliseconds(500)
    /// Wait after a publication that failed.
    public var publishRetry: Duration = .seconds(1)

    public init() {}
}

/// Decides when a leader probes, detects and publishes. A value without I/O.
///
/// Detecting and publishing go on beside each other; of each at most one is under way.
struct PublishingState<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    enum Input: Sendable {
        case timerFired
        case probed(Observation)
        case decided(Verdict)
        /// Where the address comes from has changed by its own account.
        case sourceChanged
        case published
        case publishFailed(retryAfter: Duration?)
    }

    enum Action: Sendable {
        case probe
        /// A full round; the addresses are those that hold until now.
        case detect(holding: AddressSet?)
        case publish(PublishedAddress)
        /// Replaces any earlier timer.
        case wakeUp(at: Instant)
        case tell(AddressNews)
    }

    private let settings: PublishingSettings
    /// What is, or is about to be, in the ConfigMap.
    private(set) var content: PublishedAddress
    private var isDetecting = false
    private var isPublishing = false
    /// The content differs from what was written last.
    private var isChanged = false
    private var nextRound: Instant
    private var nextProbe: Instant
    /// `nil` until this leader's first verdict: nothing that it has not looked at itself is published in its name.
    private var nextPublication: Instant?
    /// With several egress addresses: all of them. A probe that sees any of them has nothing new to say.
    private var egresses: Set<IPAddress> = []
    /// Rounds without a verdict since the last one with one.
    private var failedRounds = 0
    /// Whether the next round is the second of two that have to agree.
    private var isAwaitingSecondRound = false
    private var lastRound: Instant?
    /// The source has changed during a round or a probe: another round follows at once.
    private var hasSourceChanged = false
    /// What single sources said that rounds did not find: a broken or lying source alone must not cause rounds without end.
    private var suspects: [AddressSource: Result<IPAddress, SourceError>] = [:]

    /// - Parameter previous: what a predecessor published; its address holds until a quorum says otherwise.
    init(settings: PublishingSettings, previous: PublishedAddress, leader: String, now: Instant) {
        self.settings = settings
        content = previous
        content.leader = leader
        nextRound = now
        nextProbe = now.advanced(by: settings.probeInterval)
    }

    /// The first actions.
    mutating func start(at now: Instant) -> [Action] { plan(at: now) }

    mutating func handle(_ input: Input, at now: Instant, wallClock: Timestamp) -> [Action] {
        var actions: [Action] = []
        switch input {
        case .timerFired: break
        case .probed(let observation): actions = probed(observation, at: now)
        case .decided(let verdict):
            actions = decided(verdict, at: now, wallClock: wallClock)
            if hasSourceChanged { nextRound = now }
            hasSourceChanged = false
        case .sourceChanged:
            // A round that is under way may have looked before the change.
            if isDetecting { hasSourceChanged = true } else { nextRound = now }
        case .published:
            isPublishing = false
            nextPublication = now.advanced(by: isChanged ? .zero : settings.heartbeatInterval)
        case .publishFailed(let retryAfter):
            isPublishing = false
            isChanged = true
            nextPublication = now.advanced(by: max(settings.publishRetry, retryAfter ?? .zero))
        }
        return actions + plan(at: now)
    }

    /// Starts whatever is due, and asks to be woken for the next thing that will be.
    private mutating func plan(at now: Instant) -> [Action] {
        var actions: [Action] = []
        if !isDetecting {
            if now >= nextRound {
                isDetecting = true
                actions.append(.detect(holding: content.addresses))
            } else if now >= nextProbe {
                isDetecting = true
                actions.append(.probe)
            }
        }
        if !isPublishing, let nextPublication, now >= nextPublication {
            isPublishing = true
            isChanged = false
            content.heartbeat += 1
            actions.append(.publish(content))
        }
        var due: [Instant] = []
        if !isDetecting { due += [nextRound, nextProbe] }
        if !isPublishing, let nextPublication { due.append(nextPublication) }
        if let next = due.min() { actions.append(.wakeUp(at: max(now, next))) }
        return actions
    }

    private mutating func probed(_ observation: Observation, at now: Instant) -> [Action] {
        isDetecting = false
        if hasSourceChanged {
            hasSourceChanged = false
            nextRound = now
            return []
        }
        nextProbe = now.advanced(by: settings.probeInterval)
        switch observation.result {
        case .success(let address) where holds(address) && content.condition == .confirmed,
            .success(let address) where egresses.contains(address) && content.condition == .multipleEgress:
            let wasSuspect = suspects.removeValue(forKey: observation.source) != nil
            return wasSuspect ? [.tell(.probeAgrees(observation))] : []
        case .success, .failure:
            let isKnown = suspects.updateValue(observation.result, forKey: observation.source) == observation.result
            let isSoon = lastRound.map { now < $0.advanced(by: settings.confirmInterval / 5) } ?? false
            // After rounds that led nowhere, a probe alone does not start another before its time.
            guard failedRounds == 0, !(isKnown && isSoon) else { return [] }
            nextRound = now
        }
        switch observation.result {
        case .success(let address):
            return holds(address) ? [] : [.tell(.probeDiffers(observation, holding: content.addresses))]
        case .failure: return [.tell(.probeFailed(observation))]
        }
    }

    private func holds(_ address: IPAddress) -> Bool { content.addresses?.contains(address) ?? false }

    private mutating func decided(_ verdict: Verdict, at now: Instant, wallClock: Timestamp) -> [Action] {
        isDetecting = false
        nextProbe = now.advanced(by: settings.probeInterval)
        lastRound = now
        let before = content
        content.votes = verdict.votesSummary(maximumBytes: PublishedAddress.maximumVotesLength)
        var news: [Action] = []
        egresses = []
        // An address of the other family would be a mistake of the detector's, and is never published.
        if let addresses = AddressSet(verdict.addresses), addresses.family == content.family {
            failedRounds = 0
            content.addresses = addresses
            content.condition = .confirmed
            if case .multipleEgress(let addresses) = verdict.condition {
                content.condition = .multipleEgress
                egresses = Set(addresses)
            }
            content.confirmedAt = wallClock
            nextRound = now.advanced(by: settings.confirmInterval)
        } else if verdict.candidate != nil, !isAwaitingSecondRound {
            // Two rounds have to agree on this one. It changes nothing yet, so it is not published either.
            isAwaitingSecondRound = true
            nextRound = now.advanced(by: settings.secondRoundDelay)
            return [.tell(.unconfirmed(verdict, holding: content.addresses))]
        } else {
            failedRounds += 1
            content.condition = .unconfirmed
            nextRound = now.advanced(by: waitAfterFailure())
            news.append(.tell(.unconfirmed(verdict, holding: content.addresses)))
        }
        isAwaitingSecondRound = false
        if content.addresses != before.addresses {
            suspects = [:]
            content.since = wallClock
            news.append(.tell(.changed(from: before.addresses, to: content.addresses, verdict)))
        } else if before.condition != content.condition, content.condition != .unconfirmed {
            news.append(.tell(.confirmedAgain(verdict)))
        }
        if nextPublication == nil || content.addresses != before.addresses || content.condition != before.condition {
            isChanged = true
            nextPublication = now
        }
        return news
    }

    private func waitAfterFailure() -> Duration {
        settings.retry.delay(afterRounds: failedRounds)
            ?? min(settings.confirmInterval, settings.probeInterval * Double(1 << min(10, failedRounds - 1)))
    }
}

/// What a leader finds out about the address, for people.
enum AddressNews: Sendable {
    case probeDiffers(Observation, holding: AddressSet?)
    case probeFailed(Observation)
    /// The source of one of these says again what rounds find.
    case probeAgrees(Observation)
    case changed(from: AddressSet?, to: AddressSet?, Verdict)
    case confirmedAgain(Verdict)
    /// A round changed nothing; told for each.
    case unconfirmed(Verdict, holding: AddressSet?)
}
