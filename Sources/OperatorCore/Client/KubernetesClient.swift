public import CurlHTTP

/// A client of one API server: builds requests, sends them with the current token, reads the answers.
///
/// Requests are sent once. The one exception is an answer of 401: when the credentials then yield another token, as
/// after a rotation, the request is sent again with it. The server judges the token before anything else, so nothing
/// is done twice.
///
/// A client does not own its transport unless it was made by `inCluster(environment:fieldManager:)`.
public struct KubernetesClient: KubernetesAPI {
    let server: KubernetesServer
    let transport: any HTTPTransport
    let credentials: any KubernetesCredentials
    let fieldManager: String
    let metrics: ClientMetrics
    /// The namespace that the configuration names, for callers that were not told another.
    public let namespace: String
    private let close: @Sendable () async -> Void

    /// - Parameters:
    ///   - server: URL of the API server, such as `https://10.96.0.1:443`, optionally with a path.
    ///   - fieldManager: the name under which the server records what we wrote; at most 128 characters.
    ///   - namespace: becomes ``namespace``; requests name theirs all the same.
    ///   - onShutdown: is called by ``shutdown()``.
    /// - Throws: ``KubernetesError`` with ``KubernetesError/Failure/configuration`` where `server` is not such a URL or
    ///   `fieldManager` is empty, too long or not printable.
    public init(
        server: String,
        transport: any HTTPTransport,
        credentials: any KubernetesCredentials = NoCredentials(),
        fieldManager: String,
        namespace: String = "default",
        metrics: ClientMetrics = ClientMetrics(),
        onShutdown: @escaping @Sendable () async -> Void = {}
    ) throws(KubernetesError) {
        self.server = try KubernetesServer(server)
        guard (1...128).contains(fieldManager.utf8.count), fieldManager.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else {
            throw KubernetesError(
                .configuration, message: "the field manager has to be 1 to 128 printable characters, such as esddns")
        }
        self.transport = transport
        self.credentials = credentials
        self.fieldManager = fieldManager
        self.namespace = namespace
        self.metrics = metrics
        close = onShutdown
    }

    /// Closes the connections that the client owns; requests under way fail. Idempotent.
    public func shutdown() async { await close() }
}
