import NetworkPrimitives
import StatusServer

/// What the record and its entry among the claims say, and what follows from it.
extension RecordState {
    /// As the watch shows them, or by asking.
    mutating func lookAtClaims(at now: Instant, wallClock: Timestamp) -> [Action] {
        guard isWatching else { return go(.readingClaim, .readClaim) }
        return judgeEntry(at: now, wallClock: wallClock)
    }

    mutating func claimRead(_ claim: RecordClaim?, at now: Instant, wallClock: Timestamp) -> [Action] {
        reached()
        see(claim, at: now)
        if let restart = isRestarting(at: now) { return restart }
        return judgeEntry(at: now, wallClock: wallClock)
    }

    mutating func claimSeen(_ claim: RecordClaim?, at now: Instant, wallClock: Timestamp) -> [Action] {
        let (wasCutOff, wasKnown) = (isCutOff, sighting?.claim == claim)
        isWatching = true
        reached()
        see(claim, at: now)
        guard let desired else { return [] }
        switch step {
        case .standingBy:
            return judgeEntry(at: now, wallClock: wallClock)
        case .resting where wasCutOff:
            // What could not be agreed upon can be now.
            return start(at: now)
        case .resting:
            // Somebody with an older view was late to act on it.
            guard !wasKnown, let claim, claim.addresses != desired.addresses, claim.generation < desired.generation
            else { return [] }
            return start(at: now)
        case .delayed, .readingClaim, .checking, .claiming, .writing, .reporting:
            return []
        }
    }

    mutating func claimsHidden(at now: Instant) -> [Action] {
        isWatching = false
        // Whatever the other node reports has to be asked for now.
        guard step == .standingBy, let sighting else { return [] }
        return standBy(at: now, until: sighting.since.advanced(by: .seconds(sighting.claim.holdSeconds)))
    }

    /// The API server can be asked again.
    private mutating func reached() {
        isCutOff = false
        unreached = 0
        unclaimedWrite = nil
        unclaimedPause = nil
    }

    private mutating func see(_ claim: RecordClaim?, at now: Instant) {
        guard let claim else { return sighting = nil }
        if sighting?.claim != claim { sighting = Sighting(claim: claim, since: now) }
    }

    private mutating func judgeEntry(at now: Instant, wallClock: Timestamp) -> [Action] {
        guard let desired else { return rest(at: now) }
        claims = .read
        if isInStep, !mayBeOvertaken(at: now) { return settle(at: now, wallClock: wallClock) }
        guard let sighting else { return proceed(at: now, wallClock: wallClock) }
        let entry = sighting.claim
        let free = sighting.since.advanced(by: .seconds(entry.holdSeconds))
        guard entry.addresses == desired.addresses else {
            return judgeOther(entry, since: sighting.since, free: free, at: now, wallClock: wallClock)
        }
        switch entry.phase {
        case .claimed where entry.node != node && now < free:
            return [.tell(.leftTo(entry.node, entry.addresses))] + standBy(at: now, until: free)
        case .failed where isToBeWaitedFor(entry) && now < free:
            // The first to try again spares the others a look, if they can see it.
            return [.tell(.failedElsewhere(entry))]
                + (isWatching
                    ? standBy(at: now, until: free)
                    : rest(at: now, until: free.advanced(by: spreadDelay(desired, within: settings.spread))))
        case .synced:
            return judgeSynced(entry, since: sighting.since, free: free, at: now, wallClock: wallClock)
        case .claimed where entry.node != node:
            return [.tell(.takingOver(from: entry.node))] + proceed(at: now, wallClock: wallClock)
        case .claimed, .failed:
            return proceed(at: now, wallClock: wallClock)
        }
    }

    /// Whether a failure keeps this node from asking: another's does, and so does its own from before it was started anew, lest a
    /// process that starts again and again asks each time. Refused credentials are often what it was started anew for.
    private func isToBeWaitedFor(_ failure: RecordClaim) -> Bool {
        failure.node != node || (failures == 0 && !failure.isRefusal)
    }

    /// The entry is about other addresses than this node's.
    private mutating func judgeOther(
        _ entry: RecordClaim, since: Instant, free: Instant, at now: Instant, wallClock: Timestamp
    ) -> [Action] {
        guard let desired else { return rest(at: now) }
        if entry.generation > desired.generation {
            // This node's view is older; the newer address is on its way to it, and will start an attempt when it comes.
            return [.tell(.waiting("\(entry.node) has seen a later publication"))]
                + rest(at: now, after: settings.propagation)
        }
        if entry.phase == .claimed, entry.node != node, now < free {
            // Its node learns of the change as well, and two must not write at once.
            return [.tell(.leftTo(entry.node, entry.addresses))] + standBy(at: now, until: free)
        }
        // Two nodes' quorums disagree, and nobody is there who could decide between them. Where this node once wanted what
        // the entry says, the address has changed; otherwise there may be two WAN lines, and the record must not go to and
        // fro between them.
        guard entry.phase == .synced, entry.generation == desired.generation, desired.origin == .ownDetection,
            entry.node != node, !formerlyDesired.contains(entry.addresses)
        else { return proceed(at: now, wallClock: wallClock) }
        let end = max(free, since.advanced(by: settings.propagation))
        guard now >= end else {
            return [.tell(.waiting("\(entry.node) finds \(entry.addresses)"))]
                + rest(at: now, until: end.advanced(by: spreadDelay(desired, within: settings.spread)))
        }
        isRepair = true
        return proceed(at: now, wallClock: wallClock)
    }

