extension APIRouter {
    // MARK: create

    static func create(
        _ context: APIContext, _ resource: SimulatedResource, _ state: inout APIState
    ) throws(APIFailure) -> OrderedJSON {
        var object = try decodeBody(context, resource)
        let isDryRun = try context.isDryRun()
        try settleNamespace(of: &object, context, resource)
        try requireNamespace(context, resource, state)
        let name = try settleName(of: &object, context, resource, state)
        guard object.metadataResourceVersion == nil || resource.plural == "namespaces" else {
            throw .unexpected("resourceVersion should not be set on objects to be created")
        }
        return try insert(object, name: name, context, resource, &state, isDryRun: isDryRun)
    }

    /// Completes, validates and stores a new object.
    private static func insert(
        _ proposed: OrderedJSON, name: String, _ context: APIContext, _ resource: SimulatedResource,
        _ state: inout APIState, isDryRun: Bool
    ) throws(APIFailure) -> OrderedJSON {
        var object = proposed
        for field in ["resourceVersion", "selfLink", "deletionTimestamp", "generation", "managedFields"] {
            object.setMetadata(field, nil)
        }
        object.setMetadata("uid", .string(makeUID()))
        object.setMetadata("creationTimestamp", .string(context.now.rfc3339))
        if resource.schema == nil { object.setMetadata("generation", 1) }
        if resource.hasStatusSubresource { object["status"] = nil }
        if resource.plural == "namespaces" { completeNamespace(&object, name: name) }
        object = completed(object, replacing: nil, resource, state)
        try validate(object, replacing: nil, resource, name: name)
        let key = key(context, resource, name: name)
        guard state.store.objects[key] == nil else { throw .alreadyExists(resource, name: name) }

        var managers = ManagedFields(of: object)
        let owned = ownedFields(of: object, resource)
        managers.recordUpdate(from: [:], to: owned, by: context.actor(for: resource))
        object.setMetadata("managedFields", managers.json)
        return isDryRun ? object : state.store.put(object, at: key)
    }

    /// The object with the defaults of its type, where the simulator knows some.
    static func completed(
        _ object: OrderedJSON, replacing old: OrderedJSON?, _ resource: SimulatedResource, _ state: APIState
    ) -> OrderedJSON {
        guard resource.storage == SimulatedResource.services.storage else { return object }
        let others = state.store.objects(of: resource.storage, namespace: nil).map(\.1)
        return ServiceDefaults.complete(object, replacing: old, taken: .init(by: others))
    }

    private static func completeNamespace(_ object: inout OrderedJSON, name: String) {
        var labels = object[path: "metadata", "labels"]?.stringMap ?? [:]
        labels["kubernetes.io/metadata.name"] = name
        object.setMetadata("labels", OrderedJSON(labels))
        object["spec"] = ["finalizers": ["kubernetes"]]
        object["status"] = ["phase": "Active"]
    }

    // MARK: update

    static func update(
        _ context: APIContext, _ resource: SimulatedResource, _ state: inout APIState
    ) throws(APIFailure) -> (OrderedJSON, isNew: Bool) {
        var object = try decodeBody(context, resource)
        let isDryRun = try context.isDryRun()
        let name = context.info.name ?? ""
        try checkName(of: object, context)
        try settleNamespace(of: &object, context, resource)
        let key = key(context, resource, name: name)
        let old = state.store.objects[key]
        try checkUID(of: object, against: old, key: key, resource)
        guard let old else {
            guard resource.allowsCreateOnUpdate else {
                throw .notFound(resource.plural, group: resource.groupInErrors, name: name)
            }
            try requireNamespace(context, resource, state)
            return (try insert(object, name: name, context, resource, &state, isDryRun: isDryRun), true)
        }
        try checkVersion(of: object, against: old, name: name, resource)
        let stored = try replace(old, by: object, at: key, context, resource, &state, isDryRun: isDryRun)
        return (stored, false)
    }

    /// Stores the new state of an object, unless nothing changes: then its resourceVersion stays.
    static func replace(
        _ old: OrderedJSON, by proposed: OrderedJSON, at key: ObjectStore.Key, _ context: APIContext,
        _ resource: SimulatedResource, _ state: inout APIState, isDryRun: Bool
    ) throws(APIFailure) -> OrderedJSON {
        var object = inheriting(context.writing(proposed, over: old, resource), from: old)
        if resource.schema == nil { countGeneration(of: &object, old: old) }
        object = completed(object, replacing: old, resource, state)
        try validate(object, replacing: old, resource, name: key.name)
        var managers = ManagedFields(of: old)
        managers.recordUpdate(
            from: ownedFields(of: old, resource), to: ownedFields(of: object, resource),
            by: context.actor(for: resource))
        object.setMetadata("managedFields", managers.json)
        return commit(object, replacing: old, at: key, &state, isDryRun: isDryRun)
    }

