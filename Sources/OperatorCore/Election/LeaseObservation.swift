import CurlHTTP

/// What an onlooker has found out about a Lease: who holds it, and whether it is still being renewed.
///
/// The times in a Lease are those of its holder's wall clock and prove nothing. A Lease that says nobody holds it is free;
/// any other is judged as electors judge it, by watching whether it changes within its own duration.
public struct LeaseObservation: Sendable, Hashable {
    public enum State: String, Sendable, Hashable {
        /// Nobody holds it.
        case free
        /// Its holder was seen to renew it, or to take it over.
        case held
        /// It was not renewed for as long as it is good for.
        case expired
        /// It was not watched for long enough to tell.
        case undecided
    }

    /// As it was last seen.
    public let lease: Lease
    public let state: State
    /// How long it was watched until that was certain.
    public let watchedFor: Duration

    public init(lease: Lease, state: State, watchedFor: Duration) {
        self.lease = lease
        self.state = state
        self.watchedFor = watchedFor
    }
}

extension KubernetesAPI {
    /// Watches a Lease, by reading it again and again, until it is certain whether its holder is alive.
    ///
    /// Needs permission for nothing but `get`.
    ///
    /// - Parameters:
    ///   - patience: longest time to watch; `nil` watches for as long as the Lease says it is good for. Zero reads it once.
    ///   - interval: time between two reads.
    ///   - timeout: of each read.
    /// - Throws: ``KubernetesError`` of the first read that fails; cancellation as one of them.
    public func observeLease(
        _ name: String, namespace: String, patience: Duration? = nil, interval: Duration = .milliseconds(500),
        timeout: Duration = .seconds(10), clock: some Clock<Duration> = ContinuousClock()
    ) async throws(KubernetesError) -> LeaseObservation {
        let first = try await get(Lease.self, name: name, namespace: namespace, timeout: timeout)
        guard first.isHeld else { return LeaseObservation(lease: first, state: .free, watchedFor: .zero) }
        // Without a duration there is nothing that could end: electors take such a record for one that has.
        let duration = Duration.seconds(first.leaseDurationSeconds ?? 0)
        let limit = min(patience ?? duration, duration)
        let start = clock.now
        while true {
            let elapsed = start.duration(to: clock.now)
            guard elapsed < limit else {
                let state = limit < duration ? LeaseObservation.State.undecided : .expired
                return LeaseObservation(lease: first, state: state, watchedFor: elapsed)
            }
            do {
                try await clock.sleep(for: min(interval, limit - elapsed))
            } catch {
                throw KubernetesError(.transport(.cancelled), message: "cancelled")
            }
            let next = try await get(Lease.self, name: name, namespace: namespace, timeout: timeout)
            // Other fields, such as labels, say nothing about the holder.
            if next.json["spec"] != first.json["spec"] || next.uid != first.uid {
                return LeaseObservation(
                    lease: next, state: next.isHeld ? .held : .free, watchedFor: start.duration(to: clock.now))
            }
        }
    }
}

extension Lease {
    fileprivate var isHeld: Bool { holderIdentity.map { !$0.isEmpty } ?? false }
}
