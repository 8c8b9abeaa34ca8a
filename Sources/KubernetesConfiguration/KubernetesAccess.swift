public import CurlHTTP
public import OperatorCore

/// How to reach one API server, as one user: what a context of a kubeconfig comes down to.
public struct KubernetesAccess: Sendable {
    /// How requests say who sends them, besides ``http``'s client certificate.
    public enum Authentication: Sendable {
        case none
        case token(BearerToken)
        /// Path of a file that is read again from time to time.
        case tokenFile(String)
        case exec(ExecPlugin)
    }

    /// On whose behalf requests are made (`as`, `as-uid`, `as-groups`).
    public struct Impersonation: Sendable, Hashable {
        public var user: String?
        public var uid: String?
        public var groups: [String]

        public init(user: String? = nil, uid: String? = nil, groups: [String] = []) {
            self.user = user
            self.uid = uid
            self.groups = groups
        }
    }

    /// URL of the API server.
    public var server: String
    /// The context's namespace, `default` where it has none.
    public var namespace: String
    /// Whom to trust, which certificate to show, which proxy to use.
    public var http = HTTPClient.Configuration()
    public var authentication = Authentication.none
    public var impersonation = Impersonation()

    /// As in the file, for plugins that ask for it.
    var authority: [UInt8]?
    var proxyURL: String?
    /// What to name when the parts do not make a client.
    var origin: KubeconfigField?

    public init(server: String, namespace: String = "default") {
        self.server = server
        self.namespace = namespace
    }

    /// Makes a client with connections of its own; call `shutdown()` at the end.
    ///
    /// - Parameters:
    ///   - fieldManager: the name under which the server records what was written.
    ///   - environment: of the process; plugins inherit it.
    ///   - wallClock: tells when a plugin's credential has expired.
    ///   - through: what stands between the client and its connections, such as something that traces requests.
    /// - Throws: ``KubeconfigError`` where URL, certificates or proxy cannot be used.
    public func client(
        fieldManager: String,
        environment: [String: String],
        metrics: ClientMetrics = ClientMetrics(),
        files: FileReader = .system,
        wallClock: @escaping @Sendable () -> MicroTime = { MicroTime.now() },
        through: (any HTTPTransport) -> any HTTPTransport = { $0 }
    ) async throws(KubeconfigError) -> KubernetesClient {
        let owned: any ClosableTransport
        let credentials: any KubernetesCredentials
        switch authentication {
        case .exec(let plugin):
            let source = ExecCredentials(plugin: plugin, environment: environment, wallClock: wallClock)
            owned = try checked { () throws(HTTPClientError) in
                try RenewingTransport(source: source, configuration: http)
            }
            credentials = source
        case .tokenFile(let path):
            owned = try checked { () throws(HTTPClientError) in try HTTPClient(configuration: http) }
            credentials = TokenFile(path: path, files: files)
        case .token(let token):
            owned = try checked { () throws(HTTPClientError) in try HTTPClient(configuration: http) }
            credentials = StaticToken(token)
        case .none:
            owned = try checked { () throws(HTTPClientError) in try HTTPClient(configuration: http) }
            credentials = NoCredentials()
        }
        let transport: any HTTPTransport =
            impersonation.user == nil ? owned : ImpersonatingTransport(base: owned, impersonation: impersonation)
        do throws(KubernetesError) {
            return try KubernetesClient(
                server: server, transport: through(transport), credentials: credentials, fieldManager: fieldManager,
                namespace: namespace, metrics: metrics, onShutdown: { await owned.shutdown() })
        } catch {
            await owned.shutdown()
            throw complaint(error.message)
        }
    }

    private func checked<Value>(
        _ make: () throws(HTTPClientError) -> Value
    ) throws(KubeconfigError) -> Value {
        do throws(HTTPClientError) {
            return try make()
        } catch {
            throw complaint(error.detail)
        }
    }

    private func complaint(_ text: String) -> KubeconfigError {
        KubeconfigError(
            file: origin?.file ?? "", line: origin?.node?.line, key: origin?.key ?? "",
            problem: "cannot be used: \(text)")
    }
}