    static func commit(
        _ object: OrderedJSON, replacing old: OrderedJSON, at key: ObjectStore.Key, _ state: inout APIState,
        isDryRun: Bool
    ) -> OrderedJSON {
        var object = object
        object.setMetadata("resourceVersion", old[path: "metadata", "resourceVersion"])
        if object == old { return old }
        return isDryRun ? object : state.store.put(object, at: key)
    }

    /// What the server fills in where an update leaves it out.
    static func inheriting(_ proposed: OrderedJSON, from old: OrderedJSON) -> OrderedJSON {
        var object = proposed
        for field in ["uid", "creationTimestamp", "namespace"] where object[path: "metadata", field] == nil {
            object.setMetadata(field, old[path: "metadata", field])
        }
        for field in ["generation", "deletionTimestamp", "managedFields"] {
            object.setMetadata(field, old[path: "metadata", field])
        }
        object.setMetadata("selfLink", nil)
        return object
    }

    private static func countGeneration(of object: inout OrderedJSON, old: OrderedJSON) {
        let content = { (json: OrderedJSON) in
            OrderedJSON.object((json.members ?? []).filter { !["metadata", "status"].contains($0.key) })
        }
        guard content(object) != content(old) else { return }
        object.setMetadata("generation", .integer((old[path: "metadata", "generation"]?.integer ?? 0) + 1))
    }

    // MARK: delete

    static func delete(
        _ context: APIContext, _ resource: SimulatedResource, _ state: inout APIState
    ) throws(APIFailure) -> OrderedJSON {
        let name = context.info.name ?? ""
        let options = try deleteOptions(context)
        let isDryRun = try context.isDryRun() || options["dryRun"]?.array?.isEmpty == false
        let object = try get(context, resource, state)
        try checkPreconditions(options["preconditions"], of: object, name: name, resource)
        if !isDryRun { state.store.remove(key(context, resource, name: name)) }
        if !isDryRun, resource.storage == SimulatedResource.serviceAccounts.storage {
            forgetTokens(of: object, namespace: context.info.namespace ?? "", &state)
        }
        if resource.plural == "namespaces" {
            if !isDryRun {
                for key in state.store.objects.keys.sorted() where key.namespace == name { state.store.remove(key) }
            }
            var ending = resource.view(of: object)
            ending.setMetadata("deletionTimestamp", .string(context.now.rfc3339))
            ending["status"] = ["phase": "Terminating"]
            return ending
        }
        if resource.returnsDeletedObject { return resource.view(of: object) }
        var details: OrderedJSON = ["name": .string(name)]
        if !resource.groupInErrors.isEmpty { details["group"] = .string(resource.groupInErrors) }
        details["kind"] = .string(resource.plural)
        details["uid"] = object[path: "metadata", "uid"]
        return [
            "kind": "Status", "apiVersion": "v1", "metadata": .object([]), "status": "Success", "details": details,
        ]
    }

    private static func deleteOptions(_ context: APIContext) throws(APIFailure) -> OrderedJSON {
        guard !context.request.body.isEmpty else { return .object([]) }
        guard ["", "application/json"].contains(context.contentType) else { throw .unsupportedBody }
        do { return try OrderedJSON(parsing: context.request.body) } catch {
            throw .badRequest("couldn't get version/kind; json parse error: \(error)")
        }
    }

    private static func checkPreconditions(
        _ preconditions: OrderedJSON?, of object: OrderedJSON, name: String, _ resource: SimulatedResource
    ) throws(APIFailure) {
        let uid = object[path: "metadata", "uid"]?.string ?? ""
        if let wanted = preconditions?["uid"]?.string, wanted != uid {
            throw .deleteConflict(
                resource, name: name,
                "the UID in the precondition (\(wanted)) does not match the UID in record (\(uid)). "
                    + "The object might have been deleted and then recreated")
        }
        let version = object.metadataResourceVersion ?? ""
        if let wanted = preconditions?["resourceVersion"]?.string, wanted != version {
            throw .deleteConflict(
                resource, name: name,
                "the ResourceVersion in the precondition (\(wanted)) does not match the ResourceVersion in record "
                    + "(\(version)). The object might have been modified")
        }
    }
}
