import CurlHTTP
public import Logging
public import Metrics
import Synchronization

/// Watches one object by name for as long as it runs, through every failure that passes.
///
/// It lists with a field selector, watches from the list's version, goes on from the last version it has seen, and lists
/// again where that is no longer possible; `WatchState` has the rules. RBAC `resourceNames` with the verbs `list` and
/// `watch` suffices.
///
/// ```swift
/// let watcher = ObjectWatcher<ConfigMap>(api: client, namespace: "esddns", name: "esddns-wan-address")
/// await watcher.run { update in
///     switch update {
///     case .present(let map): …
///     case .absent, .connected, .disconnected: …
///     }
/// }
/// ```
///
/// ``run(isolation:_:)`` owns every task, so whoever calls it owns the watch; cancelling ends it. While the handler is
/// busy, newer updates take the place of older ones: it always hears the latest state next, never a backlog.
public final class ObjectWatcher<Resource: KubernetesResource>: Sendable {
    private struct Vitals: Sendable {
        var isConnected = false
        var lastEventAt: Duration?
        var lastError: KubernetesError?
        var restarts = 0
    }

    public let namespace: String
    public let name: String

    private let api: any KubernetesAPI
    private let timeline: Timeline
    private let generator: any RandomNumberGenerator & Sendable
    private let settings: WatchSettings
    private let metrics: WatchMetrics
    private let logger: Logger
    private let vitals = Mutex(Vitals())

