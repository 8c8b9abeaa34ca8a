import DNSRecords
import Logging
import NetworkPrimitives
import OperatorCore
import StatusServer

/// Keeps all records of one process in step, and says what becomes of each.
struct RecordKeeper: Sendable {
    /// Where nodes agree on who writes.
    struct Claims: Sendable {
        /// Of records that all nodes keep together.
        var shared: any ClaimStore
        /// Of records that are this node's own.
        var ofNode: any ClaimStore
    }

    private struct Entry: Sendable {
        let declaration: RecordDeclaration
        let reconciler: RecordReconciler<ContinuousClock>
    }

    private let entries: [Entry]
    private let providers: [any DNSProvider]

    /// - Parameters:
    ///   - writers: for every provider that the settings name.
    ///   - looksFirst: as ``RecordState/looksFirst``.
    ///   - alsoTell: called with each decision, its record and the provider's name; must not block.
    init(
        settings: RecordSettings, node: String, writers: [ProviderChoice: RecordWriter], lookup: AuthoritativeClient,
        claims: Claims, board: StatusBoard, metrics: RecordMetrics, looksFirst: Bool = false,
        alsoTell: @escaping @Sendable (RecordNews, RecordDeclaration, String) -> Void = { _, _, _ in }, logger: Logger
    ) {
        let failures = FailureLog(logger: logger)
        providers = writers.values.map(\.provider)
        entries = settings.records.compactMap { declaration in
            guard let writer = writers[declaration.provider] else { return nil }
            let provider = writer.provider.name
            board.setRecord(declaration, provider: provider) { $0.phase = .pending }
            metrics.prepare(declaration, provider: provider)
            var state = RecordState<ContinuousClock.Instant>(
                node: node, provider: provider, record: declaration.description, settings: settings.reconciling,
                jitter: Double.random(in: 0.9...1.1))
            state.looksFirst = looksFirst
            let reconciler = RecordReconciler(
                key: declaration.key,
                state: state,
                claims: declaration.isPerNode ? claims.ofNode : claims.shared,
                record: TimedRecord(
                    record: LiveRecord(
                        name: declaration.name, type: declaration.type, ttl: declaration.ttl, lookup: lookup,
                        writer: writer),
                    took: { metrics.took($0, for: declaration, provider: provider) }),
                clock: ContinuousClock(),
                wallClock: { Timestamp.now() },
                tell: { news in
                    metrics.count(news, of: declaration, provider: provider)
                    alsoTell(news, declaration, provider)
                    Self.tell(
                        news, of: declaration, provider: provider, node: node, board: board, logger: logger,
                        failures: failures)
                })
            return Entry(declaration: declaration, reconciler: reconciler)
        }
        let pulses = entries.map(\.reconciler.pulse)
        board.setHealth("records") { pulses.lazy.compactMap(\.failure).first }
    }

    /// Says what all records of the addresses' family should hold from now on.
    ///
    /// - Parameter perNode: the records that are this node's own, or those that all nodes keep together.
    func desire(_ desired: RecordState<ContinuousClock.Instant>.Desired, perNode: Bool = false) {
        for entry in entries
        where entry.declaration.isPerNode == perNode && entry.declaration.type.family == desired.addresses.family {
            var own = desired
            own.addresses = entry.declaration.addresses(for: desired.addresses)
            entry.reconciler.desire(own)
        }
    }

    /// Looks at all records that are at rest, also where an attempt has failed and its wait is not over. Tokens that were got with
    /// secrets are got anew.
    func lookAgain() {
        for provider in providers { provider.forgetTokens() }
        for entry in entries { entry.reconciler.lookAgain() }
    }

    /// Works until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for entry in entries { group.addTask { await entry.reconciler.run() } }
        }
    }

    /// Shows a decision on the page, and says it in the log.
    static func tell(
        _ news: RecordNews, of declaration: RecordDeclaration, provider: String, node: String, board: StatusBoard,
        logger: Logger, failures: FailureLog
    ) {
        let record = declaration.description
        var logger = logger
        logger[metadataKey: "record"] = "\(record)"
        func show(_ phase: StatusReport.Record.Phase, _ change: (inout StatusReport.Record) -> Void = { _ in }) {
            board.setRecord(declaration, provider: provider) { entry in
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
        case .takingOver(let other):
            logger.info("the node that claimed the record did not report, taking over", metadata: ["node": "\(other)"])
        case .written(let address, let what):
            show(.synced) {
                $0.desired = address.description
                $0.observed = address.description
                $0.node = node
            }
            failures.passed(record, saying: "the record can be written again")
            logger.notice("the record is written", metadata: ["address": "\(address)", "outcome": "\(what)"])
        case .failed(let why, let wait, _):
            show(.failed) { $0.error = why }
            fail("the record could not be written", why, .warning, retryIn: wait)
        case .refused(let why, let wait, _, _):
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
        case .reverted(let found, let wait, _):
            show(.failed) { $0.error = "somebody changed the record back to \(found)" }
            logger.error(
                "somebody undid a write of ours; leaving the record alone for a while",
                metadata: ["holds": "\(found)", "retryIn": "\(DurationText.format(wait))"])
        case .secretsReplaced:
            logger.notice("the credentials that the provider refused have been replaced, trying again")
        case .waiting(let why):
            failures.failed(
                record, saying: "waiting", because: why, level: .info, details: ["record": "\(record)"])
        case .lasting, .recovered:
            // The log has said both already.
            break
        }
    }
}
