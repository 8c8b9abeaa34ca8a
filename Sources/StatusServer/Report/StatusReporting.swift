/// Where ``StatusServer`` gets what it shows. Asked anew for every request, so answers must come from memory.
public protocol StatusReporting: Sendable {
    /// What `/`, `/raw` and `/api/v1/status` show.
    func report() async -> StatusReport

    /// Is the process itself sound? A failed check makes `/healthz` answer 503, upon which Kubernetes restarts the
    /// container: list only what a restart can mend, such as a loop that no longer turns.
    func health() async -> [HealthCheck]

    /// Can the process do its work now? A failed check makes `/readyz` answer 503.
    func readiness() async -> [HealthCheck]
}

/// One named condition of `/healthz` or `/readyz`.
public struct HealthCheck: Hashable, Sendable {
    /// Short and without spaces, such as `probe-loop`.
    public var name: String
    /// Why the check fails; `nil` while it passes.
    public var failure: String?

    public static func passed(_ name: String) -> HealthCheck { HealthCheck(name: name, failure: nil) }

    public static func failed(_ name: String, because reason: String) -> HealthCheck {
        HealthCheck(name: name, failure: reason)
    }

    public init(name: String, failure: String?) {
        self.name = name
        self.failure = failure
    }
}
