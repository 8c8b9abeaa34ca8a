/// What a candidate knows of its election, and what to do next. A value without I/O: time comes in with every input.
///
/// ```
/// standby ── leaseWritten ──▶ leading ── stopRequested ──▶ draining ── drained ──▶ releasing ──▶ ended
///    │                           │                             │
///    └─ stopRequested ─▶ ended   └──── term over, or another holder seen ────────▶ ended (lost)
/// ```
///
/// One request is under way at a time. While leading, a tick renews with the version that is known; whatever goes wrong,
/// the Lease is read and the next step decided from what it says. Remote times are never compared with a local clock: a
/// record counts as expired when it has not changed for its own duration as measured here.
struct ElectionState<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    /// What happened.
    enum Input: Sendable {
        case started
        case timerFired
        /// A GET was answered; `nil`: there is no such Lease.
        case leaseRead(Lease?)
        /// A POST or PUT succeeded. `sent` is when it was sent: a term counts from there.
        case leaseWritten(Lease, sent: Instant)
        case requestFailed(KubernetesError)
        /// The watch showed the Lease, or that it is gone.
        case leaseWatched(Lease?)
        case stopRequested
        /// The leading work has ended by itself or after it was asked to.
        case drained
    }

    /// What to do about it. Requests carry no time-out; the settings have one for all.
    enum Action: Hashable, Sendable {
        case read
        case create(Lease)
        case update(Lease)
        /// Replaces any earlier timer.
        case wakeUp(at: Instant)
        case startLeading(epoch: Epoch, until: Instant)
        case extendTerm(until: Instant)
        /// Asks the leading work to end; the term goes on until `drained`.
        case drain
        /// The leading work has ended: nobody may lead on this term any more, a successor may do so any moment.
        case endTerm
        case end(ElectionEnd)
        case report(ElectionReport)
    }

    private enum Phase: Hashable {
        case standby
        case leading(until: Instant)
        case draining(until: Instant)
        /// The Lease is being read, and then written, to give it up.
        case releasing
        case ended
    }

    private enum Request { case none, read, write }

    /// The Lease as last seen, and since when it has looked like that.
    private struct Observation {
        var lease: Lease
        var since: Instant
    }

    /// Whether there was a term, be it over or not.
    private(set) var hasLed = false

    private let settings: ElectionSettings
    /// Delay before a free Lease is taken, so that standbys do not all write at once.
    private let takeoverDelay: Duration
    private var phase = Phase.standby
    private var request = Request.none
    private var observation: Observation?
    /// The watch said something while a request was under way; look again once it is over.
    private var lookAgain = false
    /// A write failed: it may have been carried out, or lost a race. Only reading tells.
    private var isInDoubt = false
    private var releaseFailures = 0
    /// What the last write wanted.
    private var lastWrite: Lease?

    init(settings: ElectionSettings, takeoverDelay: Duration) {
        self.settings = settings
        self.takeoverDelay = takeoverDelay
    }

    /// Whoever the Lease named when it was last seen; empty when nobody.
    var holder: String { lease?.holderIdentity ?? "" }

    /// The Lease as it was last seen; `nil` where there was none.
    var lease: Lease? { observation?.lease }

    /// A write by which this candidate wanted to acquire, and of which nobody knows whether it was, or will yet be, carried
    /// out; `nil` where there is none. `Lease.forestalling(over:at:)` is how to settle it.
    var unsettledAcquisition: Lease? { !hasLed && (request == .write || isInDoubt) ? lastWrite : nil }

    mutating func handle(_ input: Input, at now: Instant, wallClock: MicroTime) -> [Action] {
        if case .ended = phase { return [] }
        if let end = termOver(at: now) { return end }
        switch input {
        case .started: return startRequest(.read, .read)
        case .timerFired: return tick(at: now, wallClock: wallClock)
        case .leaseRead(let lease): return read(lease, at: now, wallClock: wallClock)
        case .leaseWritten(let lease, let sent): return written(lease, sent: sent, at: now)
        case .requestFailed(let error): return failed(error, at: now)
        case .leaseWatched(let lease): return watched(lease, at: now, wallClock: wallClock)
        case .stopRequested: return stop(at: now)
        case .drained: return drained(at: now)
        }
    }

    // MARK: Inputs

    /// A term ends by the clock, before anything else is looked at.
    private mutating func termOver(at now: Instant) -> [Action]? {
        switch phase {
        case .leading(let until) where now >= until, .draining(let until) where now >= until:
            return lose("the Lease could not be renewed within \(settings.renewDeadline)")
        default:
            return nil
        }
    }

    private mutating func tick(at now: Instant, wallClock: MicroTime) -> [Action] {
        guard request == .none else { return [watchTermEnd()].compactMap(\.self) }
        switch phase {
        case .leading, .draining:
            guard !isInDoubt, let lease = observation?.lease else { return startRequest(.read, .read) }
            return startRequest(.write, .update(lease.renewed(by: settings, at: wallClock)))
        case .standby, .releasing:
            return startRequest(.read, .read)
        case .ended:
            return []
        }
    }

    private mutating func read(_ lease: Lease?, at now: Instant, wallClock: MicroTime) -> [Action] {
        request = .none
        let reports = observe(lease, at: now)
        switch phase {
        case .standby:
            isInDoubt = false
            return reports + consider(lease, at: now, wallClock: wallClock)
        case .leading, .draining:
            guard let lease else { return reports + lose("the Lease was deleted") }
            guard isMine(lease) else { return reports + lose("the Lease is held by \(shown(lease.holderIdentity))") }
            return reports + startRequest(.write, .update(lease.renewed(by: settings, at: wallClock)))
        case .releasing:
            if let lease, isMine(lease) {
                return reports + startRequest(.write, .update(lease.released(at: wallClock)))
            }
            guard let lost = unsettledAcquisition, let fence = lost.forestalling(over: lease, at: wallClock) else {
                return reports + end(givenUp)
            }
            return reports + startRequest(.write, fence.resourceVersion == nil ? .create(fence) : .update(fence))
        case .ended:
            return []
        }
    }

    private mutating func written(_ lease: Lease, sent: Instant, at now: Instant) -> [Action] {
        request = .none
        isInDoubt = false
        var actions = observe(lease, at: now)
        let until = sent.advanced(by: settings.renewDeadline)
        switch phase {
        case .standby:
            guard isMine(lease), let epoch = lease.resourceVersion.flatMap(Epoch.init) else {
                return actions + [
                    .report(
                        .unexpected("the written Lease came back without our identity or a numeric resourceVersion"))
                ]
                    + [.wakeUp(at: now.advanced(by: settings.retryPeriod))]
            }
            guard now < until else {
                // The answer took longer than the term that it grants; the others may already count it as expired.
                return actions + [.wakeUp(at: now)]
            }
            phase = .leading(until: until)
            hasLed = true
            actions.append(.startLeading(epoch: epoch, until: until))
        case .leading, .draining:
            guard isMine(lease) else { return actions + lose("the Lease is held by \(shown(lease.holderIdentity))") }
            if case .leading = phase { phase = .leading(until: until) } else { phase = .draining(until: until) }
            actions.append(.extendTerm(until: until))
        case .releasing:
            // Either the release itself, or a write that was under way when the work ended.
            return actions + (isMine(lease) ? startRequest(.read, .read) : end(givenUp))
        case .ended:
            return []
        }
        return actions + [.wakeUp(at: min(until, sent.advanced(by: settings.retryPeriod)))]
    }

    private mutating func failed(_ error: KubernetesError, at now: Instant) -> [Action] {
        let wasWrite = request == .write
        request = .none
        let report = Action.report(.requestFailed(error))
        switch phase {
        case .standby:
            lookAgain = false
            isInDoubt = isInDoubt || (wasWrite && error.mayHaveBeenApplied)
            // The server may ask for patience, but not for so much that nobody is left to take over.
            let wait = max(settings.retryPeriod, min(error.retryAfter ?? .zero, settings.leaseDuration))
            return [report, .wakeUp(at: now.advanced(by: wait))]
        case .leading(let until), .draining(let until):
            // Once per tick, or a server that refuses every write would be asked as fast as it answers.
            if wasWrite, !isInDoubt {
                isInDoubt = true
                return [report] + startRequest(.read, .read)
            }
            return [report, .wakeUp(at: min(until, now.advanced(by: settings.retryPeriod)))]
        case .releasing:
            // Looked at again a few times; after that the Lease is left to expire.
            releaseFailures += 1
            isInDoubt = isInDoubt || (wasWrite && error.mayHaveBeenApplied)
            guard releaseFailures < 4 else { return [report] + end(givenUp) }
            return [report] + (wasWrite ? startRequest(.read, .read) : [.wakeUp(at: now.advanced(by: takeoverDelay))])
        case .ended:
            return []
        }
    }

    private mutating func watched(_ lease: Lease?, at now: Instant, wallClock: MicroTime) -> [Action] {
        if let lease, let known = observation?.lease, isOlder(lease, than: known) { return [] }
        switch phase {
        case .standby:
            let reports = observe(lease, at: now)
            guard request == .none else {
                lookAgain = true
                return reports
            }
            let free = lease.map { ($0.holderIdentity ?? "").isEmpty } ?? true
            return reports + [free ? .wakeUp(at: now.advanced(by: takeoverDelay)) : nextLook(at: now)]
        case .leading, .draining:
            // Gone, by the watch alone, may be news from before our own write: the next renewal finds out.
            guard let lease else { return [] }
            let reports = observe(lease, at: now)
            guard !isMine(lease) else { return reports }
            return reports + lose("the Lease is held by \(shown(lease.holderIdentity))")
        case .releasing, .ended:
            return []
        }
    }

    private mutating func stop(at now: Instant) -> [Action] {
        switch phase {
        case .standby:
            // An acquiring write may have succeeded, or may yet: wait for its outcome, then give back what it took.
            guard request == .write || isInDoubt else { return end(.stopped) }
            phase = .releasing
            return request == .none ? startRequest(.read, .read) : []
        case .leading(let until):
            phase = .draining(until: until)
            return [.drain]
        case .draining, .releasing, .ended:
            return []
        }
    }

    private mutating func drained(at now: Instant) -> [Action] {
        switch phase {
        case .leading, .draining:
            phase = .releasing
            // A renewal under way is waited for: two requests at once could arrive in either order.
            return [.endTerm] + (request == .none ? startRequest(.read, .read) : [])
        case .standby, .releasing, .ended:
            return []
        }
    }

    // MARK: Decisions

    /// What a standby does with what it has just read.
    private mutating func consider(_ lease: Lease?, at now: Instant, wallClock: MicroTime) -> [Action] {
        guard let lease else {
            return startRequest(
                .write, .create(Lease(name: settings.leaseName).acquired(by: settings, transitions: 0, at: wallClock)))
        }
        if isMine(lease) {
            // Our own write whose answer was lost: renewing it proves that it is still ours.
            return startRequest(.write, .update(lease.renewed(by: settings, at: wallClock)))
        }
        let holder = lease.holderIdentity ?? ""
        guard holder.isEmpty || isExpired(at: now) else {
            let again = lookAgain
            lookAgain = false
            return [again ? .wakeUp(at: now.advanced(by: takeoverDelay)) : nextLook(at: now)]
        }
        // The field has 32 bits and is never negative; a Lease that says otherwise can be taken all the same.
        let transitions = min(max(lease.leaseTransitions ?? 0, 0), Int(Int32.max) - 1) + 1
        return startRequest(.write, .update(lease.acquired(by: settings, transitions: transitions, at: wallClock)))
    }

    /// At the next poll, or when the record as seen expires, whichever is first.
    private func nextLook(at now: Instant) -> Action {
        let poll = now.advanced(by: settings.retryPeriod)
        guard let observation else { return .wakeUp(at: poll) }
        return .wakeUp(at: max(now, min(poll, expiry(of: observation))))
    }

    private func expiry(of observation: Observation) -> Instant {
        let seconds = observation.lease.leaseDurationSeconds ?? 0
        return observation.since.advanced(by: seconds > 0 ? .seconds(seconds) : settings.leaseDuration)
    }

    /// Whether what was last observed has expired.
    private func isExpired(at now: Instant) -> Bool {
        observation.map { now >= expiry(of: $0) } ?? false
    }

    private func isMine(_ lease: Lease) -> Bool { lease.holderIdentity == settings.identity }

    /// Versions of one object compare as integers; a watch may lag behind what was read or written since.
    private func isOlder(_ lease: Lease, than known: Lease) -> Bool {
        guard let new = lease.resourceVersion.flatMap(Epoch.init),
            let old = known.resourceVersion.flatMap(Epoch.init)
        else { return false }
        return new < old
    }

    /// Whether both are one version of one object; they may differ in form, as items of lists do.
    private func isSame(_ lease: Lease, as known: Lease) -> Bool {
        guard let version = lease.resourceVersion else { return lease == known }
        return version == known.resourceVersion && lease.uid == known.uid
    }

    /// Remembers what was seen; the time counts from the first sight of a change.
    ///
    /// The version tells of every change, also of one that happens to write what was written before.
    private mutating func observe(_ lease: Lease?, at now: Instant) -> [Action] {
        let before = holder
        if let lease {
            if let known = observation?.lease, isSame(lease, as: known) {
                observation?.lease = lease
            } else {
                observation = Observation(lease: lease, since: now)
            }
        } else {
            observation = nil
        }
        return holder == before ? [] : [.report(.holderChanged(holder))]
    }

    // MARK: Ends

    private mutating func startRequest(_ kind: Request, _ action: Action) -> [Action] {
        request = kind
        switch action {
        case .create(let lease), .update(let lease): lastWrite = lease
        default: break
        }
        return [action] + [watchTermEnd()].compactMap(\.self)
    }

    /// While a request is under way the only alarm is the end of the term.
    private func watchTermEnd() -> Action? {
        switch phase {
        case .leading(let until), .draining(let until): .wakeUp(at: until)
        case .standby, .releasing, .ended: nil
        }
    }

    /// How a stop by choice ends.
    private var givenUp: ElectionEnd { hasLed ? .released : .stopped }

    private mutating func lose(_ why: String) -> [Action] { end(.lost(why)) }

    private mutating func end(_ end: ElectionEnd) -> [Action] {
        phase = .ended
        request = .none
        return [.end(end)]
    }

    private func shown(_ holder: String?) -> String {
        guard let holder, !holder.isEmpty else { return "nobody" }
        return holder
    }
}
