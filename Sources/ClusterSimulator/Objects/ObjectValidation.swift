/// What the server checks of a whole object before storing it, per type.
enum ObjectValidation {
    static let maximumConfigMapBytes = 1_048_576

    /// - Parameters:
    ///   - object: in the form that is stored.
    ///   - old: the object that it replaces.
    ///   - generateName: whether the name was generated in this request.
    static func problems(
        with object: OrderedJSON, replacing old: OrderedJSON?, as resource: SimulatedResource
    ) -> [FieldError] {
        var problems: [FieldError] = []
        switch resource.storage {
        case "events": return events(object, replacing: old, requested: resource)
        case "configmaps":
            problems += metadata(object, old, rule: NameValidation.subdomain)
            problems += configMap(object, replacing: old)
        case "leases.coordination.k8s.io":
            problems += metadata(object, old, rule: NameValidation.subdomain)
            problems += lease(object)
        case "services":
            problems += metadata(object, old, rule: NameValidation.label)
            problems += service(object, replacing: old)
        case "namespaces": problems += metadata(object, old, rule: NameValidation.label)
        default: problems += metadata(object, old, rule: NameValidation.subdomain)
        }
        return problems
    }

    private static func metadata(
        _ object: OrderedJSON, _ old: OrderedJSON?, rule: (String) -> [String]
    ) -> [FieldError] {
        if let old { return immutable(object, old) + marks(object) }
        var problems: [FieldError] = []
        if let prefix = object[path: "metadata", "generateName"]?.string {
            for problem in NameValidation.prefix(prefix, rule) {
                problems.append(.invalid("metadata.generateName", prefix, problem))
            }
        }
        let name = object[path: "metadata", "name"]?.string ?? ""
        if name.isEmpty {
            problems.append(.required("metadata.name", "name or generateName is required"))
        } else {
            problems += rule(name).map { .invalid("metadata.name", name, $0) }
        }
        return problems + marks(object)
    }

    /// Labels and annotations.
    private static func marks(_ object: OrderedJSON) -> [FieldError] {
        var problems: [FieldError] = []
        for (field, values) in [("labels", true), ("annotations", false)] {
            for member in object[path: "metadata", field]?.members ?? [] {
                let key = values ? member.key : member.key.lowercased()
                problems += NameValidation.qualifiedName(key).map { .invalid("metadata.\(field)", member.key, $0) }
                let value = member.value.string ?? ""
                if values {
                    problems += NameValidation.labelValue(value).map { .invalid("metadata.\(field)", value, $0) }
                }
            }
        }
        return problems
    }

    /// The server checks these twice, in two layers, and so lists each twice.
    private static func immutable(_ object: OrderedJSON, _ old: OrderedJSON) -> [FieldError] {
        let once: [FieldError] = ["name", "namespace", "uid", "creationTimestamp"].compactMap { field in
            let new = object[path: "metadata", field]?.string ?? ""
            guard new != (old[path: "metadata", field]?.string ?? "") else { return nil }
            return .invalid("metadata.\(field)", new, "field is immutable")
        }
        return once + once
    }

    private static func configMap(_ object: OrderedJSON, replacing old: OrderedJSON?) -> [FieldError] {
        var problems: [FieldError] = []
        if let old, old["immutable"]?.bool == true {
            if object["immutable"]?.bool != true {
                problems.append(.forbidden("immutable", "field is immutable when `immutable` is set"))
            }
            for field in ["data", "binaryData"] where object[field] != old[field] {
                problems.append(.forbidden(field, "field is immutable when `immutable` is set"))
            }
        }
        var size = 0
        let binary = object["binaryData"]?.members ?? []
        for member in object["data"]?.members ?? [] {
            problems += NameValidation.configKey(member.key).map { .invalid("data[\(member.key)]", member.key, $0) }
            if binary.contains(where: { $0.key == member.key }) {
                problems.append(
                    .invalid("data[\(member.key)]", member.key, "duplicate of key present in binaryData"))
            }
            size += member.value.string?.utf8.count ?? 0
        }
        for member in binary {
            problems += NameValidation.configKey(member.key)
                .map { .invalid("binaryData[\(member.key)]", member.key, $0) }
            size += (member.value.string?.utf8.count ?? 0) / 4 * 3
        }
        if size > maximumConfigMapBytes { problems.append(.tooLong("[]", bytes: maximumConfigMapBytes)) }
        return problems
    }

    private static func lease(_ object: OrderedJSON) -> [FieldError] {
        var problems: [FieldError] = []
        if let duration = object[path: "spec", "leaseDurationSeconds"]?.integer, duration <= 0 {
            problems.append(.invalid("spec.leaseDurationSeconds", number: duration, "must be greater than 0"))
        }
        if let transitions = object[path: "spec", "leaseTransitions"]?.integer, transitions < 0 {
            problems.append(
                .invalid("spec.leaseTransitions", number: transitions, "must be greater than or equal to 0"))
        }
        return problems
    }

    private static func events(
        _ event: OrderedJSON, replacing old: OrderedJSON?, requested: SimulatedResource
    ) -> [FieldError] {
        let isCore = requested.group.isEmpty
        let text = { (field: String) in event[field]?.string ?? "" }
        let namespace = event[path: "metadata", "namespace"]?.string ?? ""
        let involved = event[path: "involvedObject", "namespace"]?.string ?? ""
        let mismatch = FieldError.invalid("involvedObject.namespace", involved, "does not match event.namespace")
        var problems: [FieldError] = []
        if text("eventTime").isEmpty {
            let expected = involved.isEmpty ? ["", "default"] : [involved]
            if !expected.contains(namespace) { problems.append(mismatch) }
        } else {
            if involved.isEmpty, !["default", "kube-system"].contains(namespace) { problems.append(mismatch) }
            let controller = isCore ? "reportingComponent" : "reportingController"
            if text("reportingComponent").isEmpty { problems.append(.required(controller)) }
            problems += NameValidation.qualifiedName(text("reportingComponent"))
                .map { .invalid(controller, text("reportingComponent"), $0) }
            for (field, limit) in [("reportingInstance", 128), ("action", 128), ("reason", 128)] {
                if text(field).isEmpty { problems.append(.required(field)) }
                if text(field).utf8.count > limit {
                    problems.append(.invalid(field, "", "can have at most \(limit) characters"))
                }
            }
            if text("message").utf8.count > 1024 {
                problems.append(.invalid("message", "", "can have at most 1024 characters"))
            }
        }
        guard !isCore else { return problems }
        problems += metadata(event, old, rule: NameValidation.subdomain)
        guard old == nil else { return problems }
        if text("eventTime").isEmpty { problems.append(.required("eventTime")) }
        if !["Normal", "Warning"].contains(text("type")) {
            problems.append(.invalid("type", "", "has invalid value: \(text("type"))"))
        }
        for field in ["firstTimestamp", "lastTimestamp"] where !text(field).isEmpty {
            problems.append(.invalid(field, "", "needs to be unset"))
        }
        if let count = event["count"]?.integer, count != 0 {
            problems.append(.invalid("count", "", "needs to be unset"))
        }
        if !(event["source"]?.members ?? []).isEmpty { problems.append(.invalid("source", "", "needs to be unset")) }
        return problems
    }
}
