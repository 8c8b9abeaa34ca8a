/// One type of object that the simulated API server keeps.
public struct SimulatedResource: Sendable {
    /// Empty for the core group.
    public var group: String
    public var version: String
    /// In the singular and capitalised: `ConfigMap`.
    public var kind: String
    /// As in the URL: `configmaps`.
    public var plural: String
    public var isNamespaced: Bool

    /// Go struct that a built-in type is decoded into; `nil` keeps every field, as custom resources do.
    var schema: ObjectSchema?
    /// Whether a PUT without resourceVersion replaces whatever is there.
    var allowsUnconditionalUpdate = true
    /// Whether a PUT of an absent object creates it.
    var allowsCreateOnUpdate = false
    /// Whether deleting answers with the object instead of a Status.
    var returnsDeletedObject = false
    /// Fields besides name and namespace that a field selector may name, and where they are.
    var selectableFields: [String: [String]] = [:]
    /// Members whose names differ from the stored form: (here, stored).
    var renamedMembers: [(external: String, stored: String)] = []
    /// The form that is stored, where it is not this one.
    var storedSchema: ObjectSchema?
    /// The group in error messages about objects, where it is not `group`.
    var errorGroup: String?
    /// Whether the status can only be written by way of `/status`, and nothing else by way of that.
    var hasStatusSubresource = false
    /// What the objects are filed under; resources with the same are views of the same objects.
    var storage: String

    /// A custom resource, as if a CustomResourceDefinition without a schema had been applied.
    ///
    /// - Parameter hasStatusSubresource: as by `subresources: {status: {}}` in the definition.
    public static func custom(
        group: String, version: String, kind: String, plural: String, isNamespaced: Bool = true,
        hasStatusSubresource: Bool = false
    ) -> SimulatedResource {
        SimulatedResource(
            group: group, version: version, kind: kind, plural: plural, isNamespaced: isNamespaced,
            allowsUnconditionalUpdate: false, hasStatusSubresource: hasStatusSubresource,
            storage: "\(plural).\(group)")
    }

    public static let configMaps = SimulatedResource(
        group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", isNamespaced: true,
        schema: .configMap, storage: "configmaps")

    public static let leases = SimulatedResource(
        group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases", isNamespaced: true,
        schema: .lease, allowsUnconditionalUpdate: false, allowsCreateOnUpdate: true,
        storage: "leases.coordination.k8s.io")

    public static let namespaces = SimulatedResource(
        group: "", version: "v1", kind: "Namespace", plural: "namespaces", isNamespaced: false,
        schema: .namespace, selectableFields: ["status.phase": ["status", "phase"]], storage: "namespaces")

    /// Events of the core group.
    public static let events = SimulatedResource(
        group: "", version: "v1", kind: "Event", plural: "events", isNamespaced: true,
        schema: .coreEvent, allowsCreateOnUpdate: true, selectableFields: eventFields, storage: "events")

    /// The same events as events.k8s.io/v1.
    public static let eventsV1 = SimulatedResource(
        group: "events.k8s.io", version: "v1", kind: "Event", plural: "events", isNamespaced: true,
        schema: .event, allowsCreateOnUpdate: true, selectableFields: eventFields,
        renamedMembers: [
            ("reportingController", "reportingComponent"), ("regarding", "involvedObject"), ("note", "message"),
            ("deprecatedSource", "source"), ("deprecatedFirstTimestamp", "firstTimestamp"),
            ("deprecatedLastTimestamp", "lastTimestamp"), ("deprecatedCount", "count"),
        ], storedSchema: .coreEvent, errorGroup: "", storage: "events")

    public static let serviceAccounts = SimulatedResource(
        group: "", version: "v1", kind: "ServiceAccount", plural: "serviceaccounts", isNamespaced: true,
        schema: .serviceAccount, returnsDeletedObject: true, storage: "serviceaccounts")

    /// Their `status` is the sub-resource by which a load balancer reports its addresses.
    public static let services = SimulatedResource(
        group: "", version: "v1", kind: "Service", plural: "services", isNamespaced: true, schema: .service,
        allowsCreateOnUpdate: true, returnsDeletedObject: true,
        selectableFields: ["spec.clusterIP": ["spec", "clusterIP"], "spec.type": ["spec", "type"]],
        hasStatusSubresource: true, storage: "services")

