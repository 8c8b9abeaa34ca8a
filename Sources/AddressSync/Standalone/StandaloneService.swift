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
    private let detectors: [IPAddress.Family: any AddressDetecting]
    private let keeper: RecordKeeper
    private let memory: StandaloneMemory
    private let board: StatusBoard
    private let logger: Logger
    private let pulses: [IPAddress.Family: LoopPulse]

    init(
        settings: StandaloneSettings, detectors: [IPAddress.Family: any AddressDetecting],
        writers: [ProviderChoice: RecordWriter], lookup: AuthoritativeClient, board: StatusBoard, logger: Logger
    ) {
        self.settings = settings
        self.detectors = detectors
        self.board = board
        self.logger = logger
        pulses = detectors.mapValues { _ in LoopPulse() }
        for (family, pulse) in pulses { board.watch(pulse, as: "detection", family) }
        memory = StandaloneMemory(path: settings.stateFile, logger: logger)
        let providers = settings.records.records.map { ($0.key, writers[$0.provider]?.provider.name ?? "") }
        let claims = RememberedClaims(memory, providers: Dictionary(providers) { first, _ in first })
        keeper = RecordKeeper(
            settings: settings.records, node: settings.process.nodeName, writers: writers, lookup: lookup,
            claims: .init(shared: claims, ofNode: claims), board: board, metrics: RecordMetrics(), looksFirst: true,
            logger: logger)
    }

    /// Tries again at once what was to be tried again later.
    func lookAgain() { keeper.lookAgain() }

    /// Until a graceful shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
        logger.info("stopped")
    }

    private func work() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await keeper.run() }
            for (family, detector) in detectors { group.addTask { await detect(family, by: detector) } }
        }
    }

    /// The address that was confirmed last, in an earlier run. It is shown, and held while nobody confirms one; records are
    /// written for what this run has confirmed only.
    private func previous(_ family: IPAddress.Family) -> PublishedAddress {
        let previous = memory.previous(family)
        guard let addresses = previous.addresses else { return previous }
        board.setPublished(previous, since: memory.state.addresses[family]?.since)
        logger.info(
            "holding the address of the last run until it is confirmed",
            metadata: [
                "address": "\(addresses)",
                "confirmedAt": "\(previous.confirmedAt?.description ?? "unknown")",
            ])
        return previous
    }

    private func detect(_ family: IPAddress.Family, by detector: any AddressDetecting) async {
        let loop = AddressLoop(
            settings: settings.publishing, detector: detector, clock: ContinuousClock(), wallClock: { Timestamp.now() },
            pulse: pulses[family] ?? LoopPulse(),
            tell: { LeaderService.tell($0, logger: logger) },
            decided: { board.setVerdict($0, family: family) },
            publish: { content in
                board.setPublished(content)
                memory.note(content)
                if let addresses = content.confirmedAddresses {
                    board.setReadiness(Self.readiness(family), failure: nil)
                    let desired = RecordState<ContinuousClock.Instant>.Desired(
                        addresses: addresses,
                        generation: Generation(epoch: Epoch(rawValue: 1), heartbeat: content.heartbeat),
                        origin: .ownDetection)
                    // The site's address is the node's.
                    keeper.desire(desired)
                    keeper.desire(desired, perNode: true)
                }
                return .done
            })
        await loop.run(previous: previous(family), leader: settings.process.nodeName)
    }

    /// What the readiness check of a family's address is called.
    static func readiness(_ family: IPAddress.Family) -> String { family == .ipv4 ? "address" : "address-ipv6" }
}
