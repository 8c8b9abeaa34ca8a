extension KubernetesAPI {
    public func list<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, query: ListQuery, timeout: Duration
    ) async throws(KubernetesError) -> KubernetesList<Resource> {
        guard query == ListQuery(fieldSelector: query.fieldSelector) else { throw missing("list by label or in pages") }
        return try await list(type, namespace: namespace, fieldSelector: query.fieldSelector, timeout: timeout)
    }

    public func update<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, options: WriteOptions, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        guard options == WriteOptions() else { throw missing("update subresources") }
        return try await update(object, namespace: namespace, timeout: timeout)
    }

    public func patch<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, patch: KubernetesPatch, options: WriteOptions,
        timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        guard options == WriteOptions(), case .merge(let patch) = patch else {
            throw missing("patch but by merging into the object itself")
        }
        return try await mergePatch(type, name: name, namespace: namespace, patch: patch, timeout: timeout)
    }

    public func delete<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, options: DeleteOptions, timeout: Duration
    ) async throws(KubernetesError) {
        guard options == DeleteOptions() else { throw missing("delete on conditions") }
        try await delete(type, name: name, namespace: namespace, timeout: timeout)
    }

    private func missing(_ what: String) -> KubernetesError {
        KubernetesError(.configuration, message: "\(Self.self) cannot \(what)")
    }
}

extension KubernetesAPI {
    /// Lists a whole collection, page by page where the query has a limit.
    ///
    /// Pages show the collection as it was at the first. Where the server has forgotten that version in the middle (410), the
    /// list begins again, once, and without a limit, so that there is no middle.
    ///
    /// - Parameters:
    ///   - query: a continue token in it is ignored.
    ///   - timeout: for all pages together.
    public func listAll<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, query: ListQuery = ListQuery(), timeout: Duration = .seconds(30)
    ) async throws(KubernetesError) -> KubernetesList<Resource> {
        let start = ContinuousClock.now
        var query = query
        query.continueToken = nil
        var list = KubernetesList<Resource>(items: [], resourceVersion: "")
        while true {
            let page: KubernetesList<Resource>
            do throws(KubernetesError) {
                page = try await self.list(
                    type, namespace: namespace, query: query, timeout: timeout - start.duration(to: .now))
            } catch {
                guard error.isExpired, query.continueToken != nil, query.limit != nil else { throw error }
                query.continueToken = nil
                query.limit = nil
                list = KubernetesList(items: [], resourceVersion: "")
                continue
            }
            // A watch from the first page's version misses nothing.
            if list.resourceVersion.isEmpty { list.resourceVersion = page.resourceVersion }
            list.items += page.items
            guard let next = page.continueToken else { return list }
            guard next != query.continueToken else {
                throw KubernetesError(
                    .unexpectedAnswer, message: "the list goes on where it has just been",
                    request: "list \(Resource.type.plural)")
            }
            query.continueToken = next
        }
    }
}
