import NetworkPrimitives
import Synchronization

/// Keeps a program from going on after a service has told it to stop: those that do are blocked.
///
/// Other credentials end a stop, and so does a new process, by which the user says that something was done about it.
final class UpdateStops: Sendable {
    private struct Stop {
        var credentials: SecretValue
        var error: ProviderError
    }

    private struct State {
        var account: Stop?
        var hosts: [RecordName: Stop] = [:]
        /// Not before that time.
        var pause: Duration?
    }

    private let uptime: @Sendable () -> Duration
    private let state = Mutex(State())

    /// - Parameter uptime: a clock that never goes backwards.
    init(uptime: @escaping @Sendable () -> Duration) { self.uptime = uptime }

    /// - Throws: what the service answered when it said that updates have to stop.
    func check(_ name: RecordName, credentials: SecretValue) throws(ProviderError) {
        let now = uptime()
        let found: ProviderError? = state.withLock { state in
            if let pause = state.pause, now < pause {
                return ProviderError(
                    .limited(retryAfter: pause - now), "the service asked to be left alone for a while")
            }
            let stop = [state.account, state.hosts[name]].compactMap(\.self).first { $0.credentials == credentials }
            guard let stop else { return nil }
            return ProviderError(
                stop.error.kind, "\(stop.error.message); nothing is sent before the credentials change or a restart",
                cause: stop.error.cause)
        }
        if let found { throw found }
    }

    /// Remembers an error after which nothing may be sent: for the host, or, where credentials were refused, for any.
    func note(_ error: ProviderError, _ name: RecordName, credentials: SecretValue) {
        let stop = Stop(credentials: credentials, error: error)
        state.withLock { state in
            if error.kind == .refused { state.account = stop } else { state.hosts[name] = stop }
        }
    }

    func pause(for duration: Duration) {
        let end = uptime() + duration
        state.withLock { $0.pause = end }
    }
}
