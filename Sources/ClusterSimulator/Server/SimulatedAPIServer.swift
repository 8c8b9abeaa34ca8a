/// A Kubernetes API server in this process, over TLS.
///
/// It answers like kube-apiserver 1.36: same status codes, messages and headers, for ConfigMaps, Leases, Services, Events (both
/// groups), Namespaces and registered custom resources. Authentication (bearer tokens, client certificates) and RBAC are
/// on from the start; ``adminToken`` may do everything. Watches are real chunked streams.
///
/// ```swift
/// let server = try SimulatedAPIServer()
/// try await server.start()
/// let token = server.issueToken(for: .serviceAccount("updater", namespace: "esddns"))
/// // … a client for server.url, server.authority.certificatePEM and token …
/// await server.stop()
/// ```
///
/// A list at a version from the future is answered at once; the real server waits three seconds first.
public final class SimulatedAPIServer: Sendable {
    /// How a server is set up.
    public struct Configuration: Sendable {
        public var host = "127.0.0.1"
        /// 0 lets the system choose.
        public var port = 0
        /// Host names and addresses in the server's certificate besides `localhost`, `127.0.0.1` and `::1`.
        public var certificateNames: [String] = []
        /// Keeps the authority over restarts of the process, in `ca.crt` and `ca.key`.
        public var authorityDirectory: String?
        /// An authority that exists already, such as another server's. Goes before `authorityDirectory`.
        public var authority: CertificateAuthority?
        /// Where the state is written on every change, and read from at the start. A server that takes up a saved state
        /// knows nothing of its history, so that older watch positions have expired.
        public var statePath: String?
        /// `nil` makes one up.
        public var adminToken: String?
        /// Namespaces that exist from the start.
        public var namespaces = ["default", "kube-system"]
        /// Changes that a watch can catch up on.
        public var historyLimit = 10_000
        /// Time between bookmarks on a watch. As in the real server there is none as long as no object has changed since
        /// the watch began.
        public var bookmarkInterval: Duration = .seconds(60)
        /// How long before the end of a watch its last bookmark comes.
        public var finalBookmarkLead: Duration = .seconds(2)
        /// When a watch ends that asks for no `timeoutSeconds`.
        public var defaultWatchTimeout: Duration = .seconds(1800)
        /// What bookmarks, time-outs and delays are timed by.
        public var clock: any Clock<Duration> = ContinuousClock()
        /// Seconds since 1970: for creation times and the expiry of tokens.
        public var wallClock: @Sendable () -> Double = { Timestamp.now.secondsSince1970 }

        public init() {}
    }

    public let configuration: Configuration
    /// Whose certificate clients are to trust.
    public let authority: CertificateAuthority
    /// The token of ``SimulatedUser/admin``.
    public let adminToken: String
    /// What goes wrong.
    public let faults = HTTPFaultPlan()

    let core: APICore
    private let front: HTTPFront

    /// Makes a server, which does not listen yet; objects can be written and read already.
    ///
    /// - Throws: where the authority or the saved state cannot be read, written or understood.
    public init(configuration: Configuration = Configuration()) throws {
        self.configuration = configuration
        if let authority = configuration.authority {
            self.authority = authority
        } else if let directory = configuration.authorityDirectory {
            authority = try CertificateAuthority(directory: directory)
        } else {
            authority = try CertificateAuthority()
        }
        core = try APICore(configuration: configuration)
        adminToken = configuration.adminToken ?? "admin-" + APIRouter.makeUID()
        core.setToken(adminToken, user: .admin, lifetime: nil)

        let identity = try authority.issueServerIdentity(
            names: ["localhost", "127.0.0.1", "::1"] + configuration.certificateNames)
        var frontConfiguration = HTTPFront.Configuration()
        frontConfiguration.host = configuration.host
        frontConfiguration.port = configuration.port
        frontConfiguration.tls = try authority.serverContext(for: identity)
        frontConfiguration.clock = configuration.clock
        let core = core
        frontConfiguration.userName = { core.userName(of: $0) }
        frontConfiguration.serverHeaders = { response in
            var headers: [SimulatedRequest.Header] = [
                .init("Audit-Id", APIRouter.makeUID()), .init("Cache-Control", "no-cache, private"),
            ]
            if response.status != 401 {
                headers.append(.init("X-Kubernetes-Pf-Flowschema-Uid", Self.flowSchemaUID))
                headers.append(.init("X-Kubernetes-Pf-Prioritylevel-Uid", Self.priorityLevelUID))
            }
            return headers
        }
        front = HTTPFront(configuration: frontConfiguration, faults: faults) { core.respond(to: $0) }
    }

    private static let flowSchemaUID = "1a5f5b28-e89e-41e0-9185-f3110ad4feaf"
    private static let priorityLevelUID = "043d98d4-8992-4037-9ffc-e53d1893b001"

    // MARK: life

    /// Starts listening; after ``stop()`` on the same port as before. Idempotent.
    public func start() async throws { try await front.start() }

    /// Stops listening and drops every connection, like a crash of the process, but keeps the state. Idempotent.
    public func stop() async { await front.stop() }

    /// The port it listens on; 0 before the first start where the system is to choose.
    public var port: Int { front.port }

    /// `https://127.0.0.1:PORT`
    public var url: String {
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        return "https://\(host):\(port)"
    }

    /// Closes all connections, and goes on listening.
    public func dropConnections() { front.dropConnections() }

    /// Whether new connections are closed as soon as they are accepted, as by a load balancer without backends.
    public var refusesConnections: Bool {
        get { front.isRefusing }
        set { front.isRefusing = newValue }
    }

    /// Connections accepted so far.
    public var acceptedConnections: Int { front.acceptedConnections }

    // MARK: watches

    /// Ends all watches, as a server does that is shutting down in good order.
    public func endWatches() { core.signalWatches(.end) }

    /// Sends a bookmark now on every watch that allows them.
    public func sendBookmarks() { core.signalWatches(.bookmark) }

    /// Watches that are open now.
    public var openWatches: Int { core.openWatches }

    /// Forgets the history of changes: watches from versions before now get 410 Expired.
    public func compact() { core.withState { $0.store.compact() } }

    /// Number of the last change.
    public var resourceVersion: UInt64 { core.withState { $0.store.resourceVersion } }

    // MARK: calls

    /// All requests so far, oldest first; at most the last 100,000.
    public var calls: [RecordedCall] { core.withState { $0.calls } }

    /// Empties ``calls``.
    public func clearCalls() { core.withState { $0.calls.removeAll() } }

    /// How many requests there were of this kind.
    public func count(of matching: (RecordedCall) -> Bool) -> Int { calls.count(where: matching) }
}

extension Timestamp {
    var secondsSince1970: Double { Double(microseconds) / 1_000_000 }
}
