import OperatorCore
import TestSupport

/// One request as a filter sees it.
struct APICall: Sendable {
    /// `get`, `create`, `update` or `patch`.
    var verb: String
    var type: ResourceType
    var namespace: String
    var name: String
    /// The object, or the patch.
    var body: JSONValue?
    var timeout: Duration
}

/// Stands between a client and its API: sees, and may change, what is asked and what is answered.
protocol APIFilter: Sendable {
    typealias Next = @Sendable (APICall) async throws(KubernetesError) -> JSONValue

    func answer(to call: APICall, from next: Next) async throws(KubernetesError) -> JSONValue

    /// An object that a list or a watch shows; `nil` hides it.
    func show(_ object: JSONValue, of type: ResourceType) -> JSONValue?
}

extension APIFilter {
    func show(_ object: JSONValue, of type: ResourceType) -> JSONValue? { object }
}

/// An API behind a filter, in virtual time. Lists and watches are not requests here: only what they show is filtered.
struct FilteredAPI: KubernetesAPI {
    let next: any KubernetesAPI
    let filter: any APIFilter
    let time: VirtualTime
    /// Where the events of watches are filtered.
    var process: VirtualProcess?

    func get<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        let call = APICall(verb: "get", type: Resource.type, namespace: namespace, name: name, timeout: timeout)
        return try await ask(call) { [next] (call: APICall) async throws(KubernetesError) -> JSONValue in
            try await next.get(type, name: call.name, namespace: namespace, timeout: call.timeout).json
        }
    }

    func create<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        let call = APICall(
            verb: "create", type: Resource.type, namespace: namespace, name: object.name ?? "", body: object.json,
            timeout: timeout)
        return try await ask(call) { [next] (call: APICall) async throws(KubernetesError) -> JSONValue in
            let object = Resource(json: call.body ?? .null)
            return try await next.create(object, namespace: namespace, timeout: call.timeout).json
        }
    }

    func update<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        let call = APICall(
            verb: "update", type: Resource.type, namespace: namespace, name: object.name ?? "", body: object.json,
            timeout: timeout)
        return try await ask(call) { [next] (call: APICall) async throws(KubernetesError) -> JSONValue in
            let object = Resource(json: call.body ?? .null)
            return try await next.update(object, namespace: namespace, timeout: call.timeout).json
        }
    }

    func mergePatch<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, patch: JSONValue, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        let call = APICall(
            verb: "patch", type: Resource.type, namespace: namespace, name: name, body: patch, timeout: timeout)
        return try await ask(call) { [next] (call: APICall) async throws(KubernetesError) -> JSONValue in
            let patch = call.body ?? .null
            return try await next.mergePatch(
                type, name: name, namespace: namespace, patch: patch, timeout: call.timeout
            ).json
        }
    }

    func delete<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError) {
        try await next.delete(type, name: name, namespace: namespace, timeout: timeout)
    }

    func list<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, fieldSelector: String?, timeout: Duration
    ) async throws(KubernetesError) -> KubernetesList<Resource> {
        var list = try await next.list(
            type, namespace: namespace, fieldSelector: fieldSelector, timeout: timeout)
        list.items = list.items.compactMap(show)
        return list
    }

    func watch<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, options: WatchOptions
    ) async throws(KubernetesError) -> WatchStream<Resource> {
        let inner = try await next.watch(type, namespace: namespace, options: options)
        let (events, continuation) = WatchStream<Resource>.makeStream()
        let pump = time.start(on: process) {
            do {
                for try await event in inner {
                    if let event = shown(event) { continuation.yield(event) }
                }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in pump.cancel() }
        return events
    }

    private func ask<Resource: KubernetesResource>(
        _ call: APICall, _ next: APIFilter.Next
    ) async throws(KubernetesError) -> Resource {
        Resource(json: try await filter.answer(to: call, from: next))
    }

    private func show<Resource: KubernetesResource>(_ object: Resource) -> Resource? {
        filter.show(object.json, of: Resource.type).map(Resource.init(json:))
    }

    private func shown<Resource: KubernetesResource>(_ event: WatchEvent<Resource>) -> WatchEvent<Resource>? {
        switch event {
        case .added(let object): show(object).map { .added($0) }
        case .modified(let object): show(object).map { .modified($0) }
        case .deleted, .bookmark, .error: event
        }
    }
}
