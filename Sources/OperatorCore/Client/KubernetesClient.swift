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

    public func get<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        let request = try KubernetesRequest(.get, Resource.type, namespace: namespace, name: name)
        return try KubernetesAnswer.object(await send(request, timeout: timeout), request)
    }

    public func list<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, fieldSelector: String?, timeout: Duration
    ) async throws(KubernetesError) -> KubernetesList<Resource> {
        let request = try KubernetesRequest(
            .list, Resource.type, namespace: namespace, name: Self.name(in: fieldSelector),
            query: fieldSelector.map { [("fieldSelector", $0)] } ?? [])
        return try KubernetesAnswer.list(await send(request, timeout: timeout), request)
    }

    public func create<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        let request = try KubernetesRequest(
            .create, Resource.type, namespace: namespace, name: object.name, query: written, body: object.json)
        return try KubernetesAnswer.object(await send(request, timeout: timeout), request)
    }

    /// Replaces the version of the object that it names.
    ///
    /// - Throws: ``KubernetesError/Failure/configuration``, before anything is sent, where the object carries no
    ///   `resourceVersion`: the server would overwrite whatever is there.
    public func update<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        let request = try KubernetesRequest(
            .update, Resource.type, namespace: namespace, name: object.name ?? "", query: written, body: object.json)
        guard let version = object.resourceVersion, !version.isEmpty else {
            throw request.failure(
                .configuration,
                "refused to send an update without metadata.resourceVersion, which would overwrite any other change")
        }
        return try KubernetesAnswer.object(await send(request, timeout: timeout), request)
    }

    public func mergePatch<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, patch: JSONValue, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        let request = try KubernetesRequest(
            .patch, Resource.type, namespace: namespace, name: name, query: written, body: patch)
        return try KubernetesAnswer.object(await send(request, timeout: timeout), request)
    }

    public func delete<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError) {
        let request = try KubernetesRequest(.delete, Resource.type, namespace: namespace, name: name)
        _ = try KubernetesAnswer.document(await send(request, timeout: timeout), request)
    }

    public func watch<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, options: WatchOptions
    ) async throws(KubernetesError) -> WatchStream<Resource> {
        var query = [(name: "watch", value: "true")]
        if let selector = options.fieldSelector { query.append(("fieldSelector", selector)) }
        query += [
            ("resourceVersion", options.resourceVersion), ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", String(options.timeoutSeconds)),
        ]
        let request = try KubernetesRequest(
            .watch, Resource.type, namespace: namespace, name: Self.name(in: options.fieldSelector), query: query)
        let body = try await open(request, idleTimeout: options.idleTimeout)
        return WatchEventReader<Resource>(body: body, request: request).events
    }

    private var written: [(name: String, value: String)] { [("fieldManager", fieldManager)] }

    /// The name that a selector picks, so that errors can say it.
    private static func name(in fieldSelector: String?) -> String? {
        guard let fieldSelector, fieldSelector.hasPrefix("metadata.name=") else { return nil }
        return String(fieldSelector.dropFirst("metadata.name=".count))
    }
}
