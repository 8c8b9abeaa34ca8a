import CurlHTTP
import OperatorCore
import Synchronization
import TestSupport

/// One client's way to a shared store, in virtual time: requests and answers can be late, lost or refused.
///
/// A request goes on by itself once it was sent: the store may carry it out after its sender has given up or was cancelled.
final class Link: KubernetesAPI {
    /// What becomes of one request.
    struct Fate: Sendable {
        /// Until the store carries it out; `nil`: it never gets there.
        var delay: Duration? = .zero
        /// From then until the sender has the answer; `nil`: it never does.
        var answerDelay: Duration? = .zero
        /// Answered instead of being carried out.
        var refusal: KubernetesError?
        /// Answered although it was carried out, as where a server loses sight of its own store.
        var falseRefusal: KubernetesError?

        static let lost = Fate(delay: nil)
        static let answerLost = Fate(answerDelay: nil)
        static func refused(_ error: KubernetesError) -> Fate { Fate(refusal: error) }
    }

    private struct State {
        var isCut = false
        var fate: @Sendable (String) -> Fate
    }

    private let api: any KubernetesAPI
    private let time: VirtualTime
    private let server: ServerCondition
    private let state: Mutex<State>

    /// - Parameters:
    ///   - server: shared by the links to one server.
    ///   - fate: of a request with that verb.
    init(
        to api: any KubernetesAPI, in time: VirtualTime, server: ServerCondition = ServerCondition(),
        fate: @escaping @Sendable (String) -> Fate = { _ in Fate() }
    ) {
        self.api = api
        self.time = time
        self.server = server
        state = Mutex(State(fate: fate))
    }

    /// While cut, nothing gets through in either direction.
    var isCut: Bool {
        get { state.withLock(\.isCut) }
        set { state.withLock { $0.isCut = newValue } }
    }

    /// What becomes of requests from now on.
    func setFate(_ fate: @escaping @Sendable (String) -> Fate) { state.withLock { $0.fate = fate } }

    func get<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        try await send("get", timeout) { api throws(KubernetesError) in
            try await api.get(type, name: name, namespace: namespace, timeout: timeout)
        }
    }

    func list<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, fieldSelector: String?, timeout: Duration
    ) async throws(KubernetesError) -> KubernetesList<Resource> {
        try await send("list", timeout) { api throws(KubernetesError) in
            try await api.list(type, namespace: namespace, fieldSelector: fieldSelector, timeout: timeout)
        }
    }

    func create<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        try await send("create", timeout) { api throws(KubernetesError) in
            try await api.create(object, namespace: namespace, timeout: timeout)
        }
    }

    func update<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        try await send("update", timeout) { api throws(KubernetesError) in
            try await api.update(object, namespace: namespace, timeout: timeout)
        }
    }

    func mergePatch<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, patch: JSONValue, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        try await send("patch", timeout) { api throws(KubernetesError) in
            try await api.mergePatch(type, name: name, namespace: namespace, patch: patch, timeout: timeout)
        }
    }

    func delete<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError) {
        try await send("delete", timeout) { api throws(KubernetesError) in
            try await api.delete(type, name: name, namespace: namespace, timeout: timeout)
        }
    }

    /// Events come as late as answers do, and not at all while the link is cut.
    func watch<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, options: WatchOptions
    ) async throws(KubernetesError) -> WatchStream<Resource> {
        let inner = try await send("watch", .seconds(30)) { api throws(KubernetesError) in
            try await api.watch(type, namespace: namespace, options: options)
        }
        let (events, continuation) = WatchStream<Resource>.makeStream()
        let pump = time.start { [time] in
            do {
                for try await event in inner {
                    guard let delay = self.fate(of: "event").answerDelay, !self.isCut else { continue }
                    if delay > .zero { try await time.clock.sleep(for: delay) }
                    continuation.yield(event)
                }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in pump.cancel() }
        return events
    }

    private func fate(of verb: String) -> Fate {
        state.withLock { $0.isCut ? .lost : $0.fate(verb) }
    }

    private func send<Answer: Sendable>(
        _ verb: String, _ timeout: Duration,
        _ carryOut: @escaping @Sendable (any KubernetesAPI) async throws(KubernetesError) -> Answer
    ) async throws(KubernetesError) -> Answer {
        let fate = fate(of: verb)
        let connection = server.generation
        if server.isDown { throw KubernetesError(.transport(.connectFailed), message: "connection refused") }
        let request = time.start { [api, time, server] () -> Result<Answer, KubernetesError> in
            guard let delay = fate.delay else { return .failure(Self.timedOut) }
            // Never cancelled: what was sent is on its way.
            if delay > .zero { try? await time.clock.sleep(for: delay) }
            // A server that was started anew knows nothing of the connections of the one before.
            guard server.accepts(connection) else { return .failure(Self.lost) }
            if let refusal = fate.refusal { return .failure(refusal) }
            do throws(KubernetesError) {
                let answer = try await carryOut(api)
                if let refusal = fate.falseRefusal { return .failure(refusal) }
                return .success(answer)
            } catch {
                return .failure(error)
            }
        }
        var wait = timeout
        if let delay = fate.delay, let answerDelay = fate.answerDelay { wait = min(wait, delay + answerDelay) }
        do {
            if wait > .zero { try await time.clock.sleep(for: wait) }
        } catch {
            throw KubernetesError(.transport(.cancelled), message: "cancelled")
        }
        // An answer that arrives after the link was cut does not arrive.
        guard let delay = fate.delay, let answerDelay = fate.answerDelay, delay + answerDelay < timeout, !isCut else {
            throw Self.timedOut
        }
        guard server.accepts(connection) else { throw Self.lost }
        return try await request.value.get()
    }

    private static let timedOut = KubernetesError(.transport(.timedOut), message: "no answer")
    private static let lost = KubernetesError(.transport(.connectionLost), message: "the server closed the connection")
}

/// Whether a server is there at all, for all links to it.
final class ServerCondition: Sendable {
    private struct State {
        var generation = 0
        var isDown = false
    }

    private let state = Mutex(State())

    /// While down, connections are refused; whatever was on its way when it went down is lost.
    var isDown: Bool {
        get { state.withLock(\.isDown) }
        set {
            state.withLock { state in
                if newValue, !state.isDown { state.generation += 1 }
                state.isDown = newValue
            }
        }
    }

    /// Grows each time the server goes down.
    var generation: Int { state.withLock(\.generation) }

    func accepts(_ connection: Int) -> Bool { state.withLock { !$0.isDown && $0.generation == connection } }
}
