import CurlHTTP
import OperatorCore
import Synchronization

/// An API server's store in memory, behind the client's interface: resource versions, conflicts and watches.
///
/// It follows the recorded answers of a real server: one counter of versions for all objects, a write that changes
/// nothing keeps the version, a PUT of an absent Lease creates it, a Lease update needs a version. Every request passes
/// through ``fault`` first, which may hold it up, refuse it, or lose the answer of a write that was carried out.
final class MemoryAPI: KubernetesAPI {
    /// One request as the store saw it.
    struct Request: Sendable, Hashable {
        /// `get`, `list`, `create`, `update`, `patch`, `delete` or `watch`.
        var verb: String
        var plural: String
        var namespace: String
        /// Empty for `list`, `create` of an object without a name, and `watch` of everything.
        var name: String
        /// What was sent: the object, or the patch.
        var body: JSONValue?
        var timeout: Duration?
        /// Counts all requests from 1.
        var number: Int
    }

    /// What is to go wrong with a request.
    enum Fault: Sendable {
        case none
        /// The request is not carried out.
        case refuse(KubernetesError)
        /// The request is carried out, but its sender sees a failure.
        case loseAnswer(KubernetesError)
    }

    struct Entry: Sendable {
        var type: String
        var version: Int
        var plural: String
        var namespace: String
        var name: String
        var json: JSONValue
    }

    struct Watcher: Sendable {
        var plural: String
        var namespace: String
        var name: String
        var send: @Sendable (String, JSONValue) -> Void
        var finish: @Sendable (KubernetesError?) -> Void
    }

    struct State: Sendable {
        var version = 100
        var objects: [String: JSONValue] = [:]
        var history: [Entry] = []
        var oldestVersion = 0
        var watchers: [Int: Watcher] = [:]
        var nextWatcher = 0
        var requests: [Request] = []
        var uids = 0

        /// In the order of their opening, so that a test is the same every time.
        var watchersInOrder: [Watcher] { watchers.sorted { $0.key < $1.key }.map(\.value) }
    }

    let state = Mutex(State())
    private let fault: @Sendable (Request) async -> Fault

    /// - Parameter fault: asked before each request is carried out; may suspend, to hold the request up.
    init(fault: @escaping @Sendable (Request) async -> Fault = { _ in .none }) { self.fault = fault }

    /// Everything that was asked so far, in order of arrival.
    var requests: [Request] { state.withLock { $0.requests } }

    /// The verbs of everything that was asked so far.
    var verbs: [String] { requests.map(\.verb) }

    /// How many watches are open.
    var watcherCount: Int { state.withLock { $0.watchers.count } }

    /// The version of the latest write.
    var version: Int { state.withLock { $0.version } }

    // MARK: Acting as somebody else, past the faults and the list of requests

    /// What is stored, without a request.
    func stored<Resource: KubernetesResource>(
        _ type: Resource.Type, _ name: String, namespace: String
    ) -> Resource? {
        state.withLock { $0.objects[State.key(Resource.type.plural, namespace, name)].map(Resource.init(json:)) }
    }

