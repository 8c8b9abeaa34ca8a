import NetworkPrimitives
import OperatorCore
import StatusServer

/// Keeps one record in step from one node. A value without I/O: inputs are what happened, actions what to do next.
///
/// ```
/// resting ── desired changed ──▶ delayed ──▶ readingClaim ──▶ checking ──▶ claiming ──▶ writing ──▶ reporting ──▶ resting
///    └────── time for a look ──▶ checking ──(differs)──▶ readingClaim ──▶ claiming …
///                                             another is at work ──▶ standingBy ──(its report, or its end)──▶ …
/// ```
///
/// One step is under way at a time. Whoever finds the record in step goes back to rest; whoever finds another node at work
/// stands by. While the claims are watched nothing is asked of the API server before a claim. `docs/reconciling.md` has the
/// whole protocol.
struct RecordState<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    /// Who says that the record should hold an address.
    enum Origin: Hashable, Sendable {
        case leader
        /// This node's own quorum, because the leader was silent.
        case ownDetection
    }

    struct Desired: Hashable, Sendable {
        var addresses: AddressSet
        var generation: Generation
        var origin: Origin
        /// Generations are compared within one beginning only; a later one is later than all of an earlier one.
        var beginning = 0

        func isEarlier(than other: Desired) -> Bool {
            beginning == other.beginning ? generation < other.generation : beginning < other.beginning
        }
    }

    enum Input: Sendable {
        case desired(Desired)
        case timerFired
        /// Somebody has changed something that may make an attempt succeed.
        case lookAgain
        /// The provider's secrets are not what they were at the last write.
        case secretsReplaced
        /// The record's entry in the ConfigMap of claims; `nil`: none, or unreadable.
        case claimRead(RecordClaim?)
        case claimsUnreachable(String)
        /// The watch of the claims shows the entry, and will show its changes.
        case claimSeen(RecordClaim?)
        /// The watch of the claims shows nothing for now.
        case claimsHidden
        case checked(RecordCheck)
        case claimWon
        /// Somebody else changed the entry in between, to this.
        case claimLost(to: RecordClaim?)
        case written(WriteResult)
        /// The entry was written.
        case reported
        /// The entry could not be written, or belongs to somebody else by now.
        case reportLost
    }

    enum Action: Hashable, Sendable {
        case readClaim
        case check
        case claim(RecordClaim)
        /// Brings the record to the addresses within `limit`.
        case write(AddressSet, limit: Duration)
        case report(RecordClaim)
        /// Finds out whether the provider's secrets are still those of the last write.
        case compareSecrets
        /// Replaces any earlier timer.
        case wakeUp(at: Instant)
        case tell(RecordNews)
    }

    enum Step: Hashable {
        case resting
        case delayed
        /// Another node is at work.
        case standingBy
        case readingClaim
        case checking
        case claiming
        case writing
        case reporting
    }

    /// An entry and since when this node knows it; holds are counted from there.
    struct Sighting {
        var claim: RecordClaim
        var since: Instant
    }

    /// What is known of the claims within the attempt under way.
    enum ClaimsView: Hashable {
        case unread
        case read
        case unreachable
    }

    let node: String
    let provider: String
    /// Moves this node's moments from record to record, so that nodes share the work.
    let record: String
    let settings: ReconcilingSettings
    /// 0.9–1.1, drawn once per node, so that the nodes' looks drift apart.
    let jitter: Double
    /// An attempt begins with a look at the record rather than at its entry: the entry is this process's own, maybe of an
    /// earlier run, and nobody else works on the record.
    var looksFirst = false

    var desired: Desired?
    /// The publication that first said what is desired: an entry of before it says nothing about what came in between.
    var desiredSince = Generation.none
    /// What was desired before, the latest last.
    var formerlyDesired: [AddressSet] = []
    var step = Step.resting
    var sighting: Sighting?
    /// What the last look at the record said, within the attempt under way.
    var checked: RecordCheck?
    var claims = ClaimsView.unread
    /// The API server could not be reached when it was last tried.
    var isCutOff = false
    /// How often in a row that was so.
    var unreached = 0
    /// The sighting is kept up to date by the watch of the claims.
    var isWatching = false
    var wantsRestart = false
    /// This node's claim is in the entry, and nothing final has been reported over it.
    var owesReport = false
    /// The write under way puts right what somebody did to a record that was in step.
    var isRepair = false
    /// This attempt's claim, and when it was sent; its hold counts from then.
    var claimSent: Sighting?
    /// The entry over which ``RecordNews/reverted(_:wait:)`` was told.
    var toldReverted: RecordClaim?
    /// How often in a row this node looked at the claim of another that was at work.
    var looks = 0
    /// What this node last wrote without a claim, and when.
    var unclaimedWrite: (addresses: AddressSet, at: Instant)?
    /// Until when this node writes nothing without a claim, because somebody undid it.
    var unclaimedPause: Instant?
    var failures = 0
    var claimsLost = 0
    /// Until when this node leaves a provider alone that refused its credentials, unless they are replaced.
    var refusalEnds: Instant?
    /// Told once the report under way is in the entry: of all nodes only one succeeds with that.
    var newsOfReport: RecordNews?

    /// - Parameters:
    ///   - record: the record's name, or anything else that differs from record to record.
    ///   - jitter: 0.9–1.1.
    init(node: String, provider: String, record: String = "", settings: ReconcilingSettings, jitter: Double) {
        self.node = node
        self.record = record
        self.provider = provider
        self.settings = settings
        self.jitter = jitter
    }

    mutating func handle(_ input: Input, at now: Instant, wallClock: Timestamp) -> [Action] {
        switch input {
        case .desired(let new): return desiredChanged(new, at: now)
        case .timerFired: return timerFired(at: now, wallClock: wallClock)
        case .lookAgain: return lookAgain(at: now, wallClock: wallClock)
        case .secretsReplaced: return secretsReplaced(at: now, wallClock: wallClock)
        case .claimRead(let claim): return claimRead(claim, at: now, wallClock: wallClock)
        case .claimSeen(let claim): return claimSeen(claim, at: now, wallClock: wallClock)
        case .claimsHidden: return claimsHidden(at: now)
        case .claimsUnreachable(let why): return claimsUnreachable(why, at: now)
        case .checked(let check): return recordChecked(check, at: now, wallClock: wallClock)
        case .claimWon: return claimWon(at: now, wallClock: wallClock)
        case .claimLost(let entry): return claimLost(to: entry, at: now, wallClock: wallClock)
        case .written(let result): return written(result, at: now, wallClock: wallClock)
        case .reported: return reported(at: now)
        case .reportLost:
            newsOfReport = nil
            return reported(at: now)
        }
    }

    // MARK: Starting

    mutating func desiredChanged(_ new: Desired, at now: Instant) -> [Action] {
        // What was said earlier may come later; it counts for nothing then.
        if let desired, new.isEarlier(than: desired) { return [] }
        let old = desired
        desired = new
        if old?.addresses != new.addresses || old?.beginning != new.beginning {
            // Before the first, nothing was missed.
            desiredSince = old?.beginning == new.beginning ? new.generation : .none
            if let old { formerlyDesired = formerlyDesired.suffix(3) + [old.addresses] }
        } else if old?.origin == new.origin {
            return []
        }
        failures = 0
        guard [.resting, .delayed, .standingBy].contains(step) else {
            // The step under way ends first; what it finds out is about the old address.
            wantsRestart = true
            return []
        }
        return start(at: now)
    }

    /// Begins an attempt at what is desired, at this node's moment.
    mutating func start(at now: Instant) -> [Action] {
        guard let desired else { return [] }
        forget()
        looks = 0
        step = .delayed
        let window = isCutOff && desired.origin == .ownDetection ? settings.unclaimedSpread : settings.spread
        return [.wakeUp(at: now.advanced(by: spreadDelay(desired, within: window)))]
    }

    mutating func timerFired(at now: Instant, wallClock: Timestamp) -> [Action] {
        if let refusalEnds, now < refusalEnds { return lookAtSecrets(at: now, until: refusalEnds) }
        switch step {
        case .delayed, .standingBy:
            return looksFirst ? go(.checking, .check) : lookAtClaims(at: now, wallClock: wallClock)
        case .resting where desired != nil:
            forget()
            return go(.checking, .check)
        case .reporting where desired != nil:
            // The report did not come back; the next look goes on without it.
            forget()
            return go(.checking, .check)
        default:
            return []
        }
    }

    mutating func forget() {
        checked = nil
        claims = .unread
        claimsLost = 0
        isRepair = false
        claimSent = nil
        refusalEnds = nil
    }

    /// A new desire came in during a step: start over with it.
    mutating func isRestarting(at now: Instant) -> [Action]? {
        guard wantsRestart else { return nil }
        wantsRestart = false
        return start(at: now)
    }

    // MARK: Resting

    mutating func go(_ step: Step, _ action: Action) -> [Action] {
        self.step = step
        return [action]
    }

    mutating func rest(at now: Instant) -> [Action] {
        rest(at: now, after: settings.checkInterval * jitter)
    }

    mutating func rest(at now: Instant, after wait: Duration) -> [Action] {
        rest(at: now, until: now.advanced(by: wait))
    }

    /// Another node says how the record stands: the nodes that hear it at once are not to look at once.
    mutating func restAfterOther(at now: Instant) -> [Action] {
        let part = SpreadDelay.part(node: node, change: "look \(record)")
        return rest(at: now, after: settings.checkInterval * (0.5 + part))
    }

    mutating func rest(at now: Instant, until: Instant) -> [Action] {
        step = .resting
        forget()
        return [.wakeUp(at: max(now, until))]
    }

    /// This node's moment within a window. Where the first to come spares the others the work, few come early in it, however
    /// many nodes there are; where all have to ask, they come evenly.
    func spreadDelay(_ desired: Desired, within window: Duration) -> Duration {
        let change = "\(desired.addresses) \(record)"
        return isWatching || isCutOff
            ? SpreadDelay.rarelyEarly(node: node, change: change, within: window)
            : SpreadDelay.delay(node: node, change: change, within: window)
    }

    /// Wait before another try, by the number of failures so far.
    func backoff() -> Duration {
        min(settings.longestWait, settings.firstWait * Double(1 << min(16, max(0, failures - 1))))
    }

    func entry(
        _ phase: RecordClaim.Phase, for desired: Desired, hold: Duration, wallClock: Timestamp
    ) -> RecordClaim {
        var claim = RecordClaim(
            addresses: desired.addresses, phase: phase, node: node, generation: desired.generation,
            holdSeconds: Int(min(hold, .seconds(RecordClaim.longestHold)).components.seconds), provider: provider,
            time: wallClock,
            failures: phase == .claimed && sighting?.claim.addresses == desired.addresses
                ? sighting?.claim.failures ?? 0 : 0)
        // Which addresses it fails to hold does not matter to those who wait for it to work.
        guard phase != .synced else { return claim }
        claim.failingSince = sighting?.claim.failingSince
        claim.isTold = sighting?.claim.isTold ?? false
        return claim
    }
}
