import DNSRecords
import Logging
import NetworkPrimitives
import OperatorCore
public import ServiceLifecycle
import StatusServer
import WANDetection

/// Keeps the records in step with the published address, and those that are the node's own with the node's.
public struct UpdaterService: Service, CustomStringConvertible {
    /// Its name only: whoever logs a service must not log its settings.
    public var description: String { "UpdaterService" }

    private let keeper: RecordKeeper
    private let followers: [AddressFollower]
    private let nodeWatches: [NodeAddressWatch]
    private let logger: Logger
    private let events: EventRecorder

    /// What finds addresses on this node, by family.
    struct Detectors {
        /// Asked only while the leader is silent.
        var shared: [IPAddress.Family: any AddressDetecting]
        /// For records that are the node's own.
        var ofNode: [IPAddress.Family: any AddressDetecting] = [:]
    }

    /// - Parameter announce: called with what people are to be notified of; must not block.
    init(
        settings: UpdaterSettings, namespace: String, api: any KubernetesAPI, detectors: Detectors,
        writers: [ProviderChoice: RecordWriter], lookup: AuthoritativeClient, board: StatusBoard,
        announce: @escaping @Sendable (Announcement) -> Void = { _ in }, logger: Logger
    ) {
        let node = settings.process.nodeName
        let events = EventRecorder(api: api, component: "esddns-updater", instance: node, logger: logger)
        let subject = EventSubject(events, namespace: namespace, name: settings.recordsConfigMap)
        let recordEvents = RecordEvents(
            subject: subject, node: node, credentials: settings.records.credentialSettings)
        self.events = events
        let claims = ConfigMapClaims(
            api: api, namespace: namespace, name: settings.recordsConfigMap, subject: subject)
        let keeper = RecordKeeper(
            settings: settings.records, node: node, writers: writers, lookup: lookup,
            claims: .init(shared: claims, ofNode: NodeClaims(showingIn: claims)),
            board: board, metrics: RecordMetrics(),
            alsoTell: { news, record, provider in
                recordEvents.tell(news, of: record, provider: provider)
                if let said = Announcement(news, of: record, provider: provider, source: node) { announce(said) }
            },
            logger: logger)
        let failures = FailureLog(logger: logger)
        self.keeper = keeper
        self.logger = logger
        followers = detectors.shared.map { family, detector in
            let pulse = LoopPulse()
            board.watch(pulse, as: "detection", family)
            return AddressFollower(
                family: family, api: api, namespace: namespace, configMap: settings.addressConfigMap(family),
                node: node,
                staleAfter: settings.staleAfter, publishing: settings.publishing, detector: detector, board: board,
                logger: logger, failures: failures, pulse: pulse
            ) { keeper.desire($0) }
        }
        nodeWatches = detectors.ofNode.map { family, detector in
            let pulse = LoopPulse()
            board.watch(pulse, as: "node-detection", family)
            return NodeAddressWatch(
                family: family, node: node, publishing: settings.publishing.ofOwnDetection, detector: detector,
                log: AddressLog(family: family, logger: logger, failures: FailureLog(logger: logger)),
                pulse: pulse
            ) { keeper.desire($0, perNode: true) }
        }
    }

    /// Tries again at once what was to be tried again later.
    func lookAgain() { keeper.lookAgain() }

    /// Until a graceful shutdown.
    public func run() async throws {
        await events.post(beside: { await cancelWhenGracefulShutdown { await work() } })
        logger.info("stopped")
    }

    private func work() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await keeper.run() }
            for follower in followers { group.addTask { await follower.run() } }
            for watch in nodeWatches { group.addTask { await watch.run() } }
        }
    }
}
