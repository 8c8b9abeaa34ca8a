/// What this library asks of an API server: ``KubernetesClient`` in production, an in-memory store in tests.
///
/// Every method performs one request, without retrying: whether a failure may be tried again depends on what the
/// caller knows, and ``KubernetesError`` says what there is to know. ``RetryingAPI`` adds
/// what can be done without knowing more. All are cancelled with their task.
///
/// `namespace` is ``ResourceType/noNamespace`` for types of the cluster, and may be ``ResourceType/allNamespaces`` to list or
/// watch. ``ResourceClient`` is more convenient for one type of object.
///
/// The methods with options have a default that does without: a test double implements what it needs.
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

    /// Lists a page of the collection; ``listAll(_:namespace:query:timeout:)`` gets all pages.
    func list<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, query: ListQuery, timeout: Duration
    ) async throws(KubernetesError) -> KubernetesList<Resource>

    /// Replaces the version of the object that it names, or the part of it that the options name.
    func update<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, options: WriteOptions, timeout: Duration
    ) async throws(KubernetesError) -> Resource

    func patch<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, patch: KubernetesPatch, options: WriteOptions,
        timeout: Duration
    ) async throws(KubernetesError) -> Resource

    func delete<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, options: DeleteOptions, timeout: Duration
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
    /// Where the next page begins; `nil` where this is the last.
    public var continueToken: String?

    public init(items: [Resource], resourceVersion: String, continueToken: String? = nil) {
        self.items = items
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
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
    /// Such as `app=web`.
    public var labelSelector: String?

    public init(
        fieldSelector: String? = nil, labelSelector: String? = nil, resourceVersion: String, timeoutSeconds: Int = 300,
        idleTimeout: Duration = .seconds(90)
    ) {
        self.fieldSelector = fieldSelector
        self.labelSelector = labelSelector
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
