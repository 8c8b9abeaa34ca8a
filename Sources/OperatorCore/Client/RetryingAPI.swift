import CurlHTTP

/// Sends requests again where that is certain to do no harm, for as long as the call's time-out allows.
///
/// What ``RetryPolicy`` calls ``RetryPolicy/Decision/retry(after:)`` is done here: reads and watches after anything that
/// passes, writes only where nothing can have been carried out. Everything else is the caller's to decide, and is thrown:
/// after an uncertain write or a conflict the object has to be read first.
///
/// The time-out of a call bounds it with all its tries and waits. A wait that would outlast it is not begun: the call
/// fails at once with the error of its last try. Thus a refusal (403), which is waited for slowly, ends a short call.
public struct RetryingAPI: KubernetesAPI {
    /// Told of each failure before the wait, for logs and readiness.
    public typealias Observer = @Sendable (_ error: KubernetesError, _ wait: Duration) -> Void

    private let base: any KubernetesAPI
    private let policy: RetryPolicy
    private let attemptTimeout: Duration
    private let watchTimeout: Duration
    private let timeline: Timeline
    private let generator: any RandomNumberGenerator & Sendable
    private let onRetry: Observer

    /// - Parameters:
    ///   - policy: a copy is used for each call.
    ///   - attemptTimeout: bounds one try, so that a connection that is dead does not take the time of the others.
    ///   - watchTimeout: bounds the opening of a watch with all its tries, as a call's time-out bounds the others.
    ///   - clock: measures waits and time-outs; has to be monotonic.
    ///   - generator: spreads the waits; a copy is used for each call.
    public init(
        _ base: any KubernetesAPI,
        policy: RetryPolicy = RetryPolicy(),
        attemptTimeout: Duration = .seconds(10),
        watchTimeout: Duration = .seconds(60),
        clock: any Clock<Duration> = ContinuousClock(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        onRetry: @escaping Observer = { _, _ in }
    ) {
        self.base = base
        self.policy = policy
        self.attemptTimeout = attemptTimeout
        self.watchTimeout = watchTimeout
        timeline = Timeline(clock)
        self.generator = generator
        self.onRetry = onRetry
    }

    /// Tries, and tries again as long as the policy says that this is safe and there is time.
    private func repeated<Value: Sendable>(
        _ operation: RetryPolicy.Operation, timeout: Duration,
        _ attempt: (_ timeout: Duration) async throws(KubernetesError) -> Value
    ) async throws(KubernetesError) -> Value {
        let deadline = timeline.now + timeout
        var policy = policy
        var generator = generator
        while true {
            let failure: KubernetesError
            do throws(KubernetesError) {
                return try await attempt(min(deadline - timeline.now, attemptTimeout))
            } catch {
                failure = error
            }
            guard case .retry(let wait) = policy.failed(failure, of: operation, using: &generator),
                timeline.now + wait < deadline
            else { throw failure }
            onRetry(failure, wait)
            do {
                try await timeline.sleep(for: wait)
            } catch {
                throw KubernetesError(.transport(.cancelled), message: "cancelled", request: failure.request)
            }
        }
    }
}

extension RetryingAPI {
    public func get<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        try await repeated(.read, timeout: timeout) { timeout throws(KubernetesError) in
            try await base.get(type, name: name, namespace: namespace, timeout: timeout)
        }
    }

    public func list<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, fieldSelector: String?, timeout: Duration
    ) async throws(KubernetesError) -> KubernetesList<Resource> {
        try await repeated(.read, timeout: timeout) { timeout throws(KubernetesError) in
            try await base.list(type, namespace: namespace, fieldSelector: fieldSelector, timeout: timeout)
        }
    }

    public func list<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, query: ListQuery, timeout: Duration
    ) async throws(KubernetesError) -> KubernetesList<Resource> {
        try await repeated(.read, timeout: timeout) { timeout throws(KubernetesError) in
            try await base.list(type, namespace: namespace, query: query, timeout: timeout)
        }
    }

    public func watch<Resource: KubernetesResource>(
        _ type: Resource.Type, namespace: String, options: WatchOptions
    ) async throws(KubernetesError) -> WatchStream<Resource> {
        try await repeated(.read, timeout: watchTimeout) { _ throws(KubernetesError) in
            try await base.watch(type, namespace: namespace, options: options)
        }
    }

    public func create<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        try await repeated(.write, timeout: timeout) { timeout throws(KubernetesError) in
            try await base.create(object, namespace: namespace, timeout: timeout)
        }
    }

    public func update<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        try await repeated(.write, timeout: timeout) { timeout throws(KubernetesError) in
            try await base.update(object, namespace: namespace, timeout: timeout)
        }
    }

    public func update<Resource: KubernetesResource>(
        _ object: Resource, namespace: String, options: WriteOptions, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        try await repeated(.write, timeout: timeout) { timeout throws(KubernetesError) in
            try await base.update(object, namespace: namespace, options: options, timeout: timeout)
        }
    }

    public func mergePatch<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, patch: JSONValue, timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        try await repeated(.write, timeout: timeout) { timeout throws(KubernetesError) in
            try await base.mergePatch(type, name: name, namespace: namespace, patch: patch, timeout: timeout)
        }
    }

    public func patch<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, patch: KubernetesPatch, options: WriteOptions,
        timeout: Duration
    ) async throws(KubernetesError) -> Resource {
        try await repeated(.write, timeout: timeout) { timeout throws(KubernetesError) in
            try await base.patch(
                type, name: name, namespace: namespace, patch: patch, options: options, timeout: timeout)
        }
    }

    public func delete<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, timeout: Duration
    ) async throws(KubernetesError) {
        try await repeated(.write, timeout: timeout) { timeout throws(KubernetesError) in
            try await base.delete(type, name: name, namespace: namespace, timeout: timeout)
        }
    }

    public func delete<Resource: KubernetesResource>(
        _ type: Resource.Type, name: String, namespace: String, options: DeleteOptions, timeout: Duration
    ) async throws(KubernetesError) {
        try await repeated(.write, timeout: timeout) { timeout throws(KubernetesError) in
            try await base.delete(type, name: name, namespace: namespace, options: options, timeout: timeout)
        }
    }
}

extension KubernetesAPI {
    /// This API, with requests sent again where that does no harm; see ``RetryingAPI``.
    public func retrying(
        policy: RetryPolicy = RetryPolicy(),
        attemptTimeout: Duration = .seconds(10),
        clock: any Clock<Duration> = ContinuousClock(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        onRetry: @escaping RetryingAPI.Observer = { _, _ in }
    ) -> RetryingAPI {
        RetryingAPI(
            self, policy: policy, attemptTimeout: attemptTimeout, clock: clock, generator: generator, onRetry: onRetry)
    }
}
