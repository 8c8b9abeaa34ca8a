/// What a watcher tells about its object.
public enum WatchUpdate<Resource: KubernetesResource>: Sendable, Hashable {
    /// The object as it is now.
    case present(Resource)
    /// There is no such object.
    case absent
    /// A watch is open: what was told of the object is up to date, and changes will follow as they happen.
    case connected
    /// The server cannot be asked, or refuses; what was told of the object may be out of date.
    case disconnected(KubernetesError, retryIn: Duration)

    /// Whether this tells about the object, rather than about the connection.
    var isAboutObject: Bool {
        switch self {
        case .present, .absent: true
        case .connected, .disconnected: false
        }
    }
}

/// The numbers of a watcher. The defaults suit an API server; tests may want others.
public struct WatchSettings: Sendable, Hashable {
    /// Bounds the list, and the wait for the head of a watch's answer.
    public var requestTimeout: Duration = .seconds(30)
    /// Out of which a watch's `timeoutSeconds` is drawn, so that watchers do not come back together.
    public var sessionSeconds: ClosedRange<Int> = 300...600
    /// Out of which the longest tolerated silence is drawn. A server sends a bookmark about every minute.
    public var silence: ClosedRange<Duration> = .seconds(75) ... .seconds(90)
    /// A watch that ends sooner without having told anything counts as a failure.
    public var shortestSession: Duration = .seconds(1)
    /// After that long without a failure, the next one is waited for like a first one.
    public var healthyAfter: Duration = .seconds(120)
    public var backoff = Backoff()
    /// How often the metric of the last event's age is brought up to date.
    public var ageReportInterval: Duration = .seconds(15)

    public init() {}
}

/// How a watcher is doing.
public struct WatchHealth: Sendable, Hashable {
    /// Whether a watch is open.
    public var isConnected: Bool
    /// Time since the server last said anything about the object: an event, a bookmark or a list. `nil` before the first.
    public var lastEventAge: Duration?
    /// Why there is no watch; `nil` while there is one, and before the first attempt has ended.
    public var lastError: KubernetesError?
    /// How often a watch has ended, for whatever reason.
    public var restarts: Int

    public init(
        isConnected: Bool = false, lastEventAge: Duration? = nil, lastError: KubernetesError? = nil, restarts: Int = 0
    ) {
        self.isConnected = isConnected
        self.lastEventAge = lastEventAge
        self.lastError = lastError
        self.restarts = restarts
    }
}
