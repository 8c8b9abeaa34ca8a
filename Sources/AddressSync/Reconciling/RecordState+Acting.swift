import NetworkPrimitives
import StatusServer

/// From a difference to a write and its report.
extension RecordState {
    /// The entry allows it: look at the record if that was not done yet, otherwise claim the change.
    mutating func proceed(at now: Instant, wallClock: Timestamp) -> [Action] {
        guard let desired else { return rest(at: now) }
        guard let checked else { return go(.checking, .check) }
        let claim = entry(.claimed, for: desired, hold: settings.claimHold, wallClock: wallClock)
        claimSent = Sighting(claim: claim, since: now)
        return [.tell(.differs(checked.shown, desired.addresses))] + go(.claiming, .claim(claim))
    }

    mutating func decideUnclaimed(at now: Instant) -> [Action] {
        guard let desired, let checked else { return rest(at: now) }
        if case .unknown(let why) = checked {
            return [.tell(.waiting("cut off, and the record cannot be read: \(why)"))] + rest(at: now, after: backoff())
        }
        if let unclaimedPause, now < unclaimedPause { return rest(at: now, until: unclaimedPause) }
        if let last = unclaimedWrite, last.addresses == desired.addresses {
            let settled = last.at.advanced(by: settings.propagation)
            guard now >= settled else { return [.tell(.propagating(checked.shown))] + rest(at: now, until: settled) }
            unclaimedWrite = nil
            unclaimedPause = now.advanced(by: settings.revertedWait)
            return [.tell(.reverted(checked.shown, wait: settings.revertedWait, isOurs: true))]
                + rest(at: now, after: settings.revertedWait)
        }
        return [.tell(.differs(checked.shown, desired.addresses))]
            + go(.writing, .write(desired.addresses, limit: settings.claimHold))
    }

    mutating func claimWon(at now: Instant, wallClock: Timestamp) -> [Action] {
        owesReport = true
        isCutOff = false
        unreached = 0
        // The watch may still show what the entry was before.
        if let claimSent { sighting = claimSent }
        let held = claimSent.map { $0.since.duration(to: now) } ?? .zero
        // The rest of the claim is for the report.
        let limit = settings.claimHold * 0.8 - held
        guard let desired, !wantsRestart, limit > .zero else {
            // The claim is for an address that nobody wants any more, or the process was stopped for so long that another may
            // hold it by now: look anew.
            wantsRestart = false
            forget()
            return go(.readingClaim, .readClaim)
        }
        return go(.writing, .write(desired.addresses, limit: limit))
    }

    mutating func claimLost(to entry: RecordClaim?, at now: Instant, wallClock: Timestamp) -> [Action] {
        let lost = claimsLost + 1
        // Losing again and again means that something else is wrong: do not hammer the API server.
        guard lost < 5 || wantsRestart else {
            return [.tell(.waiting("the claim was lost \(lost) times"))] + rest(at: now, after: settings.firstWait)
        }
        claimsLost = lost
        isRepair = false
        return claimRead(entry, at: now, wallClock: wallClock)
    }

    mutating func written(_ result: WriteResult, at now: Instant, wallClock: Timestamp) -> [Action] {
        guard let desired else { return rest(at: now) }
        if wantsRestart { return isRestarting(at: now) ?? [] }
        let news: RecordNews
        let wait: Duration
        var report: RecordClaim
        newsOfReport = newsOfRecovery
        switch result {
        case .done(let change):
            failures = 0
            wait = settings.verifyDelay
            news = .written(desired.addresses, change)
            // Whoever undoes this as well is not to be fought.
            report = entry(
                .synced, for: desired, hold: isRepair ? settings.revertedWait : .zero, wallClock: wallClock)
            if isCutOff { unclaimedWrite = (desired.addresses, now) }
        case .unchanged:
            // The name servers will follow, or they are not the provider's: either way there is no hurry.
            failures = 0
            wait = settings.checkInterval * jitter
            news = .inStep(desired.addresses, by: node)
            // Asking once more would tell nothing else.
            report = entry(
                .synced, for: desired, hold: isRepair ? settings.blindInterval : .zero, wallClock: wallClock)
        case .failed(let why, let retryAfter):
            countFailure(at: desired)
            wait = max(retryAfter ?? .zero, backoff())
            news = .failed(why, wait: wait, times: failures)
            report = failure(why, at: desired, hold: wait, wallClock: wallClock)
        case .refused(let why, let cause):
            countFailure(at: desired)
            wait = max(settings.refusedWait, backoff())
            news = .refused(why, wait: wait, cause: cause, times: failures)
            report = failure(why, at: desired, hold: wait, wallClock: wallClock)
            report.isRefusal = true
        }
        owesReport = owesReport && report.phase != .synced
        forget()
        var next = now.advanced(by: wait)
        if case .refused = result {
            refusalEnds = next
            next = nextLookAtSecrets(at: now, until: next)
        }
        guard !isCutOff else {
            newsOfReport = nil
            step = .resting
            return [.tell(news), .wakeUp(at: next)]
        }
        if let entry = sighting?.claim, entry.node != node, entry.phase == .claimed {
            // The write outlasted the claim, and another has taken over.
            newsOfReport = nil
            step = .resting
            return [.tell(news), .wakeUp(at: next)]
        }
        step = .reporting
        return [.tell(news), .report(report), .wakeUp(at: next)]
    }

    /// The timer set with the report goes on.
    mutating func reported(at now: Instant) -> [Action] {
        let news = newsOfReport.map { [Action.tell($0)] } ?? []
        newsOfReport = nil
        // A report that comes back after its time changes nothing else.
        guard step == .reporting else { return news }
        if let restart = isRestarting(at: now) { return news + restart }
        step = .resting
        return news
    }
}
