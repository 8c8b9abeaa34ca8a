public import CurlHTTP
public import Logging
public import NIOCore
public import NIOPosix
public import NetworkPrimitives
import Synchronization

/// Finds the WAN address: whole rounds that end in a ``Verdict``, and cheap probes between them.
///
/// Keeps what one round leaves to the next, so one detector serves one family for the life of the process. Rounds and
/// probes are meant to run one after the other. What is remembered, and what follows from it, is in ``DetectionMemory``.
public final class Detector: Sendable {
    let sources: [AddressSource]
    /// Further STUN servers, of lists that change.
    let directory: HostListDirectory?
    /// Asked where a round found nobody who answers.
    let fallback: AddressSource?
    let settings: QuorumSettings
    let lookup: any AddressLookup
    let clock: any Clock<Duration>
    let stopwatch: Stopwatch
    let metrics: DetectionMetrics
    let logger: Logger
    let memory: Mutex<DetectionMemory>
    private let poller: DatagramPoller?

    /// Whom a task that runs rounds and probes should prefer, so that an answer wakes one thread and not two: the one that waits
    /// for datagrams. `nil`, which stands for the cooperative pool, where the detector has no sockets.
    public var executor: (any TaskExecutor)? { poller?.executor }

    /// Settings and sources that do not fit together, so that no detection is possible.
    public struct InvalidSettings: Error, Hashable, Sendable, CustomStringConvertible {
        /// One sentence each; at least one.
        public let problems: [String]

        public var description: String { problems.joined(separator: "; ") }
    }

    /// - Parameters:
    ///   - sources: in the order of preference.
    ///   - directory: lists of further STUN servers, asked after the other ones. Whoever makes the detector has to let it
    ///     ``HostListDirectory/run()``.
    ///   - fallback: believed by itself where no source answers a round; see ``LocalSource``.
    ///   - spacing: shortest time between two questions to one server, whatever they are for; a round waits for it where
    ///     too few servers are left that may be asked. Zero: no limit.
    ///   - lookup: asks one source.
    ///   - clock: measures and paces rounds.
    ///   - poller: waits for the datagrams of `lookup`, if there are any.
    /// - Throws: ``InvalidSettings`` with what ``QuorumSettings/problems(with:)`` finds.
    public init(
        sources: [AddressSource], directory: HostListDirectory? = nil, fallback: LocalSource? = nil,
        settings: QuorumSettings = QuorumSettings(), spacing: Duration = .zero, lookup: any AddressLookup,
        clock: any Clock<Duration> = ContinuousClock(), metrics: DetectionMetrics = DetectionMetrics(),
        logger: Logger = Logger(label: "esddns.wan"), poller: DatagramPoller? = nil
    ) throws(InvalidSettings) {
        let problems = settings.problems(with: sources, besidesLists: directory?.lists.isEmpty == false)
        guard problems.isEmpty else { throw InvalidSettings(problems: problems) }
        self.directory = directory
        self.sources = sources
        self.fallback = fallback.map { .local($0) }
        self.settings = settings
        self.lookup = lookup
        self.clock = clock
        stopwatch = Stopwatch(clock)
        self.metrics = metrics
        self.logger = logger
        memory = Mutex(DetectionMemory(spacing: spacing))
        self.poller = poller
    }

    /// A detector that asks over the network.
    ///
    /// - Parameters:
    ///   - http: for web sources. It must resolve names to the detected family only, follow no redirects and use no
    ///     proxy. `nil` where no web sources are configured.
    ///   - group: whose event loops do the work over TCP and TLS; asked for when there is some.
    public convenience init(
        sources: [AddressSource], directory: HostListDirectory? = nil, fallback: LocalSource? = nil,
        settings: QuorumSettings = QuorumSettings(), spacing: Duration = .zero, http: (any HTTPTransport)?,
        group: @autoclosure @escaping @Sendable () -> any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        metrics: DetectionMetrics = DetectionMetrics(), logger: Logger = Logger(label: "esddns.wan")
    ) throws(InvalidSettings) {
        try self.init(
            sources: sources, directory: directory, fallback: fallback, settings: settings, spacing: spacing,
            lookup: NetworkLookup(http: http, group: group(), allowNonGlobal: settings.allowNonGlobal),
            clock: PollerClock(), metrics: metrics, logger: logger, poller: .shared)
    }
}
