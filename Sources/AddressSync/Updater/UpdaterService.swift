import DNSRecords
import Logging
import NetworkPrimitives
import OperatorCore
public import ServiceLifecycle
import StatusServer
import WANDetection

/// Watches the published address and keeps the records in step with it; finds the address itself while the leader is silent.
public struct UpdaterService: Service, CustomStringConvertible {
    /// Its name only: whoever logs a service must not log its settings.
    public var description: String { "UpdaterService" }

    private typealias State = UpdaterState<ContinuousClock.Instant>

    private let settings: UpdaterSettings
    private let namespace: String
    private let api: any KubernetesAPI
    private let detector: any AddressDetecting
    private let keeper: RecordKeeper
    private let board: StatusBoard
    private let logger: Logger
    private let failures: FailureLog
    private let clock = ContinuousClock()

    /// - Parameter detector: asked only while the leader is silent.
    init(
        settings: UpdaterSettings,
        namespace: String,
        api: any KubernetesAPI,
        detector: any AddressDetecting,
        provider: any DNSProvider,
        lookup: AuthoritativeClient,
        board: StatusBoard,
        logger: Logger
    ) {
        self.settings = settings
        self.namespace = namespace
        self.api = api
        self.detector = detector
        self.board = board
        self.logger = logger
        failures = FailureLog(logger: logger)
        keeper = RecordKeeper(
            settings: settings.records, node: settings.process.nodeName, provider: provider, lookup: lookup,
            claims: { ConfigMapClaims(api: api, namespace: namespace, name: settings.recordsConfigMap) },
            board: board, metrics: RecordMetrics(), logger: logger)
    }

    /// Until a graceful shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
        logger.info("stopped")
    }

    private func work() async {
        let inbox = TimedInbox<State.Input, ContinuousClock>(clock: clock)
        await withDiscardingTaskGroup { group in
            group.addTask { await keeper.run() }
            group.addTask { await watch(into: inbox) }
            var state = State(
                staleAfter: settings.staleAfter,
                fallbackDelay: Self.fallbackDelay(node: settings.process.nodeName, staleAfter: settings.staleAfter),
                now: clock.now)
            var detecting = StopSignal()
            var actions = state.start(at: clock.now)
            var inputs = inbox.inputs.makeAsyncIterator()
            while true {
                for action in actions {
                    switch action {
                    case .desire(let desired): keeper.desire(desired)
                    case .wakeUp(let instant): inbox.wakeUp(at: instant, with: .timerFired, in: &group)
                    case .stopDetecting: detecting.stop()
                    case .startDetecting(let last):
                        let signal = StopSignal()
                        detecting = signal
                        group.addTask { await signal.run { await detect(holding: last, into: inbox) } }
                    case .tell(let news): tell(news)
                    }
                }
                guard let input = await inputs.next(isolation: #isolation) else { break }
                actions = state.handle(input, at: clock.now, wallClock: Timestamp.now())
            }
            group.cancelAll()
        }
    }

    /// How long a node waits beyond the leader's silence; different on each, so that not all start asking at once.
    static func fallbackDelay(node: String, staleAfter: Duration) -> Duration {
        SpreadDelay.delay(node: node, change: "fallback", within: min(.seconds(60), staleAfter / 4))
    }

    private func watch(into inbox: TimedInbox<State.Input, ContinuousClock>) async {
        let watcher = ObjectWatcher<ConfigMap>(
            api: api, namespace: namespace, name: settings.addressConfigMap)
        var isAbsent = false
        let absence = "the ConfigMap \(settings.addressConfigMap) does not exist"
        await watcher.run { update in
            switch update {
            case .present(let map):
                isAbsent = false
                var problems: [String] = []
                let published = PublishedAddress(in: map, problems: &problems)
                for problem in problems {
                    logger.warning(
                        "ignored a malformed key of the published address", metadata: ["problem": "\(problem)"])
                }
                board.setReadiness("address-watch", failure: nil)
                failures.passed("watch", saying: "the published address can be read again")
                board.setPublished(published)
                inbox.send(.watched(published, version: map.resourceVersion.flatMap { Epoch($0) }))
            case .absent:
                isAbsent = true
                board.setReadiness("address-watch", failure: absence)
                logger.warning("the ConfigMap of the address does not exist; waiting for a leader to create it")
            case .connected:
                board.setReadiness("address-watch", failure: isAbsent ? absence : nil)
                failures.passed("watch", saying: "the published address can be read again")
                logger.debug("watching the published address")
            case .disconnected(let error, let retryIn):
                board.setReadiness("address-watch", failure: error.description)
                failures.failed(
                    "watch", saying: "the watch of the published address was interrupted", because: "\(error)",
                    details: ["retryIn": "\(DurationText.format(retryIn))"])
            }
        }
    }

    /// Rounds of this node's own, in the same rhythm as a leader's, until cancelled.
    private func detect(holding last: PublishedAddress?, into inbox: TimedInbox<State.Input, ContinuousClock>) async {
        let loop = AddressLoop(
            settings: settings.publishing.ofOwnDetection, detector: detector, clock: clock,
            wallClock: { Timestamp.now() },
            tell: { LeaderService.tell($0, logger: logger) },
            decided: { board.setVerdict($0) },
            publish: { content in
                if content.condition == .confirmed || content.condition == .multipleEgress,
                    let address = content.addresses
                {
                    inbox.send(.detected(address))
                }
                return .done
            })
        var held = last ?? PublishedAddress()
        // What was published is old by now: only a round of this node's own makes it count again.
        held.condition = nil
        await loop.run(previous: held, leader: settings.process.nodeName)
    }

    private func tell(_ news: UpdaterNews) {
        switch news {
        case .following(let address, let leader):
            logger.info("following the published address", metadata: ["address": "\(address)", "leader": "\(leader)"])
        case .waiting(let why):
            logger.info("waiting", metadata: ["reason": "\(why)"])
        case .detecting(let why):
            logger.warning("detecting the address on this node", metadata: ["reason": "\(why)"])
        }
    }
}