    /// - Parameters:
    ///   - type: may be left out where the context says it.
    ///   - clock: measures silences, waits and ages; has to be monotonic.
    ///   - generator: spreads time-outs and waits; a copy is used.
    ///   - logger: gets one line at `info` for each failure, and `debug` for the rest.
    public init(
        api: any KubernetesAPI,
        type: Resource.Type = Resource.self,
        namespace: String,
        name: String,
        clock: any Clock<Duration> = ContinuousClock(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        settings: WatchSettings = WatchSettings(),
        metrics: any MetricsFactory = MetricsSystem.factory,
        logger: Logger = Logger(label: "kubernetes.watch", factory: { _ in SwiftLogNoOpLogHandler() })
    ) {
        self.api = api
        self.namespace = namespace
        self.name = name
        timeline = Timeline(clock)
        self.generator = generator
        self.settings = settings
        self.metrics = WatchMetrics(resource: Resource.type.plural, name: name, factory: metrics)
        var logger = logger
        logger[metadataKey: "object"] = "\(Resource.type.plural) \(namespace)/\(name)"
        self.logger = logger
    }

    /// How the watch is doing; safe to ask from anywhere, and before ``run(isolation:_:)``.
    public var health: WatchHealth {
        let now = timeline.now
        return vitals.withLock { vitals in
            WatchHealth(
                isConnected: vitals.isConnected, lastEventAge: vitals.lastEventAt.map { now - $0 },
                lastError: vitals.lastError, restarts: vitals.restarts)
        }
    }

    /// Time since the server last said anything about the object; `nil` before the first time.
    public var lastEventAge: Duration? { health.lastEventAge }

    /// Watches, and calls the handler with each update, one after the other, until the task is cancelled.
    ///
    /// The first update about the object comes with the first list. Call it once at a time.
    public func run(
        isolation: isolated (any Actor)? = #isolation,
        _ handle: (WatchUpdate<Resource>) async -> Void
    ) async {
        let mailbox = WatchMailbox<Resource>()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await self.watch(into: mailbox)
                mailbox.finish()
            }
            group.addTask { await self.reportAge() }
            while let update = await mailbox.next() { await handle(update) }
            group.cancelAll()
        }
    }

    // MARK: The driver of WatchState

    private func watch(into mailbox: WatchMailbox<Resource>) async {
        var state = WatchState(settings: settings, generator: generator)
        var action = state.resumed()
        var events: WatchStream<Resource>?
        while !Task.isCancelled {
            switch action {
            case .list:
                events = nil
                action = await list(&state, mailbox)
            case .open(let version, let seconds, let silence):
                // Before the new one, so that there is never more than one connection.
                events = nil
                if let reason = state.lastRestart { restarted(reason) }
                let opened = await open(from: version, timeoutSeconds: seconds, silence: silence)
                if Task.isCancelled { return }
                switch opened {
                case .success(let stream):
                    events = stream
                    action = state.opened(at: timeline.now)
                    vitals.withLock { vitals in
                        vitals.isConnected = true
                        vitals.lastError = nil
                    }
                    mailbox.put(.connected)
                case .failure(let error):
                    action = state.openFailed(error, at: timeline.now)
                }
            case .read(let deadline):
                guard let stream = events else {
                    action = state.ended(at: timeline.now)
                    continue
                }
                action = await read(stream, until: deadline, &state, mailbox)
            case .wait(let duration, var error):
                events = nil
                if error.request.isEmpty { error.request = "watch \(Resource.type.plural) \(namespace)/\(name)" }
                disconnected(error, retryIn: duration, mailbox)
                guard (try? await timeline.sleep(for: duration)) != nil else { return }
                action = state.resumed()
            }
        }
    }

    private func list(_ state: inout WatchState, _ mailbox: WatchMailbox<Resource>) async -> WatchState.Action {
        let (api, namespace, name, timeout) = (api, namespace, name, settings.requestTimeout)
        let listed = await bounded(by: timeout) { () async throws(KubernetesError) in
            try await api.list(
                Resource.self, namespace: namespace, fieldSelector: "metadata.name=\(name)", timeout: timeout)
        }
        switch listed {
        case .success(let list):
            heard()
            let object = list.items.first { $0.name == name }
            mailbox.put(object.map(WatchUpdate.present) ?? .absent)
            return state.listed(version: list.resourceVersion)
        case .failure(let error):
            return state.listFailed(error, at: timeline.now)
        case nil:
            let error = KubernetesError(.transport(.timedOut), message: "no list within \(timeout)")
            return state.listFailed(error, at: timeline.now)
        }
    }

    private func open(
        from version: String, timeoutSeconds: Int, silence: Duration
    ) async -> Result<WatchStream<Resource>, KubernetesError> {
        let (api, namespace, timeout) = (api, namespace, settings.requestTimeout)
        let options = WatchOptions(
            fieldSelector: "metadata.name=\(name)", resourceVersion: version, timeoutSeconds: timeoutSeconds,
            idleTimeout: silence)
        let opened = await bounded(by: timeout) { () async throws(KubernetesError) in
            try await api.watch(Resource.self, namespace: namespace, options: options)
        }
        return opened
            ?? .failure(KubernetesError(.transport(.timedOut), message: "no answer to a watch within \(timeout)"))
    }

    private func read(
        _ stream: WatchStream<Resource>, until deadline: Duration, _ state: inout WatchState,
        _ mailbox: WatchMailbox<Resource>
    ) async -> WatchState.Action {
        let next = await bounded(by: deadline - timeline.now) { () async throws(KubernetesError) in
            try await Self.next(of: stream)
        }
        let now = timeline.now
        switch next {
        case .success(.added(let object)), .success(.modified(let object)):
            heard()
            // Only a server that ignores the selector sends others.
            if object.name == name { mailbox.put(.present(object)) }
            return state.received(version: object.resourceVersion, isBookmark: false, at: now)
        case .success(.deleted(let object)):
            heard()
            if object.name == name { mailbox.put(.absent) }
            return state.received(version: object.resourceVersion, isBookmark: false, at: now)
        case .success(.bookmark(let version)):
            heard()
            return state.received(version: version, isBookmark: true, at: now)
        case .success(.error(let error)), .failure(let error):
            return state.failed(error, at: now)
        case .success(nil):
            return state.ended(at: now)
        case nil:
            return state.fellSilent(at: now)
        }
    }

    /// The next event. Iterators of one stream share its position.
    private static func next(of stream: WatchStream<Resource>) async throws(KubernetesError) -> WatchEvent<Resource>? {
        var iterator = stream.makeAsyncIterator()
        do {
            return try await iterator.next()
        } catch let error as KubernetesError {
            throw error
        } catch {
            throw KubernetesError(.transport(.internalError), message: KubernetesAnswer.bounded("\(error)"))
        }
    }

    /// Runs the operation, and cancels it once the limit has passed; that gives `nil`.
    private func bounded<Value: Sendable>(
        by limit: Duration, _ operation: @escaping @Sendable () async throws(KubernetesError) -> Value
    ) async -> Result<Value, KubernetesError>? {
        await withTaskGroup(of: Result<Value, KubernetesError>?.self) { group in
            group.addTask {
                do throws(KubernetesError) {
                    return .success(try await operation())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask { [timeline] in
                try? await timeline.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    // MARK: What others see

    private func heard() {
        let now = timeline.now
        vitals.withLock { $0.lastEventAt = now }
        metrics.record(age: .zero)
    }

    private func restarted(_ reason: WatchState.Restart) {
        vitals.withLock { $0.restarts += 1 }
        metrics.restarted(reason)
        logger.debug("Watching again", metadata: ["reason": "\(reason.rawValue)"])
    }

    private func disconnected(
        _ error: KubernetesError, retryIn wait: Duration, _ mailbox: WatchMailbox<Resource>
    ) {
        vitals.withLock { vitals in
            vitals.isConnected = false
            vitals.lastError = error
        }
        mailbox.put(.disconnected(error, retryIn: wait))
        logger.info("Watch failed", metadata: ["error": "\(error)", "retry_in": "\(wait)"])
    }

    /// A gauge shows the age at its last record, so it is recorded again and again.
    private func reportAge() async {
        while (try? await timeline.sleep(for: settings.ageReportInterval)) != nil {
            if let age = lastEventAge { metrics.record(age: age) }
        }
    }
}
