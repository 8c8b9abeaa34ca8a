/// What this library asks of an API server: ``KubernetesClient`` in production, an in-memory store in tests.
///
/// Every method performs one request, without retrying: whether a failure may be tried again depends on what the
/// caller knows, and ``KubernetesError`` says what there is to know. All are cancelled with their task.
public protocol KubernetesAPI: Sendable {
    func get<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource

    /// Lists the collection; `fieldSelector` such as `metadata.name=NAME`.
    func list<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, fieldSelector: String?, timeout: Duration
    ) async throws(KubernetesError) -> KubernetesList<Resource>

    func create<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource

    /// Replaces the version of the object that it names in `metadata.resourceVersion`, and no other.
    ///
    /// ``KubernetesClient`` refuses to send an object without one, since the server would overwrite any other change.
    func update<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource

    /// Applies a JSON merge patch (RFC 7396). Put `metadata.resourceVersion` into it for compare-and-swap.
    func mergePatch<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, patch: JSONValue, timeout: Duration
    ) async throws(KubernetesError) -> Resource

    func delete<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError)

    /// Opens one watch request. The stream ends when the server ends it; ``ObjectWatcher`` is what keeps a watch alive.
    func watch<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, options: WatchOptions
    ) async throws(KubernetesError) -> WatchStream<Resource>
}

/// A page of a collection, and the version of the whole that it shows.
public struct KubernetesList<Resource: KubernetesResource>: Sendable {
    public var items: [Resource]
    public var resourceVersion: String

    public init(items: [Resource], resourceVersion: String) {
        self.items = items
        self.resourceVersion = resourceVersion
    }
}

/// Parameters of one watch request.
public struct WatchOptions: Hashable, Sendable {
    /// Such as `metadata.name=NAME`, which RBAC `resourceNames` can allow.
    public var fieldSelector: String?
    /// Events after this version are sent.
    public var resourceVersion: String
    /// When the server is to end the stream, in seconds.
    public var timeoutSeconds: Int
    /// Longest silence before the stream ends with a time-out.
    public var idleTimeout: Duration

    public init(fieldSelector: String?, resourceVersion: String, timeoutSeconds: Int, idleTimeout: Duration) {
        self.fieldSelector = fieldSelector
        self.resourceVersion = resourceVersion
        self.timeoutSeconds = timeoutSeconds
        self.idleTimeout = idleTimeout
    }
}

/// What a watch stream says.
public enum WatchEvent<Resource: KubernetesResource>: Sendable, Hashable {
    case added(Resource)
    case modified(Resource)
    case deleted(Resource)
    /// Nothing changed up to this version.
    case bookmark(resourceVersion: String)
    /// The server's reason for ending the stream; 410 asks for a new list.
    case error(KubernetesError)
}

/// Events of one watch request, in order. Dropping the iterator closes the connection.
public typealias WatchStream<Resource: KubernetesResource> = AsyncThrowingStream<WatchEvent<Resource>, any Error>
