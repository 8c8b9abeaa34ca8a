import DNSRecords
import Logging
import NetworkPrimitives
import OperatorCore
import StatusServer

/// Keeps all records of one process in step, and says what becomes of each.
struct RecordKeeper: Sendable {
    private let reconcilers: [RecordReconciler<ContinuousClock>]

    /// - Parameter claims: makes one store per record, since a store remembers what it read.
    init(
        settings: RecordSettings, node: String, provider: any DNSProvider, lookup: AuthoritativeClient,
        claims: () -> any ClaimStore, board: StatusBoard, metrics: RecordMetrics, logger: Logger
    ) {
        let failures = FailureLog(logger: logger)
        reconcilers = settings.names.map { name in
            let text = name.description
            board.setRecord(text, provider: provider.name) { $0.phase = .pending }
            return RecordReconciler(
                key: RecordClaim.key(name: text, type: "A"),
                state: RecordState(
                    node: node, provider: provider.name, record: text, settings: settings.reconciling,
                    jitter: Double.random(in: 0.9...1.1)),
                claims: claims(),
                record: LiveRecord(
                    name: name, type: .a, lookup: lookup, writer: RecordWriter(provider: provider)),
                clock: ContinuousClock(),
                wallClock: { Timestamp.now() },
                tell: { news in
                    metrics.count(news, record: text, provider: provider.name)
                    Self.tell(
                        news, record: text, provider: provider.name, node: node, board: board, logger: logger,
                        failures: failures)
                })
        }
    }

    /// Says what all records should hold from now on.
    func desire(_ desired: RecordState<ContinuousClock.Instant>.Desired) {
        for reconciler in reconcilers { reconciler.desire(desired) }
    }

    /// Works until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for reconciler in reconcilers { group.addTask { await reconciler.run() } }
        }
    }

    private static func tell(
        _ news: RecordNews, record: String, provider: String, node: String, board: StatusBoard, logger: Logger,
        failures: FailureLog
    ) {
        var logger = logger
        logger[metadataKey: "record"] = "\(record)"
        func show(_ phase: StatusReport.Record.Phase, _ change: (inout StatusReport.Record) -> Void = { _ in }) {
            board.setRecord(record, provider: provider) { entry in
                entry.phase = phase
                if phase != .failed { entry.error = nil }
                change(&entry)
            }
        }
        func fail(_ message: Logger.Message, _ reason: String, _ level: Logger.Level, retryIn wait: Duration) {
            failures.failed(
                record, saying: message, because: reason, level: level,
                details: ["record": "\(record)", "retryIn": "\(DurationText.format(wait))"])
        }
        switch news {
        case .inStep(let address, let by):
            failures.passed(record, saying: "the record is in step again")
            show(.synced) {
                $0.desired = address.description
                $0.observed = address.description
                if let by { $0.node = by }
            }
            logger.debug("in step", metadata: ["address": "\(address)", "saidBy": "\(by ?? "the name servers")"])
        case .differs(let found, let wanted):
            show(.claimed) {
                $0.desired = wanted.description
                $0.observed = found
                $0.node = node
            }
            // Said before the first of several attempts.
            logger.log(
                level: failures.isFailing(record) ? .debug : .info, "the record differs",
                metadata: ["holds": "\(found)", "wanted": "\(wanted)"])
        case .leftTo(let other, let address):
            show(.claimed) {
                $0.desired = address.description
                $0.node = other
            }
            logger.debug("another node is at it", metadata: ["node": "\(other)", "address": "\(address)"])
        case .written(let address, let what):
            show(.synced) {
                $0.desired = address.description
                $0.observed = address.description
                $0.node = node
            }
            failures.passed(record, saying: "the record can be written again")
            logger.notice("the record is written", metadata: ["address": "\(address)", "outcome": "\(what)"])
        case .failed(let why, let wait):
            show(.failed) { $0.error = why }
            fail("the record could not be written", why, .warning, retryIn: wait)
        case .refused(let why, let wait):
            show(.failed) { $0.error = why }
            fail("the provider refused; somebody has to act", why, .error, retryIn: wait)
        case .failedElsewhere(let claim):
            show(.failed) {
                $0.error = claim.error
                $0.node = claim.node
            }
            failures.failed(
                record, saying: "another node failed, waiting", because: claim.error, level: .info,
                details: ["record": "\(record)", "node": "\(claim.node)"])
        case .propagating(let found):
            logger.info("written, but the name servers do not all show it yet", metadata: ["holds": "\(found)"])
        case .reverted(let found, let wait):
            show(.failed) { $0.error = "somebody changed the record back to \(found)" }
            logger.error(
                "somebody undid a write that was made without the API server; leaving the record alone",
                metadata: ["holds": "\(found)", "retryIn": "\(DurationText.format(wait))"])
        case .waiting(let why):
            failures.failed(
                record, saying: "waiting", because: why, level: .info, details: ["record": "\(record)"])
        }
    }
}