    public static let roles = SimulatedResource(
        group: "rbac.authorization.k8s.io", version: "v1", kind: "Role", plural: "roles", isNamespaced: true,
        schema: .role, storage: "roles.rbac.authorization.k8s.io")

    public static let roleBindings = SimulatedResource(
        group: "rbac.authorization.k8s.io", version: "v1", kind: "RoleBinding", plural: "rolebindings",
        isNamespaced: true, schema: .roleBinding, storage: "rolebindings.rbac.authorization.k8s.io")

    /// What `serviceaccounts/NAME/token` is sent; never stored, and no resource of its own.
    static let tokenRequests = SimulatedResource(
        group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", plural: "tokenrequests",
        isNamespaced: true, schema: .tokenRequest, storage: "")

    /// A question about one's own rights; never stored either.
    static let accessReviews = SimulatedResource(
        group: "authorization.k8s.io", version: "v1", kind: "SelfSubjectAccessReview",
        plural: "selfsubjectaccessreviews", isNamespaced: false, schema: .accessReview, storage: "")

    static let builtIn: [SimulatedResource] = [
        .namespaces, .configMaps, .leases, .events, .eventsV1, .serviceAccounts, .services, .roles,
        .roleBindings,
    ]

    private static let eventFields: [String: [String]] = [
        "involvedObject.kind": ["involvedObject", "kind"],
        "involvedObject.namespace": ["involvedObject", "namespace"],
        "involvedObject.name": ["involvedObject", "name"], "involvedObject.uid": ["involvedObject", "uid"],
        "involvedObject.apiVersion": ["involvedObject", "apiVersion"],
        "involvedObject.resourceVersion": ["involvedObject", "resourceVersion"],
        "involvedObject.fieldPath": ["involvedObject", "fieldPath"], "reason": ["reason"], "type": ["type"],
        "reportingComponent": ["reportingComponent"], "source": ["source", "component"],
    ]
}

extension SimulatedResource {
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// Path of the collection: `/apis/GROUP/VERSION/namespaces/NAMESPACE/PLURAL`.
    public func path(namespace: String?) -> String {
        let root = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        guard isNamespaced, let namespace else { return "\(root)/\(plural)" }
        return "\(root)/namespaces/\(namespace)/\(plural)"
    }

    var groupInErrors: String { errorGroup ?? group }
    /// `leases.coordination.k8s.io`
    var qualifiedPlural: String { groupInErrors.isEmpty ? plural : "\(plural).\(groupInErrors)" }
    /// `Lease.coordination.k8s.io`
    var qualifiedKind: String { groupInErrors.isEmpty ? kind : "\(kind).\(groupInErrors)" }

    /// Decodes what a client sent into the form that is stored.
    func storedForm(of json: OrderedJSON) throws(ObjectSchema.DecodingError) -> OrderedJSON {
        guard let schema else { return Self.normaliseCustom(json) }
        var object = try schema.normalise(json)
        guard let storedSchema else { return object }
        if let members = object.members {
            object = .object(
                members.map { member in
                    let renamed = renamedMembers.first { $0.external == member.key }?.stored
                    return .init(renamed ?? member.key, member.value)
                })
        }
        return try storedSchema.normalise(object)
    }

    /// What is stored, as a client of this resource sees it.
    func view(of stored: OrderedJSON) -> OrderedJSON {
        var object = stored
        object["kind"] = .string(kind)
        object["apiVersion"] = .string(apiVersion)
        guard let schema, storedSchema != nil, let members = object.members else { return object }
        let renamed = OrderedJSON.object(
            members.map { member in
                let external = renamedMembers.first { $0.stored == member.key }?.external
                return .init(external ?? member.key, member.value)
            })
        return (try? schema.normalise(renamed)) ?? renamed
    }

    /// Custom resources are unstructured in the server, which writes them with sorted names.
    private static func normaliseCustom(_ json: OrderedJSON) -> OrderedJSON {
        var object = json.sortedByName
        if let metadata = try? ObjectSchema.metadata.normalise(json["metadata"] ?? .object([])) {
            object["metadata"] = metadata.sortedByName
        }
        return object
    }
}

extension OrderedJSON {
    /// The same document with the members of all its objects sorted by name.
    var sortedByName: OrderedJSON {
        switch self {
        case .object(let members):
            .object(members.map { Member($0.key, $0.value.sortedByName) }.sorted { $0.key < $1.key })
        case .array(let elements): .array(elements.map(\.sortedByName))
        default: self
        }
    }
}
