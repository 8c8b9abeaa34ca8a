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
        case published
        case publishFailed(retryAfter: Duration?)
    }

    enum Action: Sendable {
        case probe
        /// A full round; the address is the one that holds until now.
        case detect(holding: IPv4Address?)
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
    private var nextPublication: Instant
    /// Rounds without a verdict since the last one with one.
    private var failedRounds = 0
    private var lastUnconfirmed: String?

    /// - Parameter previous: what a predecessor published; its address holds until a quorum says otherwise.
    init(settings: PublishingSettings, previous: PublishedAddress, leader: String, now: Instant) {
        self.settings = settings
        content = previous
        content.leader = leader
        nextRound = now
        nextProbe = now.advanced(by: settings.probeInterval)
        nextPublication = now.advanced(by: settings.heartbeatInterval)
    }

    /// The first actions.
    mutating func start(at now: Instant) -> [Action] { plan(at: now) }

    mutating func handle(_ input: Input, at now: Instant, wallClock: Timestamp) -> [Action] {
        var actions: [Action] = []
        switch input {
        case .timerFired: break
        case .probed(let observation): actions = probed(observation, at: now)
        case .decided(let verdict): actions = decided(verdict, at: now, wallClock: wallClock)
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
                actions.append(.detect(holding: content.ipv4))
            } else if now >= nextProbe {
                isDetecting = true
                actions.append(.probe)
            }
        }
        if !isPublishing, now >= nextPublication {
            isPublishing = true
            isChanged = false
            content.heartbeat += 1
            actions.append(.publish(content))
        }
        var due: [Instant] = []
        if !isDetecting { due += [nextRound, nextProbe] }
        if !isPublishing { due.append(nextPublication) }
        if let next = due.min() { actions.append(.wakeUp(at: max(now, next))) }
        return actions
    }

    private mutating func probed(_ observation: Observation, at now: Instant) -> [Action] {
        isDetecting = false
        nextProbe = now.advanced(by: settings.probeInterval)
        switch observation.result {
        case .success(.v4(let address)) where address == content.ipv4 && content.condition == .confirmed:
            return []
        case .success(let address):
            // After rounds that led nowhere, a probe alone does not start another before its time.
            if failedRounds == 0 { nextRound = now }
            return address.description == content.ipv4?.description
                ? [] : [.tell(.probeDiffers(observation, holding: content.ipv4))]
        case .failure:
            if failedRounds == 0 { nextRound = now }
            return [.tell(.probeFailed(observation))]
        }
    }

    private mutating func decided(_ verdict: Verdict, at now: Instant, wallClock: Timestamp) -> [Action] {
        isDetecting = false
        nextProbe = now.advanced(by: settings.probeInterval)
        let before = content
        content.votes = verdict.votesSummary(maximumBytes: PublishedAddress.maximumVotesLength)
        var news: [Action] = []
        if case .v4(let address) = verdict.address {
            var isSingle = true
            if case .multipleEgress = verdict.condition { isSingle = false }
            failedRounds = 0
            lastUnconfirmed = nil
            content.ipv4 = address
            content.condition = isSingle ? .confirmed : .multipleEgress
            content.confirmedAt = wallClock
            nextRound = now.advanced(by: settings.confirmInterval)
        } else if case .unconfirmed(.awaitingSecondRound) = verdict.condition {
            nextRound = now.advanced(by: settings.secondRoundDelay)
            news.append(.tell(.unconfirmed(verdict, holding: content.ipv4)))
        } else {
            failedRounds += 1
            content.condition = .unconfirmed
            nextRound = now.advanced(by: waitAfterFailure())
            if lastUnconfirmed != verdict.description {
                news.append(.tell(.unconfirmed(verdict, holding: content.ipv4)))
            }
            lastUnconfirmed = verdict.description
        }
        if content.ipv4 != before.ipv4 {
            news.append(.tell(.changed(from: before.ipv4, to: content.ipv4, verdict)))
        } else if before.condition != content.condition, content.condition != .unconfirmed {
            news.append(.tell(.confirmedAgain(verdict)))
        }
        if content.ipv4 != before.ipv4 || content.condition != before.condition {
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
    case probeDiffers(Observation, holding: IPv4Address?)
    case probeFailed(Observation)
    case changed(from: IPv4Address?, to: IPv4Address?, Verdict)
    case confirmedAgain(Verdict)
    case unconfirmed(Verdict, holding: IPv4Address?)
}
