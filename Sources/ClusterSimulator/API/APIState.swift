/// Everything that the simulated API server knows: a value, changed under the server's lock.
struct APIState: Sendable {
    var store: ObjectStore
    var resources: [SimulatedResource] = SimulatedResource.builtIn
    var tokens = TokenStore()
    var authorizer = Authorizer()
    /// Oldest first.
    var calls: [RecordedCall] = []

    init(store: ObjectStore) { self.store = store }

    func resource(_ info: RequestInfo) -> SimulatedResource? {
        resources.first { $0.group == info.group && $0.version == info.version && $0.plural == info.resource }
    }

    func hasGroupVersion(_ info: RequestInfo) -> Bool {
        resources.contains { $0.group == info.group && $0.version == info.version }
    }

    func hasNamespace(_ name: String) -> Bool {
        store.objects[.init(storage: "namespaces", namespace: "", name: name)] != nil
    }
}

/// One request that the simulated API server answered.
public struct RecordedCall: Sendable, Hashable {
    /// Name of the user; `system:anonymous` without credentials, empty where the credentials were wrong.
    public var user: String
    /// Kubernetes' verb, such as `patch` or `watch`.
    public var verb: String
    public var group: String
    /// Plural, with the sub-resource after a slash; empty for paths such as `/healthz`.
    public var resource: String
    public var namespace: String?
    public var name: String?
    public var path: String
    /// Whether authentication and RBAC let the request through.
    public var isAllowed: Bool
    /// Status code of the answer, or of the answer that a fault suppressed.
    public var status: Int
    /// The `fieldManager` parameter.
    public var fieldManager: String?
}

/// What the API answers.
enum APIOutcome: Sendable {
    case response(SimulatedResponse)
    /// A stream of events; `timeout` is the client's `timeoutSeconds`.
    case watch(WatchFeed, timeout: Int64?)
}

/// One request and what is known about it while it is being answered.
struct APIContext: Sendable {
    var request: SimulatedRequest
    var info: RequestInfo
    var user: SimulatedUser
    var now: Timestamp

    /// Who changes fields: the parameter, or what the User-Agent begins with.
    var fieldManager: String {
        if let manager = request.query("fieldManager"), !manager.isEmpty { return manager }
        let agent = request.header("User-Agent")?.prefix { $0 != "/" } ?? ""
        return agent.isEmpty ? "unknown" : String(agent.prefix(128))
    }

    private static let longestFieldManager = 128

    /// Whether the write is only to be tried; checks the parameters that all writes have.
    func isDryRun() throws(APIFailure) -> Bool {
        let kind = info.verb == "create" ? "CreateOptions" : info.verb == "patch" ? "PatchOptions" : "UpdateOptions"
        let value = request.query("dryRun") ?? ""
        var problems: [FieldError] = []
        if !["", "All"].contains(value) {
            let message = "Unsupported value: [\(goQuoted(value))]: supported values: \"All\""
            problems.append(FieldError(kind: .notSupported, field: "dryRun", message: message))
        }
        if let manager = request.query("fieldManager"), manager.utf8.count > Self.longestFieldManager {
            problems.append(.tooLong("fieldManager", bytes: Self.longestFieldManager))
        }
        guard problems.isEmpty else { throw .invalid(kind: kind, group: "meta.k8s.io", name: "", problems) }
        return !value.isEmpty
    }

    /// What a write of `proposed` is about: all but the status, or by way of the sub-resource only that.
    func writing(_ proposed: OrderedJSON, over old: OrderedJSON, _ resource: SimulatedResource) -> OrderedJSON {
        guard resource.hasStatusSubresource else { return proposed }
        var object = info.subresource == nil ? proposed : old
        object["status"] = info.subresource == nil ? old["status"] : proposed["status"]
        return object
    }

    func actor(for resource: SimulatedResource) -> ManagedFields.Actor {
        ManagedFields.Actor(manager: fieldManager, apiVersion: resource.apiVersion, time: now.rfc3339)
    }

    /// Media type of the body, without parameters, in lower case.
    var contentType: String {
        let value = request.header("Content-Type") ?? ""
        return value.prefix { $0 != ";" }.trimmed.lowercased()
    }
}

extension StringProtocol {
    /// Without white space at either end.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
