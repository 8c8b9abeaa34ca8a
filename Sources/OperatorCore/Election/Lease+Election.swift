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

    /// Nobody's, for one second: a duration of zero would not pass the server's validation.
    mutating func release(at time: MicroTime) {
        holderIdentity = ""
        leaseDurationSeconds = 1
        acquireTime = time
        renewTime = time
    }
}
