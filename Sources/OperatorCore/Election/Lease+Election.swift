extension Lease {
    /// Names a holder that was not the holder before.
    mutating func acquire(as identity: String, for duration: Duration, transitions: Int, at time: MicroTime) {
        holderIdentity = identity
        leaseDurationSeconds = Int(duration.components.seconds)
        acquireTime = time
        renewTime = time
        leaseTransitions = transitions
    }

    /// Keeps the holder for another term.
    ///
    /// The time of the renewal always differs from the one before, also where the clock that it comes from stands still: the
    /// server does not count a write that changes nothing, and the others would take the holder for dead.
    mutating func renew(as identity: String, for duration: Duration, at time: MicroTime) {
        holderIdentity = identity
        leaseDurationSeconds = Int(duration.components.seconds)
        renewTime = time == renewTime ? time.advanced(by: .microseconds(1)) : time
    }

    /// Nobody's, for one second: a duration of zero would not pass the server's validation. Like a renewal, it always
    /// changes something.
    mutating func release(at time: MicroTime) {
        let wasFree = (holderIdentity ?? "").isEmpty
        holderIdentity = ""
        leaseDurationSeconds = 1
        acquireTime = time
        renewTime = wasFree && time == renewTime ? time.advanced(by: .microseconds(1)) : time
    }

    /// A write that cannot succeed beside this one, whose outcome is unknown, and that leaves the Lease to nobody.
    ///
    /// Both want the same version of the Lease, or both want to create it: the server carries out one of them at most. Once
    /// this one has succeeded, the other never will; where it fails with a conflict, the other may have succeeded, and
    /// reading tells.
    ///
    /// - Parameter found: the Lease as it was read after this write was sent.
    /// - Returns: `nil` where this write cannot be carried out any more, since the Lease has changed.
    func forestalling(over found: Lease?, at time: MicroTime) -> Lease? {
        guard found?.resourceVersion == resourceVersion, found?.uid == uid else { return nil }
        return (found ?? self).released(at: time)
    }

    // MARK: Copies, for the state machine

    func acquired(by settings: ElectionSettings, transitions: Int, at time: MicroTime) -> Lease {
        var lease = self
        lease.acquire(as: settings.identity, for: settings.leaseDuration, transitions: transitions, at: time)
        return lease
    }

    func renewed(by settings: ElectionSettings, at time: MicroTime) -> Lease {
        var lease = self
        lease.renew(as: settings.identity, for: settings.leaseDuration, at: time)
        return lease
    }

    func released(at time: MicroTime) -> Lease {
        var lease = self
        lease.release(at: time)
        return lease
    }
}
