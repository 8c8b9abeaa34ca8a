/// A request that a simulated server refused, when made in process.
public struct SimulatedRequestError: Error, Sendable, CustomStringConvertible {
    public var status: Int
    public var message: String

    public var description: String { "\(status): \(message)" }
}

/// One change of an object.
public struct ObjectChange: Sendable {
    public enum Kind: String, Sendable, Hashable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    public var kind: Kind
    public var apiVersion: String
    /// Type of the object, such as `ConfigMap`.
    public var objectKind: String
    /// The object after the change, or its last state.
    public var object: OrderedJSON
    public var resourceVersion: UInt64
}

extension SimulatedAPIServer {
    /// Makes another type of object known.
    public func register(_ resource: SimulatedResource) {
        core.withState { $0.resources.append(resource) }
    }

    /// Answers a request in process as the network side would, except that faults do not befall it.
    ///
    /// Watches are answered with a stream as their body.
    public func respond(to request: SimulatedRequest) -> SimulatedResponse { core.respond(to: request) }

    /// Makes a request in process with all rights; it is not recorded in ``calls``.
    ///
    /// - Returns: the JSON of the answer.
    /// - Throws: ``SimulatedRequestError`` where the status is not of the 2xx.
    @discardableResult
    public func perform(
        _ method: String, _ target: String, body: OrderedJSON? = nil, contentType: String = "application/json"
    ) throws(SimulatedRequestError) -> OrderedJSON {
        var request = SimulatedRequest(method: method, target: target)
        request.headers = [.init("User-Agent", "simulator")]
        if let body {
            request.headers.append(.init("Content-Type", contentType))
            request.body = body.bytes
        }
        let response = core.respondAsAdmin(to: request)
        let json = response.json ?? .null
        guard (200..<300).contains(response.status) else {
            throw SimulatedRequestError(
                status: response.status,
                message: json["message"]?.string ?? String(decoding: response.bodyBytes, as: UTF8.self))
        }
        return json
    }

    /// An object, or `nil` where there is none.
    public func object(_ resource: SimulatedResource, _ name: String, namespace: String? = nil) -> OrderedJSON? {
        try? perform("GET", resource.path(namespace: namespace) + "/" + name)
    }

    /// All objects of a type, in one namespace or in all, each with kind and apiVersion.
    public func objects(_ resource: SimulatedResource, namespace: String? = nil) -> [OrderedJSON] {
        core.withState { state in
            state.store.objects(of: resource.storage, namespace: namespace).map { resource.view(of: $0.1) }
        }
    }

    /// Creates an object, or replaces the one that is there.
    @discardableResult
    public func put(
        _ object: OrderedJSON, as resource: SimulatedResource, namespace: String? = nil
    ) throws(SimulatedRequestError) -> OrderedJSON {
        var object = object
        let path = resource.path(namespace: namespace)
        guard let name = object.metadataName, let existing = self.object(resource, name, namespace: namespace) else {
            return try perform("POST", path, body: object)
        }
        object.setMetadata("resourceVersion", existing[path: "metadata", "resourceVersion"])
        return try perform("PUT", path + "/" + name, body: object)
    }

    /// Applies a JSON merge patch.
    ///
    /// - Parameter subresource: such as `status`; `nil`: the object itself.
    @discardableResult
    public func patch(
        _ resource: SimulatedResource, _ name: String, namespace: String? = nil, subresource: String? = nil,
        with patch: OrderedJSON
    ) throws(SimulatedRequestError) -> OrderedJSON {
        let suffix = subresource.map { "/\($0)" } ?? ""
        return try perform(
            "PATCH", resource.path(namespace: namespace) + "/" + name + suffix, body: patch,
            contentType: "application/merge-patch+json")
    }

    /// Deletes an object.
    public func delete(
        _ resource: SimulatedResource, _ name: String, namespace: String? = nil
    ) throws(SimulatedRequestError) {
        try perform("DELETE", resource.path(namespace: namespace) + "/" + name)
    }

    /// Creates a namespace; does nothing where it exists.
    public func createNamespace(_ name: String) {
        guard object(.namespaces, name) == nil else { return }
        _ = try? perform("POST", "/api/v1/namespaces", body: ["metadata": ["name": .string(name)]])
    }

    /// The `data` of a ConfigMap; `nil` where there is no such ConfigMap, empty where it has none.
    public func configMapData(_ name: String, namespace: String) -> [String: String]? {
        object(.configMaps, name, namespace: namespace).map { $0["data"]?.stringMap ?? [:] }
    }

    /// Changes to objects of all types, from now on. Ends when the consumer stops iterating.
    public func changes() -> AsyncStream<ObjectChange> { core.changes() }

    /// Waits until an object satisfies a condition, beginning with its present state.
    ///
    /// - Parameter condition: gets `nil` while the object does not exist.
    /// - Returns: the object as it was then. `nil` where it did not exist then, or where the task was cancelled.
    @discardableResult
    public func waitForObject(
        _ resource: SimulatedResource, _ name: String, namespace: String? = nil,
        where condition: @Sendable (OrderedJSON?) -> Bool
    ) async -> OrderedJSON? {
        let changes = changes()
        let present = object(resource, name, namespace: namespace)
        if condition(present) { return present }
        for await change in changes where change.objectKind == resource.kind {
            guard change.object.metadataName == name,
                !resource.isNamespaced || change.object.metadataNamespace == namespace
            else { continue }
            let now = change.kind == .deleted ? nil : change.object
            if condition(now) { return now }
        }
        return nil
    }

    /// Waits until a request of a kind has been answered, looking at past requests first.
    ///
    /// - Returns: `nil` where the task was cancelled.
    @discardableResult
    public func waitForCall(where condition: @Sendable (RecordedCall) -> Bool) async -> RecordedCall? {
        let (past, calls) = core.callsAndFuture()
        if let call = past.first(where: condition) { return call }
        for await call in calls where condition(call) { return call }
        return nil
    }

    /// Hands on every request that has been answered, past ones first, until the task is cancelled.
    public func forEachCall(_ body: (RecordedCall) -> Void) async {
        let (past, calls) = core.callsAndFuture()
        for call in past { body(call) }
        for await call in calls { body(call) }
    }
}
