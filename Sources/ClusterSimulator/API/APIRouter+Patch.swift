extension APIRouter {
    static func patch(
        _ context: APIContext, _ resource: SimulatedResource, _ state: inout APIState
    ) throws(APIFailure) -> (OrderedJSON, isNew: Bool) {
        switch context.contentType {
        case "application/merge-patch+json":
            return (try mergePatch(context, resource, &state, patch: try parsePatch(context)), false)
        case "application/strategic-merge-patch+json" where resource.schema != nil:
            let patch = try parsePatch(context)
            guard patch.isPlainStrategicPatch else { throw .unsupportedPatch }
            return (try mergePatch(context, resource, &state, patch: patch), false)
        case "application/apply-patch+yaml":
            return try apply(context, resource, &state)
        default: throw .unsupportedPatch
        }
    }

    private static func parsePatch(_ context: APIContext) throws(APIFailure) -> OrderedJSON {
        let patch: OrderedJSON
        do { patch = try OrderedJSON(parsing: context.request.body) } catch {
            throw .badRequest("error decoding patch: \(error)")
        }
        guard case .object = patch else {
            throw .badRequest(
                "error decoding patch: json: cannot unmarshal \(patch.typeName) into Go value of type "
                    + "map[string]interface {}")
        }
        return patch
    }

    // MARK: JSON merge patch

    private static func mergePatch(
        _ context: APIContext, _ resource: SimulatedResource, _ state: inout APIState, patch: OrderedJSON
    ) throws(APIFailure) -> OrderedJSON {
        let isDryRun = try context.isDryRun()
        let name = context.info.name ?? ""
        let key = key(context, resource, name: name)
        let old = try get(context, resource, state)
        let view = resource.view(of: old)
        let patched = view.merging(patch: patch)
        var object: OrderedJSON
        do { object = try resource.storedForm(of: patched) } catch {
            throw .invalid(
                kind: "", group: "", name: "",
                [.invalid("patch", patched.description, error.message)])
        }
        object["kind"] = old["kind"]
        object["apiVersion"] = old["apiVersion"]
        try checkName(of: object, context)
        try settleNamespace(of: &object, context, resource)
        // Only a version that the patch names is a precondition; without one the patch applies to whatever is there.
        if patch[path: "metadata", "resourceVersion"]?.string?.isEmpty == false {
            try checkVersion(of: object, against: old, name: name, resource)
        }
        return try replace(old, by: object, at: key, context, resource, &state, isDryRun: isDryRun)
    }

    // MARK: server-side apply

    /// Bodies are JSON, which is YAML; other YAML is answered with 415.
    private static func apply(
        _ context: APIContext, _ resource: SimulatedResource, _ state: inout APIState
    ) throws(APIFailure) -> (OrderedJSON, isNew: Bool) {
        let isDryRun = try context.isDryRun()
        guard let manager = context.request.query("fieldManager"), !manager.isEmpty else {
            throw .invalid(
                kind: "PatchOptions", group: "meta.k8s.io", name: "",
                [.required("fieldManager", "is required for apply patch")])
        }
        guard let body = try? OrderedJSON(parsing: context.request.body), case .object = body else {
            throw .unsupportedPatch
        }
        let name = context.info.name ?? ""
        let key = key(context, resource, name: name)
        let old = state.store.objects[key]
        if old == nil { try requireNamespace(context, resource, state) }

        let config = try decodeApplied(body, context, resource)
        let actor = context.actor(for: resource)
        let fields = appliedFields(of: config, resource)
        var managers = ManagedFields(of: old ?? .object([]))
        let before = old.map { ownedFields(of: $0, resource) } ?? [:]

        var merged = overlay(config, on: old)
        for path in managers.abandoned(by: manager, applying: fields) {
            merged[path: path.map { String($0.dropFirst(2)) }] = nil
        }
        let after = ownedFields(of: merged, resource)
        let conflicts = managers.conflicts(from: before, to: after, by: manager)
        guard
            conflicts.isEmpty
                || context.request.query.contains(where: { $0.name == "force" && ListOptions.bool($0.value) })
        else { throw .applyConflict(conflicts) }
        managers.recordApply(of: fields, from: before, to: after, by: actor)

        if let old {
            merged = inheriting(merged, from: old)
        } else {
            merged.setMetadata("uid", .string(makeUID()))
            merged.setMetadata("creationTimestamp", .string(context.now.rfc3339))
        }
        merged.setMetadata("managedFields", managers.json)
        if let schema = resource.storedSchema ?? resource.schema {
            do { merged = try schema.normalise(merged) } catch { throw .badRequest(error.message) }
        }
        merged = completed(merged, replacing: old, resource, state)
        try validate(merged, replacing: old, resource, name: name)
        guard let old else { return (isDryRun ? merged : state.store.put(merged, at: key), true) }
        if let version = body[path: "metadata", "resourceVersion"]?.string, version != old.metadataResourceVersion {
            throw .conflict(resource, name: name)
        }
        return (commit(merged, replacing: old, at: key, &state, isDryRun: isDryRun), false)
    }

    private static func decodeApplied(
        _ body: OrderedJSON, _ context: APIContext, _ resource: SimulatedResource
    ) throws(APIFailure) -> OrderedJSON {
        guard body["kind"]?.string == resource.kind, body["apiVersion"]?.string == resource.apiVersion else {
            throw .badRequest(
                "invalid object type: the applied configuration must have apiVersion \(resource.apiVersion) and "
                    + "kind \(resource.kind)")
        }
        var config: OrderedJSON
        do { config = try resource.storedForm(of: body) } catch {
            throw .badRequest("failed to convert applied configuration: \(error.message)")
        }
        if config.metadataName == nil { config.setMetadata("name", .string(context.info.name ?? "")) }
        try checkName(of: config, context)
        try settleNamespace(of: &config, context, resource)
        config.setMetadata("managedFields", nil)
        return config
    }

    /// An applied map counts by its entries, and by itself only where it is empty.
    private static func appliedFields(of config: OrderedJSON, _ resource: SimulatedResource) -> FieldSet {
        let values = ownedFields(of: config, resource)
        return FieldSet(
            paths: Set(
                values.compactMap { path, value in
                    let isParent = values.keys.contains {
                        $0.count > path.count && Array($0.prefix(path.count)) == path
                    }
                    return isParent ? nil : path
                }))
    }

    private static func overlay(_ config: OrderedJSON, on old: OrderedJSON?) -> OrderedJSON {
        guard let old else { return config }
        return old.merging(patch: config)
    }
}
