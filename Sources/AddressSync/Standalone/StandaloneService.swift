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
    private let announce: @Sendable (Announcement) -> Void

    /// - Parameter announce: called with what people are to be notified of; must not block.
    init(
        settings: StandaloneSettings, detectors: [IPAddress.Family: any AddressDetecting],
        writers: [ProviderChoice: RecordWriter], lookup: AuthoritativeClient, board: StatusBoard,
        announce: @escaping @Sendable (Announcement) -> Void = { _ in }, logger: Logger
    ) {
        self.announce = announce
        let node = settings.process.nodeName
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
            settings: settings.records, node: node, writers: writers, lookup: lookup,
            claims: .init(shared: claims, ofNode: claims), board: board, metrics: RecordMetrics(), looksFirst: true,
            alsoTell: { news, record, provider in
                if let said = Announcement(news, of: record, provider: provider, source: node) { announce(said) }
            },
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
        let log = AddressLog(family: family, logger: logger, failures: FailureLog(logger: logger))
        let (previous, node) = (previous(family), settings.process.nodeName)
        let announcer = AddressAnnouncer(
            lasting: settings.notifications.lasting, previous: previous, clock: ContinuousClock(),
            wallClock: { Timestamp.now() }
        ) { [announce] announcement in
            if let said = Announcement(announcement, family: family, source: node) { announce(said) }
        }
        let loop = AddressLoop(
            settings: settings.publishing, detector: detector, clock: ContinuousClock(), wallClock: { Timestamp.now() },
            pulse: pulses[family] ?? LoopPulse(),
            tell: { news in
                log.tell(news)
                announcer.tell(news)
            },
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
        await announcer.run(beside: { await loop.run(previous: previous, leader: node) })
    }

    /// What the readiness check of a family's address is called.
    static func readiness(_ family: IPAddress.Family) -> String { family == .ipv4 ? "address" : "address-ipv6" }
}