    /// All that is stored of a type, by name, without a request.
    func all<Resource: KubernetesResource>(_ type: Resource.Type, namespace: String) -> [Resource] {
        let prefix = State.key(Resource.type.plural, namespace, "")
        return state.withLock { state in
            state.objects.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }.map {
                Resource(json: $0.value)
            }
        }
    }

    /// Stores the object whatever its version, as another client would.
    @discardableResult
    func put<Resource: KubernetesResource>(_ object: Resource, namespace: String) -> Resource {
        Resource(json: state.withLock { $0.store(object.json, type: Resource.type, namespace: namespace) })
    }

    /// Deletes the object, as another client would.
    func remove<Resource: KubernetesResource>(_ type: Resource.Type, _ name: String, namespace: String) {
        state.withLock { $0.remove(type: Resource.type, namespace: namespace, name: name) }
    }

    /// Sends a bookmark with the present version to every open watch.
    func sendBookmarks() {
        state.withLock { state in
            let bookmark: JSONValue = ["metadata": ["resourceVersion": .string(String(state.version))]]
            for watcher in state.watchersInOrder { watcher.send("BOOKMARK", bookmark) }
        }
    }

    /// Ends every open watch: normally, or with an error.
    func endWatches(_ error: KubernetesError? = nil) {
        let ended = state.withLock { state in
            defer { state.watchers = [:] }
            return state.watchersInOrder
        }
        for watcher in ended { watcher.finish(error) }
    }

    /// Sends nothing more to the open watches, as if their connections had gone dead unnoticed.
    func muteWatches() { state.withLock { $0.watchers = [:] } }

    /// Forgets the history, so that a watch from an older version gets ERROR 410.
    func compact() {
        state.withLock { state in
            state.version += 1
            state.oldestVersion = state.version
            state.history = []
        }
    }

    // MARK: KubernetesAPI

    func get<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        try await perform("get", Resource.type, namespace, name, timeout) { state throws(KubernetesError) in
            guard let json = state.objects[State.key(Resource.type.plural, namespace, name)] else {
                throw .notFound(Resource.type, name)
            }
            return Resource(json: json)
        }
    }

    func list<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, fieldSelector: String?, timeout: Duration
    ) async throws(KubernetesError) -> KubernetesList<Resource> {
        let name = Self.name(in: fieldSelector)
        return try await perform("list", Resource.type, namespace, name, timeout) { state throws(KubernetesError) in
            let prefix = State.key(Resource.type.plural, namespace, "")
            let items = state.objects.filter { $0.key.hasPrefix(prefix) && (name.isEmpty || $0.key == prefix + name) }
                .sorted { $0.key < $1.key }.map { Resource(json: $0.value) }
            return KubernetesList(items: items, resourceVersion: String(state.version))
        }
    }

    func create<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        let name = object.name ?? ""
        return try await perform(
            "create", Resource.type, namespace, name, timeout, body: object.json
        ) { state throws(KubernetesError) in
            var json = object.json
            if name.isEmpty, let beginning = json[["metadata", "generateName"]]?.string {
                json[["metadata", "name"]] = .string("\(beginning)\(state.version)")
            } else if state.objects[State.key(Resource.type.plural, namespace, name)] != nil {
                throw .alreadyExists(Resource.type, name)
            }
            return Resource(json: state.store(json, type: Resource.type, namespace: namespace))
        }
    }

    func update<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        let name = object.name ?? ""
        return try await perform(
            "update", Resource.type, namespace, name, timeout, body: object.json
        ) { state throws(KubernetesError) in
            let stored = state.objects[State.key(Resource.type.plural, namespace, name)]
            // Only Leases can be created by an update.
            guard stored != nil || Resource.type.plural == "leases" else { throw .notFound(Resource.type, name) }
            // A UID names an object that was there: one that is gone is not created again.
            guard stored != nil || object.uid == nil else { throw .conflict(Resource.type, name) }
            if let stored {
                guard let version = object.resourceVersion else { throw .versionRequired(Resource.type, name) }
                let current = Resource(json: stored)
                guard version == current.resourceVersion, object.uid == nil || object.uid == current.uid else {
                    throw .conflict(Resource.type, name)
                }
            }
            return Resource(json: state.store(object.json, type: Resource.type, namespace: namespace))
        }
    }

    func mergePatch<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, patch: JSONValue, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        try await perform("patch", Resource.type, namespace, name, timeout, body: patch) {
            state throws(KubernetesError) in
            guard let json = state.objects[State.key(Resource.type.plural, namespace, name)] else {
                throw .notFound(Resource.type, name)
            }
            if let version = patch[["metadata", "resourceVersion"]]?.string,
                version != Resource(json: json).resourceVersion
            {
                throw .conflict(Resource.type, name)
            }
            return Resource(
                json: state.store(json.mergePatched(with: patch), type: Resource.type, namespace: namespace))
        }
    }

    func delete<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError) {
        try await perform("delete", Resource.type, namespace, name, timeout) { state throws(KubernetesError) in
            guard state.objects[State.key(Resource.type.plural, namespace, name)] != nil else {
                throw .notFound(Resource.type, name)
            }
            state.remove(type: Resource.type, namespace: namespace, name: name)
        }
    }

    func watch<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, options: WatchOptions
    ) async throws(KubernetesError) -> WatchStream<Resource> {
        let name = Self.name(in: options.fieldSelector)
        return try await perform("watch", Resource.type, namespace, name, nil) { state throws(KubernetesError) in
            let (stream, continuation) = WatchStream<Resource>.makeStream()
            guard let from = Int(options.resourceVersion), from >= state.oldestVersion else {
                continuation.yield(.error(.expired))
                continuation.finish()
                return stream
            }
            let watcher = Watcher(
                plural: Resource.type.plural, namespace: namespace, name: name,
                send: { type, json in continuation.yield(Self.event(type, json)) },
                finish: { error in continuation.finish(throwing: error) }
            )
            for entry in state.history where entry.version > from && watcher.wants(entry) {
                watcher.send(entry.type, entry.json)
            }
            let id = state.nextWatcher
            state.nextWatcher += 1
            state.watchers[id] = watcher
            // A reader that goes away takes its watch with it. The handler may run while the lock is held by the very
            // thread that ends the stream, so watches are ended outside of it.
            continuation.onTermination = { [weak self] reason in
                if case .cancelled = reason { _ = self?.state.withLock { $0.watchers.removeValue(forKey: id) } }
            }
            return stream
        }
    }

    // MARK: Parts

    private func perform<Answer: Sendable>(
        _ verb: String, _ type: ResourceType, _ namespace: String, _ name: String, _ timeout: Duration?,
        body: JSONValue? = nil,
        _ carryOut: (inout State) throws(KubernetesError) -> Answer
    ) async throws(KubernetesError) -> Answer {
        let request = state.withLock { state in
            let request = Request(
                verb: verb, plural: type.plural, namespace: namespace, name: name, body: body, timeout: timeout,
                number: state.requests.count + 1)
            state.requests.append(request)
            return request
        }
        let fault = await fault(request)
        let label = "\(verb) \(type.plural) \(namespace)/\(name)"
        do throws(KubernetesError) {
            if Task.isCancelled { throw KubernetesError(.transport(.cancelled), message: "cancelled") }
            if case .refuse(let error) = fault { throw error }
            let answer = try state.withLock { state throws(KubernetesError) in try carryOut(&state) }
            if case .loseAnswer(let error) = fault { throw error }
            return answer
        } catch {
            var error = error
            if error.request.isEmpty { error.request = label }
            throw error
        }
    }

    private static func name(in fieldSelector: String?) -> String {
        guard let fieldSelector, fieldSelector.hasPrefix("metadata.name=") else { return "" }
        return String(fieldSelector.dropFirst("metadata.name=".count))
    }

    private static func event<Resource: KubernetesResource>(_ type: String, _ json: JSONValue) -> WatchEvent<Resource> {
        let object = Resource(json: json)
        return switch type {
        case "ADDED": .added(object)
        case "DELETED": .deleted(object)
        case "BOOKMARK": .bookmark(resourceVersion: object.resourceVersion ?? "")
        default: .modified(object)
        }
    }
}
