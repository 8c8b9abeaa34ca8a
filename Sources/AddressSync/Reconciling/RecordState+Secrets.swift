import StatusServer

/// Waiting for somebody to replace credentials that were refused.
///
/// Only the node that was refused looks at its secrets: it has the record's entry, whose hold keeps the others away for as long,
/// so that a wrong secret costs one attempt however many nodes have it.
extension RecordState {
    /// While a refusal lasts, the timer is for looking at the secrets.
    mutating func lookAtSecrets(at now: Instant, until end: Instant) -> [Action] {
        let next = Action.wakeUp(at: nextLookAtSecrets(at: now, until: end))
        // What is reported comes first; the secrets will still differ at the next look.
        return step == .resting ? [.compareSecrets, next] : [next]
    }

    func nextLookAtSecrets(at now: Instant, until end: Instant) -> Instant {
        min(end, now.advanced(by: settings.secretLook))
    }

    mutating func secretsReplaced(at now: Instant, wallClock: Timestamp) -> [Action] {
        guard refusalEnds != nil, step == .resting else { return [] }
        return [.tell(.secretsReplaced)] + lookAgain(at: now, wallClock: wallClock)
    }

    mutating func lookAgain(at now: Instant, wallClock: Timestamp) -> [Action] {
        guard step == .resting else { return [] }
        refusalEnds = nil
        return timerFired(at: now, wallClock: wallClock)
    }
}