    /// The entry says that the record is in step.
    private mutating func judgeSynced(
        _ entry: RecordClaim, since: Instant, free: Instant, at now: Instant, wallClock: Timestamp
    ) -> [Action] {
        guard let desired else { return rest(at: now) }
        // What came after it may have changed the record without a word.
        guard entry.generation >= desiredSince else { return proceed(at: now, wallClock: wallClock) }
        guard let checked else {
            return [.tell(.inStep(desired.addresses, by: entry.node))] + restAfterOther(at: now)
        }
        if case .unknown(let why) = checked {
            // That the name servers cannot tell is no sign of a difference.
            let end = since.advanced(by: settings.blindInterval)
            guard now >= end else {
                let next = now.advanced(by: settings.checkInterval * jitter)
                return [.tell(.waiting("the record cannot be looked at: \(why)"))]
                    + [.tell(.inStep(desired.addresses, by: entry.node))] + rest(at: now, until: next)
            }
            isRepair = true
            return proceed(at: now, wallClock: wallClock)
        }
        let settled = since.advanced(by: settings.propagation)
        if now < settled {
            return [.tell(.propagating(checked.shown))] + rest(at: now, until: settled)
        }
        // It was put right before: whoever changes it back means it, and two must never fight over a record.
        if now < free {
            let news: [Action] =
                toldReverted == entry
                ? [] : [.tell(.reverted(checked.shown, wait: now.duration(to: free), isOurs: entry.node == node))]
            toldReverted = entry
            return news + rest(at: now, until: min(free, now.advanced(by: settings.checkInterval * jitter)))
        }
        isRepair = true
        return proceed(at: now, wallClock: wallClock)
    }

    mutating func claimsUnreachable(_ why: String, at now: Instant) -> [Action] {
        let wasCutOff = isCutOff
        isCutOff = true
        unreached += 1
        claims = .unreachable
        if let restart = isRestarting(at: now) { return restart }
        guard let desired else { return rest(at: now) }
        if isInStep { return [.tell(.inStep(desired.addresses, by: nil))] + rest(at: now) }
        guard desired.origin == .ownDetection else {
            // An API server that comes back must not find all nodes at its door.
            let wait = min(settings.propagation, settings.firstWait * Double(1 << min(8, unreached - 1))) * jitter
            return [.tell(.waiting("the claims cannot be read: \(why)"))] + rest(at: now, after: wait)
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
            // What this node claimed before, or another that is gone, must not stand in the entry for ever.
            let isSettled =
                sighting.map { $0.claim.phase == .synced && $0.claim.addresses == desired.addresses } ?? true
            if owesReport || !isSettled, claims == .unread { return lookAtClaims(at: now, wallClock: wallClock) }
            return claims == .read
                ? settle(at: now, wallClock: wallClock) : [.tell(.inStep(desired.addresses, by: nil))] + rest(at: now)
        case .refuses(let why):
            return leaveAlone(because: why, at: now, wallClock: wallClock)
        case .holds, .absent, .unknown:
            switch claims {
            case .unread: return lookAtClaims(at: now, wallClock: wallClock)
            case .read: return judgeEntry(at: now, wallClock: wallClock)
            case .unreachable: return decideUnclaimed(at: now)
            }
        }
    }

    /// Whether the record was seen, within this attempt, to hold what is desired.
    var isInStep: Bool {
        guard let desired, case .holds(let addresses) = checked else { return false }
        return addresses == desired.addresses
    }

    /// Whether another address was written a moment ago, or may have been, so that name servers that show the right one may
    /// only be late.
    private func mayBeOvertaken(at now: Instant) -> Bool {
        guard let desired, let sighting, sighting.claim.addresses != desired.addresses else { return false }
        return sighting.claim.phase != .failed && sighting.claim.generation <= desired.generation
            && now < sighting.since.advanced(by: settings.propagation)
    }

    /// The record is in step, and the entry has been read: an entry that says otherwise, of this node or of one that is gone,
    /// is put right.
    private mutating func settle(at now: Instant, wallClock: Timestamp) -> [Action] {
        guard let desired else { return rest(at: now) }
        failures = 0
        let news = Action.tell(.inStep(desired.addresses, by: nil))
        owesReport = false
        guard let sighting, sighting.claim.phase != .synced || sighting.claim.addresses != desired.addresses,
            sighting.claim.generation <= desired.generation,
            sighting.claim.node == node || now >= sighting.since.advanced(by: .seconds(sighting.claim.holdSeconds))
        else { return [news] + rest(at: now) }
        newsOfReport = newsOfRecovery
        let report = entry(.synced, for: desired, hold: .zero, wallClock: wallClock)
        return [news] + rest(at: now) + go(.reporting, .report(report))
    }

    /// Waits for the report of the node that is at work, or that is to try again. A claim can outlive its node: after its end
    /// the first of those that stand by takes over. Without a watch the entry is read now and then, since most writes take a moment only.
    private mutating func standBy(at now: Instant, until end: Instant) -> [Action] {
        guard let desired else { return rest(at: now) }
        forget()
        step = .standingBy
        let takeOver = end.advanced(by: spreadDelay(desired, within: settings.spread))
        guard !isWatching else { return [.wakeUp(at: takeOver)] }
        looks += 1
        let wait = settings.claimLook * Double(1 << min(8, looks - 1)) * jitter
        return [.wakeUp(at: min(takeOver, now.advanced(by: wait)))]
    }
}
