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
        var address: IPv4Address
        var generation: Generation
        var origin: Origin
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
        /// Brings the record to the address within `limit`.
        case write(IPv4Address, limit: Duration)
        case report(RecordClaim)
        /// Replaces any earlier timer.
        case wakeUp(at: Instant)
        case tell(RecordNews)
    }

    private enum Step: Hashable {
        case resting
        case delayed
        case readingClaim
        case checking
        case claiming
        case writing
        case reporting
    }

    /// An entry and since when this node knows it; holds are counted from there.
    private struct Sighting {
        var claim: RecordClaim
        var since: Instant
    }

    private let node: String
    private let provider: String
    private let settings: ReconcilingSettings
    /// 0.9–1.1, drawn once per node, so that the nodes' looks drift apart.
    private let jitter: Double

    private(set) var desired: Desired?
    private var step = Step.resting
    private var sighting: Sighting?
    /// What the last look at the record said, within the attempt under way.
    private var checked: RecordCheck?
    /// Whether the entry was read within the attempt under way; `false` also when the API server cannot be reached.
    private var claimIsFresh = false
    private var isCutOff = false
    private var wantsRestart = false
    /// The address that this node last wrote without a claim.
    private var unclaimedWrite: IPv4Address?
    private var failures = 0
    private var claimsLost = 0

    init(node: String, provider: String, settings: ReconcilingSettings, jitter: Double) {
        self.node = node
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

    private mutating func desiredChanged(_ new: Desired, at now: Instant) -> [Action] {
        let isSame = desired?.address == new.address && desired?.origin == new.origin
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
    private mutating func start(at now: Instant) -> [Action] {
        guard let desired else { return [] }
        forget()
        step = .delayed
        let window = isCutOff && desired.origin == .ownDetection ? settings.unclaimedSpread : settings.spread
        let delay = SpreadDelay.delay(node: node, change: desired.address.description, within: window)
        return [.wakeUp(at: now.advanced(by: delay))]
    }

    private mutating func timerFired(at now: Instant) -> [Action] {
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

    private mutating func forget() {
        checked = nil
        claimIsFresh = false
        claimsLost = 0
    }

    /// A new desire came in during a step: start over with it.
    private mutating func isRestarting(at now: Instant) -> [Action]? {
        guard wantsRestart else { return nil }
        wantsRestart = false
        return start(at: now)
    }

    // MARK: Looking

    private mutating func claimRead(_ claim: RecordClaim?, at now: Instant, wallClock: Timestamp) -> [Action] {
        isCutOff = false
        if let claim {
            if sighting?.claim != claim { sighting = Sighting(claim: claim, since: now) }
        } else {
            sighting = nil
        }
        if let restart = isRestarting(at: now) { return restart }
        guard let desired else { return rest(at: now) }
        claimIsFresh = true
        guard let sighting else { return proceed(at: now, wallClock: wallClock) }
        let entry = sighting.claim
        if entry.generation > desired.generation, entry.address != desired.address {
            // This node's view is older; the newer address is on its way to it.
            return [.tell(.waiting("\(entry.node) has seen a later publication"))]
                + rest(at: now, after: settings.verifyDelay)
        }
        let free = sighting.since.advanced(by: .seconds(entry.holdSeconds))
        switch entry.phase {
        case .claimed where entry.node != node && entry.address == desired.address && now < free:
            return [.tell(.leftTo(entry.node, entry.address))] + lookAgain(at: now, before: free)
        case .failed where entry.node != node && entry.address == desired.address && now < free:
            return [.tell(.failedElsewhere(entry))] + rest(at: now, until: free.advanced(by: spreadDelay(desired)))
        case .synced where entry.address == desired.address:
            guard let checked else { return [.tell(.inStep(desired.address, by: entry.node))] + rest(at: now) }
            let settled = sighting.since.advanced(by: settings.propagation)
            if now < settled {
                return [.tell(.propagating(checked.shown))] + rest(at: now, until: settled)
            }
            return proceed(at: now, wallClock: wallClock)
        default:
            return proceed(at: now, wallClock: wallClock)
        }
    }

    private mutating func claimsUnreachable(_ why: String, at now: Instant) -> [Action] {
        let wasCutOff = isCutOff
        isCutOff = true
        if let restart = isRestarting(at: now) { return restart }
        guard let desired, desired.origin == .ownDetection else {
            step = .resting
            return [.tell(.waiting("the claims cannot be read: \(why)"))] + rest(at: now, after: backoff())
        }
        // Without a way to agree, a wider spread keeps the nodes apart.
        guard wasCutOff else { return start(at: now) }
        if checked != nil { return decideUnclaimed(at: now) }
        return go(.checking, .check)
    }

    private mutating func recordChecked(_ check: RecordCheck, at now: Instant, wallClock: Timestamp) -> [Action] {
        checked = check
        if let restart = isRestarting(at: now) { return restart }
        guard let desired else { return rest(at: now) }
        switch check {
        case .holds(let addresses) where addresses == [desired.address]:
            failures = 0
            return [.tell(.inStep(desired.address, by: nil))] + rest(at: now)
        case .refuses(let why):
            return [.tell(.failed("the record is left alone: \(why)", wait: settings.checkInterval))] + rest(at: now)
        case .holds, .absent, .unknown:
            if isCutOff, claimIsFresh == false, desired.origin == .ownDetection {
                return decideUnclaimed(at: now)
            }
            return claimIsFresh ? proceed(at: now, wallClock: wallClock) : go(.readingClaim, .readClaim)
        }
    }

    /// Reads the entry again soon: most writes take a moment, and a claim can outlive its node.
    private mutating func lookAgain(at now: Instant, before end: Instant) -> [Action] {
        forget()
        step = .delayed
        return [.wakeUp(at: min(end, now.advanced(by: settings.claimLook)))]
    }

    // MARK: Acting

    /// The entry allows it: look at the record if that was not done yet, otherwise claim the change.
    private mutating func proceed(at now: Instant, wallClock: Timestamp) -> [Action] {
        guard let desired else { return rest(at: now) }
        guard let checked else { return go(.checking, .check) }
        let claim = entry(.claimed, for: desired, hold: settings.claimHold, wallClock: wallClock)
        return [.tell(.differs(checked.shown, desired.address))] + go(.claiming, .claim(claim))
    }

    private mutating func decideUnclaimed(at now: Instant) -> [Action] {
        guard let desired, let checked else { return rest(at: now) }
        if case .unknown(let why) = checked {
            return [.tell(.waiting("cut off, and the record cannot be read: \(why)"))] + rest(at: now, after: backoff())
        }
        if unclaimedWrite == desired.address {
            unclaimedWrite = nil
            return [.tell(.reverted(checked.shown, wait: settings.revertedWait))]
                + rest(at: now, after: settings.revertedWait)
        }
        unclaimedWrite = desired.address
        return [.tell(.differs(checked.shown, desired.address))]
            + go(.writing, .write(desired.address, limit: settings.claimHold))
    }

    private mutating func claimWon() -> [Action] {
        guard let desired, !wantsRestart else {
            // The claim is for an address that nobody wants any more: claim anew, over it.
            wantsRestart = false
            return go(.readingClaim, .readClaim)
        }
        // The rest of the claim is for the report.
        return go(.writing, .write(desired.address, limit: settings.claimHold * 0.8))
    }

    private mutating func claimLost(at now: Instant) -> [Action] {
        if let restart = isRestarting(at: now) { return restart }
        claimsLost += 1
        // Losing again and again means that something else is wrong: do not hammer the API server.
        guard claimsLost < 5 else {
            return [.tell(.waiting("the claim was lost \(claimsLost) times"))]
                + rest(at: now, after: settings.firstWait)
        }
        return go(.readingClaim, .readClaim)
    }

    private mutating func written(_ result: WriteResult, at now: Instant, wallClock: Timestamp) -> [Action] {
        guard let desired else { return rest(at: now) }
        if wantsRestart { return isRestarting(at: now) ?? [] }
        let news: RecordNews
        let wait: Duration
        var report: RecordClaim
        switch result {
        case .done(let change):
            failures = 0
            wait = settings.verifyDelay
            news = .written(desired.address, change)
            report = entry(.synced, for: desired, hold: .zero, wallClock: wallClock)
        case .failed(let why, let retryAfter):
            failures = max(failures, sighting?.claim.failures ?? 0) + 1
            wait = max(retryAfter ?? .zero, backoff())
            news = .failed(why, wait: wait)
            report = entry(.failed, for: desired, hold: wait, wallClock: wallClock)
            report.error = why
        case .refused(let why):
            failures = max(failures, sighting?.claim.failures ?? 0) + 1
            wait = max(settings.refusedWait, backoff())
            news = .refused(why, wait: wait)
            report = entry(.failed, for: desired, hold: wait, wallClock: wallClock)
            report.error = why
        }
        report.failures = failures
        forget()
        guard !isCutOff else {
            step = .resting
            return [.tell(news), .wakeUp(at: now.advanced(by: wait))]
        }
        step = .reporting
        return [.tell(news), .report(report), .wakeUp(at: now.advanced(by: wait))]
    }

    /// The timer set with the report goes on.
    private mutating func reported(at now: Instant) -> [Action] {
        if let restart = isRestarting(at: now) { return restart }
        if step == .reporting { step = .resting }
        return []
    }

    // MARK: Resting

    private mutating func go(_ step: Step, _ action: Action) -> [Action] {
        self.step = step
        return [action]
    }

    private mutating func rest(at now: Instant) -> [Action] {
        rest(at: now, after: settings.checkInterval * jitter)
    }

    private mutating func rest(at now: Instant, after wait: Duration) -> [Action] {
        rest(at: now, until: now.advanced(by: wait))
    }

    private mutating func rest(at now: Instant, until: Instant) -> [Action] {
        step = .resting
        forget()
        return [.wakeUp(at: max(now, until))]
    }

    private func spreadDelay(_ desired: Desired) -> Duration {
        SpreadDelay.delay(node: node, change: desired.address.description, within: settings.spread)
    }

    /// Wait before another try, by the number of failures so far.
    private func backoff() -> Duration {
        min(settings.longestWait, settings.firstWait * Double(1 << min(16, max(0, failures - 1))))
    }

    private func entry(
        _ phase: RecordClaim.Phase, for desired: Desired, hold: Duration, wallClock: Timestamp
    ) -> RecordClaim {
        RecordClaim(
            address: desired.address, phase: phase, node: node, generation: desired.generation,
            holdSeconds: Int(hold.components.seconds), provider: provider, time: wallClock,
            failures: phase == .claimed ? sighting?.claim.failures ?? 0 : 0)
    }
}
