import NetworkPrimitives
import OperatorCore
import StatusServer

/// Keeps one record in step from one node. A value without I/O: inputs are what happened, actions what to do next.
///
/// ```
/// resting ── desired changed ──▶ delayed ──▶ readingClaims ──▶ checking ──▶ claiming ──▶ writing ──▶ reporting ──▶ resting
///    └────── time for a look ──▶ checking ──(differs)──▶ readingClaims ──▶ claiming …
/// ```
///
/// One step is under way at a time. Whoever finds the record in step, or another node at work on it, goes back to rest.
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
        /// The record's entry in the ConfigMap of claims; `nil`: none, or unreadable.
        case claimRead(RecordClaim?)
        case claimsUnreachable(String)
        case checked(RecordCheck)
        case claimWon
        /// Somebody else changed the claims in between.
        case claimLost
        case written(WriteResult)
        /// The entry was written, or belongs to somebody else by now.
        case reported
    }

    enum Action: Hashable, Sendable {
        case readClaim
        case check
        case claim(RecordClaim)
        /// Brings the record to the addresses within `limit`.
        case write(AddressSet, limit: Duration)
        case report(RecordClaim)
        /// Replaces any earlier timer.
        case wakeUp(at: Instant)
        case tell(RecordNews)
    }

    enum Step: Hashable {
        case resting
        case delayed
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

    var desired: Desired?
    var step = Step.resting
    var sighting: Sighting?
    /// What the last look at the record said, within the attempt under way.
    var checked: RecordCheck?
    var claims = ClaimsView.unread
    /// The API server could not be reached when it was last tried.
    var isCutOff = false
    var wantsRestart = false
    /// This node's claim is in the entry, and nothing final has been reported over it.
    var owesReport = false
    /// What this node last wrote without a claim, and when.
    var unclaimedWrite: (addresses: AddressSet, at: Instant)?
    /// Until when this node writes nothing without a claim, because somebody undid it.
    var unclaimedPause: Instant?
    var failures = 0
    var claimsLost = 0

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
        case .timerFired: return timerFired(at: now)
        case .claimRead(let claim): return claimRead(claim, at: now, wallClock: wallClock)
        case .claimsUnreachable(let why): return claimsUnreachable(why, at: now)
        case .checked(let check): return recordChecked(check, at: now, wallClock: wallClock)
        case .claimWon: return claimWon()
        case .claimLost: return claimLost(at: now)
        case .written(let result): return written(result, at: now, wallClock: wallClock)
        case .reported: return reported(at: now)
        }
    }

    // MARK: Starting

    mutating func desiredChanged(_ new: Desired, at now: Instant) -> [Action] {
        // What was said earlier may come later; it counts for nothing then.
        if let desired, new.isEarlier(than: desired) { return [] }
        let isSame = desired?.addresses == new.addresses && desired?.origin == new.origin
        desired = new
        guard !isSame else { return [] }
        failures = 0
        guard step == .resting || step == .delayed else {
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
        step = .delayed
        let window = isCutOff && desired.origin == .ownDetection ? settings.unclaimedSpread : settings.spread
        return [.wakeUp(at: now.advanced(by: spreadDelay(desired, within: window)))]
    }

    mutating func timerFired(at now: Instant) -> [Action] {
        switch step {
        case .delayed:
            return go(.readingClaim, .readClaim)
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
    }

    /// A new desire came in during a step: start over with it.
    mutating func isRestarting(at now: Instant) -> [Action]? {
        guard wantsRestart else { return nil }
        wantsRestart = false
        return start(at: now)
    }

    // MARK: Looking

    mutating func claimRead(_ claim: RecordClaim?, at now: Instant, wallClock: Timestamp) -> [Action] {
        isCutOff = false
        unclaimedWrite = nil
        unclaimedPause = nil
        if let claim {
            if sighting?.claim != claim { sighting = Sighting(claim: claim, since: now) }
        } else {
            sighting = nil
        }
        if let restart = isRestarting(at: now) { return restart }
        guard let desired else { return rest(at: now) }
        claims = .read
        if isInStep { return settle(at: now, wallClock: wallClock) }
        guard let sighting else { return proceed(at: now, wallClock: wallClock) }
        let entry = sighting.claim
        if entry.generation > desired.generation, entry.addresses != desired.addresses {
            // This node's view is older; the newer address is on its way to it, and will start an attempt when it comes.
            return [.tell(.waiting("\(entry.node) has seen a later publication"))]
                + rest(at: now, after: settings.propagation)
        }
        let free = sighting.since.advanced(by: .seconds(entry.holdSeconds))
        switch entry.phase {
        case .claimed where entry.node != node && now < free:
            // Also for another address: its node learns of the change as well, and two must not write at once.
            return [.tell(.leftTo(entry.node, entry.addresses))] + lookAgain(at: now, before: free)
        case .failed where entry.node != node && entry.addresses == desired.addresses && now < free:
            return [.tell(.failedElsewhere(entry))]
                + rest(at: now, until: free.advanced(by: spreadDelay(desired, within: settings.spread)))
        case .synced where entry.addresses == desired.addresses:
            guard let checked else { return [.tell(.inStep(desired.addresses, by: entry.node))] + rest(at: now) }
            if case .unknown(let why) = checked {
                // That the name servers cannot tell is no sign of a difference.
                guard now >= sighting.since.advanced(by: settings.blindInterval) else {
                    return [.tell(.waiting("the record cannot be looked at: \(why)"))]
                        + [.tell(.inStep(desired.addresses, by: entry.node))] + rest(at: now)
                }
                return proceed(at: now, wallClock: wallClock)
            }
            let settled = sighting.since.advanced(by: settings.propagation)
            if now < settled {
                return [.tell(.propagating(checked.shown))] + rest(at: now, until: settled)
            }
            return proceed(at: now, wallClock: wallClock)
        default:
            return proceed(at: now, wallClock: wallClock)
        }
    }

    mutating func claimsUnreachable(_ why: String, at now: Instant) -> [Action] {
        let wasCutOff = isCutOff
        isCutOff = true
        claims = .unreachable
        if let restart = isRestarting(at: now) { return restart }
        guard let desired else { return rest(at: now) }
        if isInStep { return [.tell(.inStep(desired.addresses, by: nil))] + rest(at: now) }
        guard desired.origin == .ownDetection else {
            return [.tell(.waiting("the claims cannot be read: \(why)"))] + rest(at: now, after: backoff())
        }
        // Without a way to agree, a wider spread keeps the nodes apart.
        guard wasCutOff else { return start(at: now) }
        return checked == nil ? go(.checking, .check) : decideUnclaimed(at: now)
    }

    mutating func recordChecked(_ check: RecordCheck, at now: Instant, wallClock: Timestamp) -> [Action] {
        checked = check
        if let restart = isRestarting(at: now) { return restart }
        guard let desired else { return rest(at: now) }
        switch check {
        case .holds where isInStep:
            failures = 0
            // What this node claimed before must not stand in the entry for ever.
            if owesReport, claims == .unread { return go(.readingClaim, .readClaim) }
            return claims == .read
                ? settle(at: now, wallClock: wallClock) : [.tell(.inStep(desired.addresses, by: nil))] + rest(at: now)
        case .refuses(let why):
            return [.tell(.failed("the record is left alone: \(why)", wait: settings.checkInterval))] + rest(at: now)
        case .holds, .absent, .unknown:
            switch claims {
            case .unread: return go(.readingClaim, .readClaim)
            case .read: return proceed(at: now, wallClock: wallClock)
            case .unreachable: return decideUnclaimed(at: now)
            }
        }
    }

    /// Whether the record was seen, within this attempt, to hold what is desired.
    var isInStep: Bool {
        guard let desired, case .holds(let addresses) = checked else { return false }
        return addresses == desired.addresses
    }

    /// The record is in step, and the entry has been read: an entry that says otherwise, of this node or of one that is gone,
    /// is put right.
    mutating func settle(at now: Instant, wallClock: Timestamp) -> [Action] {
        guard let desired else { return rest(at: now) }
        failures = 0
        let news = Action.tell(.inStep(desired.addresses, by: nil))
        owesReport = false
        guard let sighting, sighting.claim.phase != .synced, sighting.claim.generation <= desired.generation,
            sighting.claim.node == node || now >= sighting.since.advanced(by: .seconds(sighting.claim.holdSeconds))
        else { return [news] + rest(at: now) }
        let report = entry(.synced, for: desired, hold: .zero, wallClock: wallClock)
        return [news] + rest(at: now) + go(.reporting, .report(report))
    }

    /// Reads the entry again soon: most writes take a moment, and a claim can outlive its node.
    mutating func lookAgain(at now: Instant, before end: Instant) -> [Action] {
        forget()
        step = .delayed
        return [.wakeUp(at: min(end, now.advanced(by: settings.claimLook)))]
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

    mutating func rest(at now: Instant, until: Instant) -> [Action] {
        step = .resting
        forget()
        return [.wakeUp(at: max(now, until))]
    }

    func spreadDelay(_ desired: Desired, within window: Duration) -> Duration {
        SpreadDelay.delay(node: node, change: "\(desired.addresses) \(record)", within: window)
    }

    /// Wait before another try, by the number of failures so far.
    func backoff() -> Duration {
        min(settings.longestWait, settings.firstWait * Double(1 << min(16, max(0, failures - 1))))
    }

    func entry(
        _ phase: RecordClaim.Phase, for desired: Desired, hold: Duration, wallClock: Timestamp
    ) -> RecordClaim {
        RecordClaim(
            addresses: desired.addresses, phase: phase, node: node, generation: desired.generation,
            holdSeconds: Int(min(hold, .seconds(RecordClaim.longestHold)).components.seconds), provider: provider,
            time: wallClock,
            failures: phase == .claimed && sighting?.claim.addresses == desired.addresses
                ? sighting?.claim.failures ?? 0 : 0)
    }
}
