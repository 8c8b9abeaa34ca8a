extension APIRouter {
    static func key(_ context: APIContext, _ resource: SimulatedResource, name: String) -> ObjectStore.Key {
        let namespace = resource.isNamespaced ? context.info.namespace ?? "" : ""
        return .init(storage: resource.storage, namespace: namespace, name: name)
    }

    static func get(
        _ context: APIContext, _ resource: SimulatedResource, _ state: APIState
    ) throws(APIFailure) -> OrderedJSON {
        let name = context.info.name ?? ""
        guard let object = state.store.objects[key(context, resource, name: name)] else {
            throw .notFound(resource.plural, group: resource.groupInErrors, name: name)
        }
        return object
    }

    static func list(
        _ context: APIContext, _ resource: SimulatedResource, _ state: APIState
    ) throws(APIFailure) -> OrderedJSON {
        let options = try ListOptions(context.request)
        try options.fieldSelector.check(for: resource)
        let namespace = resource.isNamespaced ? context.info.namespace : nil
        let page = try version(of: options, store: state.store)
        var objects = state.store.objects(of: resource.storage, namespace: namespace, at: page.version)
        if let start = page.start {
            objects = objects.filter { position(of: $0.0, namespace: namespace) >= start }
        }
        objects = objects.filter {
            options.fieldSelector.matches($0.1, of: resource) && options.labelSelector.matches($0.1)
        }

        var metadata: OrderedJSON = ["resourceVersion": .string(String(page.version))]
        if options.limit > 0, objects.count > options.limit {
            let rest = objects.count - Int(options.limit)
            objects.removeLast(rest)
            if let last = objects.last {
                let token = ContinueToken(
                    resourceVersion: Int64(page.version), start: position(of: last.0, namespace: namespace) + "\0")
                metadata["continue"] = .string(token.text)
                let isFiltered =
                    !options.fieldSelector.requirements.isEmpty || !options.labelSelector.requirements.isEmpty
                if !isFiltered { metadata["remainingItemCount"] = .integer(Int64(rest)) }
            }
        }
        let items = objects.map { item(resource.view(of: $0.1), of: resource) }
        return [
            "kind": .string(resource.kind + "List"), "apiVersion": .string(resource.apiVersion), "metadata": metadata,
            "items": .array(items),
        ]
    }

    /// Built-in types leave kind and apiVersion out of a list's items; custom resources keep them.
    private static func item(_ object: OrderedJSON, of resource: SimulatedResource) -> OrderedJSON {
        guard resource.schema != nil else { return object }
        var item = object
        item["kind"] = nil
        item["apiVersion"] = nil
        return item
    }

    private static func position(of key: ObjectStore.Key, namespace: String?) -> String {
        namespace == nil && !key.namespace.isEmpty ? "\(key.namespace)/\(key.name)" : key.name
    }

    /// Which version a list shows, and where it starts.
    private static func version(
        of options: ListOptions, store: ObjectStore
    ) throws(APIFailure) -> (version: UInt64, start: String?) {
        if !options.continueToken.isEmpty {
            let token = try ContinueToken(parsing: options.continueToken)
            guard token.resourceVersion > 0 else { return (store.resourceVersion, token.start) }
            let version = UInt64(token.resourceVersion)
            guard version >= store.compactedVersion else {
                throw .expiredContinue(ContinueToken(resourceVersion: -1, start: token.start).text)
            }
            return (min(version, store.resourceVersion), token.start)
        }
        guard !options.resourceVersion.isEmpty else { return (store.resourceVersion, nil) }
        guard let asked = UInt64(options.resourceVersion) else {
            throw .badRequest("invalid resource version: \(ListOptions.malformedVersion(options.resourceVersion))")
        }
        guard asked <= store.resourceVersion else {
            throw .tooLargeResourceVersion(asked, current: store.resourceVersion)
        }
        // A limit without a match asks for exactly that version, too.
        let isExact =
            options.resourceVersionMatch == "Exact"
            || (options.resourceVersionMatch.isEmpty && options.limit > 0 && asked > 0)
        guard isExact else { return (store.resourceVersion, nil) }
        guard asked >= store.compactedVersion else { throw .expiredList }
        return (asked, nil)
    }

    static func watch(
        _ context: APIContext, _ resource: SimulatedResource, _ state: APIState
    ) throws(APIFailure) -> APIOutcome {
        let options = try ListOptions(context.request)
        try options.fieldSelector.check(for: resource)
        guard options.resourceVersion.isEmpty || UInt64(options.resourceVersion) != nil else {
            throw .unexpected(ListOptions.malformedVersion(options.resourceVersion))
        }
        let feed = WatchFeed(
            resource: resource, namespace: resource.isNamespaced ? context.info.namespace : nil, options: options)
        return .watch(feed, timeout: options.timeoutSeconds)
    }
}
