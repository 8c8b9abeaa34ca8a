import OperatorCore

/// The credential of a plugin: kept until it expires or the server refuses it.
///
/// Requests that need a credential at the same time share one run of the plugin. A failed run is not remembered: the next
/// request tries again.
actor ExecCredentials: KubernetesCredentials {
    private let plugin: ExecPlugin
    private let environment: [String: String]
    private let timeLimit: Duration
    private let wallClock: @Sendable () -> MicroTime
    private var cached: ExecCredential?
    private var running: Task<Result<ExecCredential, KubernetesError>, Never>?
    private var runs = 0

    init(
        plugin: ExecPlugin, environment: [String: String], timeLimit: Duration = .seconds(60),
        wallClock: @escaping @Sendable () -> MicroTime
    ) {
        self.plugin = plugin
        self.environment = environment
        self.timeLimit = timeLimit
        self.wallClock = wallClock
    }

    func current() async throws(KubernetesError) -> ExecCredential {
        if let cached, cached.isFresh(at: wallClock()) { return cached }
        if let running { return try await running.value.get() }
        runs += 1
        // Not a child of the request that happens to come first: the others would fail with it when it is cancelled. It
        // ends by itself, at the time limit at the latest, or with the user's log-in.
        let task = Task { [plugin, environment, timeLimit, runs] () -> Result<ExecCredential, KubernetesError> in
            do throws(KubernetesError) {
                let printed = try await plugin.run(environment: environment, timeLimit: timeLimit)
                return .success(try ExecCredential(printed: printed, by: plugin, generation: runs))
            } catch {
                return .failure(error)
            }
        }
        running = task
        let result = await task.value
        running = nil
        let credential = try result.get()
        cached = credential
        return credential
    }

    /// Forgets the credential, unless another has taken its place already.
    func refused(_ credential: ExecCredential) {
        if cached?.generation == credential.generation { cached = nil }
    }

    func bearerToken() async throws(KubernetesError) -> BearerToken? { try await current().token }

    /// A credential without a token is the transport's to renew.
    func rejected(_ token: BearerToken?) {
        if let token, cached?.token == token { cached = nil }
    }
}
