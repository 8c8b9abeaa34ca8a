import CurlHTTP

/// The verbs of the API.
extension KubernetesClient {
    public func get<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        let request = try KubernetesRequest(.get, Resource.type, namespace: namespace, name: name)
        return try KubernetesAnswer.object(await send(request, timeout: timeout), request)
    }

    public func list<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, fieldSelector: String?, timeout: Duration
    ) async throws(KubernetesError) -> KubernetesList<Resource> {
        try await list(
            type, namespace: namespace, query: ListQuery(fieldSelector: fieldSelector), timeout: timeout)
    }

    public func list<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, query: ListQuery, timeout: Duration
    ) async throws(KubernetesError) -> KubernetesList<Resource> {
        let request = try KubernetesRequest(
            .list, Resource.type, namespace: namespace, name: Self.name(in: query.fieldSelector),
            query: query.parameters)
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
        try await update(object, namespace: namespace, options: WriteOptions(), timeout: timeout)
    }

    public func update<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, options: WriteOptions, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        let request = try KubernetesRequest(
            .update, Resource.type, namespace: namespace, name: object.name ?? "", subresource: options.subresource,
            query: written, body: object.json)
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
        try await self.patch(
            type, name: name, namespace: namespace, patch: .merge(patch), options: WriteOptions(), timeout: timeout)
    }

    public func patch<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, patch: KubernetesPatch, options: WriteOptions,
        timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        var query = written
        if case .apply(_, force: true) = patch { query.append(("force", "true")) }
        let request = try KubernetesRequest(
            .patch, Resource.type, namespace: namespace, name: name, subresource: options.subresource, query: query,
            body: patch.body, contentType: patch.contentType)
        return try KubernetesAnswer.object(await send(request, timeout: timeout), request)
    }

    public func delete<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError) {
        try await delete(type, name: name, namespace: namespace, options: DeleteOptions(), timeout: timeout)
    }

    public func delete<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, options: DeleteOptions, timeout: Duration
    ) async throws(KubernetesError) {
        let request = try KubernetesRequest(
            .delete, Resource.type, namespace: namespace, name: name, body: options.body)
        // A Status, or the object where finalizers or those that depend on it hold it up.
        _ = try KubernetesAnswer.document(await send(request, timeout: timeout), request)
    }

    public func watch<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, options: WatchOptions
    ) async throws(KubernetesError) -> WatchStream<Resource> {
        var query = [(name: "watch", value: "true")]
        query += ListQuery(fieldSelector: options.fieldSelector, labelSelector: options.labelSelector).parameters
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
