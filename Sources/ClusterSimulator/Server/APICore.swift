import FoundationEssentials
import Synchronization

/// The simulated API server without its network side: the state under a lock, and those who wait for its changes.
final class APICore: Sendable {
    enum WatchSignal: Sendable {
        case changed, bookmark, bookmarkTime, end, timedOut
    }

    private struct Guarded: Sendable {
        var state: APIState
        var lastID = 0
        var watches: [Int: AsyncStream<WatchSignal>.Continuation] = [:]
        var observers: [Int: AsyncStream<ObjectChange>.Continuation] = [:]
        var callObservers: [Int: AsyncStream<RecordedCall>.Continuation] = [:]

        mutating func nextID() -> Int {
            lastID += 1
            return lastID
        }
    }

    let configuration: SimulatedAPIServer.Configuration
    private let guarded: Mutex<Guarded>
    private static let largestCallLog = 100_000

    init(configuration: SimulatedAPIServer.Configuration) throws {
        self.configuration = configuration
        var state = APIState(store: ObjectStore(historyLimit: configuration.historyLimit))
        if let path = configuration.statePath, FileManager.default.fileExists(atPath: path) {
            state = try APIState(savedAt: path, historyLimit: configuration.historyLimit)
        }
        guarded = Mutex(Guarded(state: state))
        for name in configuration.namespaces where !withState({ $0.hasNamespace(name) }) {
            let body: OrderedJSON = ["metadata": ["name": .string(name)]]
            _ = respondAsAdmin(
                to: SimulatedRequest(method: "POST", target: "/api/v1/namespaces", body: body.bytes))
        }
    }

    var now: Timestamp { Timestamp(secondsSince1970: configuration.wallClock()) }

    // MARK: state

    /// Runs a change under the lock, then saves the state and tells everybody who waits.
    func withState<Result: Sendable>(_ body: (inout APIState) -> Result) -> Result {
        guarded.withLock { guarded in
            let version = guarded.state.store.resourceVersion
            let compacted = guarded.state.store.compactedVersion
            let credentials = (guarded.state.tokens.tokens, guarded.state.authorizer.grants)
            let calls = guarded.state.calls.count
            let result = body(&guarded.state)
            for call in guarded.state.calls.dropFirst(calls) {
                for observer in guarded.callObservers.values { observer.yield(call) }
            }
            if guarded.state.calls.count > Self.largestCallLog + 1000 {
                guarded.state.calls.removeFirst(guarded.state.calls.count - Self.largestCallLog)
            }
            let isChanged = guarded.state.store.resourceVersion != version
            if isChanged || credentials.0 != guarded.state.tokens.tokens
                || credentials.1 != guarded.state.authorizer.grants
            {
                save(guarded.state)
            }
            if isChanged || guarded.state.store.compactedVersion != compacted {
                for watch in guarded.watches.values { watch.yield(.changed) }
            }
            if isChanged, !guarded.observers.isEmpty {
                for change in guarded.state.store.changes(after: version) {
                    guard let change = ObjectChange(change) else { continue }
                    for observer in guarded.observers.values { observer.yield(change) }
                }
            }
            return result
        }
    }

    private func save(_ state: APIState) {
        guard let path = configuration.statePath else { return }
        // The state in memory goes on being right when the disk is not; a restart then takes up an older one.
        try? Data(state.snapshot.bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    func setToken(_ token: String, user: SimulatedUser, lifetime: Double?) {
        let expires = lifetime.map { Timestamp(secondsSince1970: configuration.wallClock() + $0) }
        withState { $0.tokens.tokens[token] = .init(user: user, expires: expires) }
    }

    func userName(of request: SimulatedRequest) -> String {
        let now = now
        let answer = guarded.withLock { $0.state.tokens.authenticate(request, now: now) }
        return if case .user(let user) = answer { user.name } else { "" }
    }

    // MARK: requests

    func respond(to request: SimulatedRequest) -> SimulatedResponse {
        let now = now
        return response(for: withState { APIRouter.answer(request, state: &$0, now: now) })
    }

    /// Answers with all rights, and leaves no trace among the calls.
    func respondAsAdmin(to request: SimulatedRequest) -> SimulatedResponse {
        let now = now
        return response(for: withState { APIRouter.answerAsAdmin(request, state: &$0, now: now) })
    }

    private func response(for outcome: APIOutcome) -> SimulatedResponse {
        switch outcome {
        case .response(let response): return response
        case .watch(let feed, let timeout):
            var response = SimulatedResponse(status: 200, headers: [.init("Content-Type", "application/json")])
            response.body = .stream { writer in try await self.stream(feed, timeout: timeout, to: writer) }
            return response
        }
    }

    // MARK: those who wait

    /// Registers a watch; its first signal is there at once, so that nothing that happens in between is missed.
    func openWatch() -> (id: Int, signals: AsyncStream<WatchSignal>, feed: AsyncStream<WatchSignal>.Continuation) {
        let (signals, feed) = AsyncStream.makeStream(of: WatchSignal.self)
        let id = guarded.withLock { guarded in
            let id = guarded.nextID()
            guarded.watches[id] = feed
            return id
        }
        return (id, signals, feed)
    }

    func closeWatch(_ id: Int) {
        let feed = guarded.withLock { $0.watches.removeValue(forKey: id) }
        feed?.finish()
    }

    func signalWatches(_ signal: WatchSignal) {
        guarded.withLock { for watch in $0.watches.values { watch.yield(signal) } }
    }

    var openWatches: Int { guarded.withLock { $0.watches.count } }

    /// Looks at the store under the lock, without copying it: a copy would make the next write copy the whole history.
    func withStore<Result: Sendable>(_ body: (borrowing ObjectStore) -> Result) -> Result {
        guarded.withLock { body($0.state.store) }
    }

    func changes() -> AsyncStream<ObjectChange> {
        let (stream, feed) = AsyncStream.makeStream(of: ObjectChange.self)
        let id = guarded.withLock { guarded in
            let id = guarded.nextID()
            guarded.observers[id] = feed
            return id
        }
        feed.onTermination = { [weak self] _ in self?.guarded.withLock { _ = $0.observers.removeValue(forKey: id) } }
        return stream
    }

    func callsAndFuture() -> ([RecordedCall], AsyncStream<RecordedCall>) {
        let (stream, feed) = AsyncStream.makeStream(of: RecordedCall.self)
        let (id, past) = guarded.withLock { guarded in
            let id = guarded.nextID()
            guarded.callObservers[id] = feed
            return (id, guarded.state.calls)
        }
        feed.onTermination = { [weak self] _ in
            self?.guarded.withLock { _ = $0.callObservers.removeValue(forKey: id) }
        }
        return (past, stream)
    }
}

extension ObjectChange {
    init?(_ change: ObjectStore.Change) {
        guard let object = change.new ?? change.tombstone else { return nil }
        self.init(
            kind: change.new == nil ? .deleted : change.old == nil ? .added : .modified,
            apiVersion: object["apiVersion"]?.string ?? "", objectKind: object["kind"]?.string ?? "", object: object,
            resourceVersion: change.resourceVersion)
    }
}
