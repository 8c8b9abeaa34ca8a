import NetworkPrimitives
import StatusServer

/// What is kept of failures in a row, so that one node tells of them for all.
extension RecordState {
    /// One failure more than this node, or any, had before.
    mutating func countFailure(at desired: Desired) {
        let before = sighting?.claim.addresses == desired.addresses ? sighting?.claim.failures ?? 0 : 0
        failures = max(failures, before) + 1
    }

    /// The entry that says so. A failure that has become a lasting one is told once the entry is written.
    mutating func failure(
        _ why: String, at desired: Desired, hold: Duration, wallClock: Timestamp
    ) -> RecordClaim {
        var report = entry(.failed, for: desired, hold: hold, wallClock: wallClock)
        report.error = why
        report.failures = failures
        // By the clocks of several nodes, of which one may be ahead.
        let since = min(report.failingSince ?? wallClock, wallClock)
        report.failingSince = since
        newsOfReport = nil
        let lasted = Duration.seconds(wallClock.secondsSinceEpoch - since.secondsSinceEpoch)
        if !report.isTold, lasted >= settings.lasting {
            report.isTold = true
            newsOfReport = .lasting(why, since: since)
        }
        return report
    }

    /// What people are told once the record is reported to be in step; `nil` where they were not told of failures.
    var newsOfRecovery: RecordNews? {
        guard let claim = sighting?.claim, claim.isTold, let since = claim.failingSince else { return nil }
        return .recovered(since: since)
    }

    /// Something is at the record's name that must not be touched. The first that finds it tells it for all nodes, in the
    /// record's entry, and the others look again by themselves.
    mutating func leaveAlone(because why: String, at now: Instant, wallClock: Timestamp) -> [Action] {
        guard let desired else { return rest(at: now) }
        let reason = "the record is left alone: \(why)"
        let wait = settings.checkInterval * jitter
        if let sighting, sighting.claim.node != node {
            let entry = sighting.claim
            let isHeld = now < sighting.since.advanced(by: .seconds(entry.holdSeconds))
            if entry.phase == .failed, entry.addresses == desired.addresses, isHeld {
                return [.tell(.failedElsewhere(entry))] + rest(at: now)
            }
            if entry.phase == .claimed && isHeld || entry.generation > desired.generation {
                return [.tell(.leftTo(entry.node, entry.addresses))] + rest(at: now)
            }
        }
        countFailure(at: desired)
        let report = failure(reason, at: desired, hold: wait, wallClock: wallClock)
        let news = Action.tell(.failed(reason, wait: wait, times: failures))
        forget()
        guard !isCutOff else {
            newsOfReport = nil
            return [news] + rest(at: now)
        }
        step = .reporting
        return [news, .report(report), .wakeUp(at: now.advanced(by: wait))]
    }
}
