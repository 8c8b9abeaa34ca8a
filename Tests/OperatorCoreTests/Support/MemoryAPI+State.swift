import OperatorCore

extension MemoryAPI.State {
    static func key(_ plural: String, _ namespace: String, _ name: String) -> String {
        "\(plural)/\(namespace)/\(name)"
    }

    /// Writes the object under a new version, unless nothing about it changes, and tells the watches.
    mutating func store(_ json: JSONValue, type: ResourceType, namespace: String) -> JSONValue {
        let name = json[["metadata", "name"]]?.string ?? ""
        let key = Self.key(type.plural, namespace, name)
        let old = objects[key]
        var json = json
        // A field that is null is a field that is not there.
        if let spec = json["spec"]?.object { json["spec"] = .object(spec.filter { !$0.value.isNull }) }
        json["apiVersion"] = .string(type.apiVersion)
        json["kind"] = .string(type.kind)
        json[["metadata", "namespace"]] = .string(namespace)
        if let old {
            for field in ["uid", "resourceVersion", "creationTimestamp"] {
                json[["metadata", field]] = old[["metadata", field]]
            }
            if json == old { return old }
        } else {
            uids += 1
            json[["metadata", "uid"]] = .string("uid-\(uids)")
            json[["metadata", "creationTimestamp"]] = "2026-01-02T03:04:05Z"
        }
        version += 1
        json[["metadata", "resourceVersion"]] = .string(String(version))
        objects[key] = json
        tell(old == nil ? "ADDED" : "MODIFIED", json, type, namespace, name)
        return json
    }

    mutating func remove(type: ResourceType, namespace: String, name: String) {
        guard var json = objects.removeValue(forKey: Self.key(type.plural, namespace, name)) else { return }
        version += 1
        json[["metadata", "resourceVersion"]] = .string(String(version))
        tell("DELETED", json, type, namespace, name)
    }

    private mutating func tell(
        _ event: String, _ json: JSONValue, _ type: ResourceType, _ namespace: String, _ name: String
    ) {
        let entry = MemoryAPI.Entry(
            type: event, version: version, plural: type.plural, namespace: namespace, name: name, json: json)
        history.append(entry)
        for watcher in watchersInOrder where watcher.wants(entry) { watcher.send(event, json) }
    }
}

extension MemoryAPI.Watcher {
    func wants(_ entry: MemoryAPI.Entry) -> Bool {
        plural == entry.plural && namespace == entry.namespace && (name.isEmpty || name == entry.name)
    }
}

extension KubernetesError {
    static func notFound(_ type: ResourceType, _ name: String) -> KubernetesError {
        KubernetesError(.status(404, reason: "NotFound"), message: "\(type.plural) \"\(name)\" not found")
    }

    static func alreadyExists(_ type: ResourceType, _ name: String) -> KubernetesError {
        KubernetesError(.status(409, reason: "AlreadyExists"), message: "\(type.plural) \"\(name)\" already exists")
    }

    static func conflict(_ type: ResourceType, _ name: String) -> KubernetesError {
        KubernetesError(
            .status(409, reason: "Conflict"),
            message: "Operation cannot be fulfilled on \(type.plural) \"\(name)\": the object has been modified")
    }

    static func versionRequired(_ type: ResourceType, _ name: String) -> KubernetesError {
        KubernetesError(
            .status(422, reason: "Invalid"),
            message: "\(type.plural) \"\(name)\" is invalid: metadata.resourceVersion: must be specified for an update")
    }

    static var expired: KubernetesError {
        KubernetesError(.status(410, reason: "Expired"), message: "too old resource version")
    }
}
