/// One type of object in one namespace, or in the whole cluster: what a user of the library mostly works with.
///
/// ```swift
/// let certificates = client.retrying().resources(Certificate.self, namespace: "web")
/// var site = try await certificates.get("site")
/// site.json[["spec", "secretName"]] = "site-tls"
/// site = try await certificates.update(site)
/// ```
///
/// Every method throws ``KubernetesError`` and is cancelled with its task.
public struct ResourceClient<Resource: KubernetesResource>: Sendable {
    public let api: any KubernetesAPI
    public let namespace: String
    /// Bounds each call; for ``list(_:)`` all pages together.
    public var timeout: Duration

    /// - Parameter namespace: ``ResourceType/noNamespace`` for types of the cluster; ``ResourceType/allNamespaces`` allows to
    ///   list and to watch.
    public init(api: any KubernetesAPI, namespace: String, timeout: Duration = .seconds(30)) {
        self.api = api
        self.namespace = namespace
        self.timeout = timeout
    }

    public func get(_ name: String) async throws(KubernetesError) -> Resource {
        try await api.get(Resource.self, name: name, namespace: namespace, timeout: timeout)
    }

    /// The object, or `nil` where there is none.
    public func find(_ name: String) async throws(KubernetesError) -> Resource? {
        do throws(KubernetesError) {
            return try await get(name)
        } catch  where error.isNotFound {
            return nil
        }
    }

    /// The whole collection; with a limit in the query, it is fetched in pages of that size.
    public func list(_ query: ListQuery = ListQuery()) async throws(KubernetesError) -> KubernetesList<Resource> {
        try await api.listAll(Resource.self, namespace: namespace, query: query, timeout: timeout)
    }

    public func create(_ object: Resource) async throws(KubernetesError) -> Resource {
        try await api.create(object, namespace: namespace, timeout: timeout)
    }

    /// Replaces the version of the object that was read; a conflict (409) where there is a newer one.
    public func update(
        _ object: Resource, options: WriteOptions = WriteOptions()
    ) async throws(KubernetesError) -> Resource {
        try await api.update(object, namespace: namespace, options: options, timeout: timeout)
    }

    /// Replaces the status of the object, and nothing else.
    public func updateStatus(_ object: Resource) async throws(KubernetesError) -> Resource {
        try await update(object, options: .status)
    }

    public func patch(
        _ name: String, _ patch: KubernetesPatch, options: WriteOptions = WriteOptions()
    ) async throws(KubernetesError) -> Resource {
        try await api.patch(
            Resource.self, name: name, namespace: namespace, patch: patch, options: options, timeout: timeout)
    }

    /// Makes the object have these fields (server-side apply), creating it where it is missing. The object needs a name.
    public func apply(_ object: Resource, force: Bool = false) async throws(KubernetesError) -> Resource {
        try await patch(object.name ?? "", .apply(object.json, force: force))
    }

    public func delete(_ name: String, options: DeleteOptions = DeleteOptions()) async throws(KubernetesError) {
        try await api.delete(Resource.self, name: name, namespace: namespace, options: options, timeout: timeout)
    }

    /// One watch request, from the version of a list or an object. ``ObjectWatcher`` keeps a watch of one object alive.
    public func watch(_ options: WatchOptions) async throws(KubernetesError) -> WatchStream<Resource> {
        try await api.watch(Resource.self, namespace: namespace, options: options)
    }
}

extension KubernetesAPI {
    /// The objects of a type in one namespace.
    public func resources<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, timeout: Duration = .seconds(30)
    ) -> ResourceClient<Resource> {
        ResourceClient(api: self, namespace: namespace, timeout: timeout)
    }

    /// The objects of a type in the whole cluster; where they lie in namespaces, they can only be listed and watched so.
    public func resources<Resource: KubernetesResource>(
        _ type: Resource.Type, timeout: Duration = .seconds(30)
    ) -> ResourceClient<Resource> {
        let namespace =
            Resource.type.scope == .cluster ? ResourceType.noNamespace : ResourceType.allNamespaces
        return ResourceClient(api: self, namespace: namespace, timeout: timeout)
    }
}
