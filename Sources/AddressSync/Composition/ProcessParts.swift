import CurlHTTP
import DNSRecords
public import Logging
import NetworkPrimitives
public import OperatorCore
public import ServiceLifecycle
public import StatusServer
public import UnixSignals
import WANDetection

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What all processes are put together from, and what a demonstration replaces.
public struct ProcessParts: Sendable {
    /// Settings come from here, and the cluster's address.
    public var environment: [String: String]
    /// What `/metrics` shows; the process-wide metrics system has to be set up with it by the executable.
    public var registry: PrometheusRegistry
    public var makeLogger: @Sendable (String) -> Logger
    /// Ends the process when it does not notice the end of its term as leader.
    public var watchdog: @Sendable () -> LeaseWatchdog

    public init(
        environment: [String: String],
        registry: PrometheusRegistry,
        makeLogger: @escaping @Sendable (String) -> Logger = { Logger(label: $0) },
        watchdog: @escaping @Sendable () -> LeaseWatchdog = { LeaseWatchdog() }
    ) {
        self.environment = environment
        self.registry = registry
        self.makeLogger = makeLogger
        self.watchdog = watchdog
    }
}

/// A process ready to run: its services in the order of their start, and what to close at the end.
public struct AssembledProcess: Sendable {
    public let services: [any Service]
    public let board: StatusBoard
    /// `nil` where nothing is served.
    public let statusServer: StatusServer?
    let logger: Logger
    let close: @Sendable () async -> Void
    /// Tries at once what waits for its next attempt. Secrets in files are read again at every attempt.
    var lookAgain: @Sendable () -> Void = {}

    /// Runs the services until one fails, or the process is told to stop by a signal.
    ///
    /// - Parameter signals: which signals stop it, at first gracefully, a second one at once; none where somebody else
    ///   handles them. With them, SIGHUP is what ``lookAgain`` is for.
    /// - Throws: the error of the service that failed.
    public func run(stoppingOn signals: [UnixSignal] = [.sigterm, .sigint]) async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
            },
            logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(20)
        let result: Result<Void, any Error>
        do {
            result = .success(try await run(ServiceGroup(configuration: configuration), stoppingOn: signals))
        } catch {
            result = .failure(error)
        }
        await close()
        try result.get()
    }

    private func run(_ group: ServiceGroup, stoppingOn signals: [UnixSignal]) async throws {
        guard !signals.isEmpty else { return try await group.run() }
        let sequence = await UnixSignalsSequence(trapping: signals + [.sighup])
        let handling = SignalHandling(
            stop: { await group.triggerGracefulShutdown() },
            lookAgain: {
                logger.notice("SIGHUP: trying again with the secrets as they are now")
                lookAgain()
            },
            end: { code in
                logger.warning("told to stop a second time, ending at once")
                _exit(code)
            })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await handling.follow(sequence) }
            tasks.addTask { await ProcessEntry.releaseMemoryOnceSettled() }
            defer { tasks.cancelAll() }
            try await group.run()
        }
    }
}

extension ProcessParts {
    func makeStatusServer(_ process: ProcessSettings, board: StatusBoard, logger: Logger) -> StatusServer? {
        process.listen.map { address in
            StatusServer(
                configuration: .init(host: address.host, port: Int(address.port)), report: board, metrics: registry,
                logger: logger)
        }
    }

    func makeKubernetesClient(
        _ cluster: ClusterSettings, fieldManager: String
    ) throws(KubernetesError) -> KubernetesClient {
        try KubernetesClient.inCluster(
            environment: environment, fieldManager: fieldManager,
            serviceAccountDirectory: cluster.serviceAccountDirectory)
    }

    /// An HTTP client for address sources: one family, no proxy, so that an answer is about this site's own line.
    func makeSourceClient(_ family: IPAddress.Family) throws(HTTPClientError) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.addressFamily = family == .ipv4 ? .ipv4 : .ipv6
        configuration.connectTimeout = .seconds(3)
        return try HTTPClient(configuration: configuration)
    }
}
