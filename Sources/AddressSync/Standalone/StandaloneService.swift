import DNSRecords
import Logging
import NetworkPrimitives
import OperatorCore
public import ServiceLifecycle
import StatusServer
import WANDetection

/// Finds the address and keeps the records in step in one process, without Kubernetes.
public struct StandaloneService: Service, CustomStringConvertible {
    /// Its name only: whoever logs a service must not log its settings.
    public var description: String { "StandaloneService" }

    private let settings: StandaloneSettings
    private let detector: any AddressDetecting
    private let keeper: RecordKeeper
    private let board: StatusBoard
    private let logger: Logger

    init(
        settings: StandaloneSettings, detector: any AddressDetecting, provider: any DNSProvider,
        lookup: AuthoritativeClient,
        board: StatusBoard, logger: Logger
    ) {
        self.settings = settings
        self.detector = detector
        self.board = board
        self.logger = logger
        let claims = OwnClaims()
        keeper = RecordKeeper(
            settings: settings.records, node: settings.process.nodeName, provider: provider, lookup: lookup,
            claims: { claims }, board: board, metrics: RecordMetrics(), logger: logger)
    }

    /// Until a graceful shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
        logger.info("stopped")
    }

    private func work() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await keeper.run() }
            let loop = AddressLoop(
                settings: settings.publishing, detector: detector, clock: ContinuousClock(),
                wallClock: { Timestamp.now() },
                tell: { LeaderService.tell($0, logger: logger) },
                decided: { board.setVerdict($0) },
                publish: { content in
                    board.setPublished(content)
                    if let address = content.addresses, content.condition != .unconfirmed {
                        board.setReadiness("address", failure: nil)
                        keeper.desire(
                            .init(
                                addresses: address,
                                generation: Generation(epoch: Epoch(rawValue: 1), heartbeat: content.heartbeat),
                                origin: .ownDetection))
                    }
                    return .done
                })
            await loop.run(previous: PublishedAddress(), leader: settings.process.nodeName)
            group.cancelAll()
        }
    }
}
