import Logging
import NetworkPrimitives
import OperatorCore
public import ServiceLifecycle
import StatusServer
import Synchronization
import WANDetection

/// Runs for leadership; while leading, finds the WAN address and publishes it.
public struct LeaderService: Service, CustomStringConvertible {
    /// Its name only: whoever logs a service must not log its settings.
    public var description: String { "LeaderService" }

    /// A term was lost, or a later leader has written: the process has to end and start anew.
    public struct LeadershipLost: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    private let settings: LeaderSettings
    private let api: any KubernetesAPI
    private let elector: LeaderElector<ContinuousClock>
    /// What finds the address of each family that is to be published.
    private let detectors: [IPAddress.Family: any AddressDetecting]
    private let board: StatusBoard
    private let logger: Logger
    private let failures: FailureLog
    private let events: EventRecorder
    /// What events about each family's address are about.
    private let subjects: [IPAddress.Family: EventSubject]
    private let announce: @Sendable (Announcement) -> Void
    private let clock = ContinuousClock()
    private let pulses: [IPAddress.Family: LoopPulse]

    /// - Parameters:
    ///   - api: for the ConfigMap.
    ///   - electionAPI: for the Lease only, on a connection of its own.
    ///   - announce: called, while leading, with what people are to be notified of; must not block.
    init(
        settings: LeaderSettings,
        election: ElectionSettings,
        api: any KubernetesAPI,
        electionAPI: any KubernetesAPI,
        detectors: [IPAddress.Family: any AddressDetecting],
        board: StatusBoard,
        watchdog: LeaseWatchdog = LeaseWatchdog(),
        announce: @escaping @Sendable (Announcement) -> Void = { _ in },
        logger: Logger
    ) {
        self.settings = settings
        self.api = api
        self.detectors = detectors
        self.board = board
        self.logger = logger
        let failures = FailureLog(logger: logger)
        self.failures = failures
        let events = EventRecorder(
            api: api, component: "esddns-leader", instance: settings.process.nodeName, logger: logger)
        self.events = events
        let families: [IPAddress.Family] = [.ipv4, .ipv6].filter { detectors[$0] != nil }
        let published = families.map { settings.addressConfigMap($0) }
        self.announce = announce
        subjects = Dictionary(
            uniqueKeysWithValues: detectors.keys.map { family in
                let name = settings.addressConfigMap(family)
                return (family, EventSubject(events, namespace: election.namespace, name: name))
            })
        let elector = LeaderElector(
            settings: election, api: electionAPI, watchdog: watchdog, events: events,
            owner: { await Self.owner(of: election, among: published, electionAPI) }
        ) { report in
            Self.note(report, identity: election.identity, board: board, logger: logger, failures: failures)
        }
        self.elector = elector
        namespace = election.namespace
        let health = ElectionHealth()
        health.attach(to: elector)
        board.setHealth("elector") { health.failure }
        pulses = detectors.mapValues { _ in LoopPulse() }
        for (family, pulse) in pulses { board.watch(pulse, as: "detection", family) }
    }

    private let namespace: String

    /// The ConfigMap of the address, with which whoever removes the operator removes the Lease as well: leaders that are about
    /// to end may make it anew after it was deleted, and nobody else is there then who would delete it.
    private static func owner(
        of election: ElectionSettings, among names: [String], _ api: any KubernetesAPI
    ) async -> OwnerReference? {
        for name in names {
            let found = try? await api.get(
                ConfigMap.self, name: name, namespace: election.namespace,
                timeout: election.requestTimeout / names.count)
            if let found, let owner = OwnerReference(to: found) { return owner }
        }
        return nil
    }

    /// Until a graceful shutdown, which gives the Lease back.
    ///
    /// - Throws: ``LeadershipLost``.
    public func run() async throws {
        let superseded = Reason()
        let end = await events.post {
            await runElection(superseded)
        } grace: { end in
            if case .lost = end { .milliseconds(200) } else { .seconds(1) }
        }
        board.setLeading(false, epoch: nil)
        switch end {
        case .lost(let why):
            logger.error("lost the leadership", metadata: ["reason": "\(why)"])
            throw LeadershipLost(description: "lost the leadership: \(why)")
        case .released, .stopped:
            if let why = superseded.value {
                logger.error("gave up the leadership", metadata: ["reason": "\(why)"])
                throw LeadershipLost(description: "gave up the leadership: \(why)")
            }
            logger.info(end == .released ? "gave the leadership back" : "left the election")
        }
    }

    private func runElection(_ superseded: Reason) async -> ElectionEnd {
        await withTaskGroup(of: ElectionEnd?.self, returning: ElectionEnd.self) { group in
            // A standby shows on its page what the leader publishes, too.
            for family in detectors.keys {
                group.addTask {
                    await showPublished(family)
                    return nil
                }
            }
            group.addTask {
                await ReportedRecordsWatch(
                    api: api, namespace: namespace, configMap: settings.cluster.recordsConfigMap, board: board
                ).run()
                return nil
            }
            group.addTask {
                await withGracefulShutdownHandler {
                    await elector.run { term in
                        if let why = await lead(term) { superseded.set(why) }
                    }
                } onGracefulShutdown: {
                    elector.stop()
                }
            }
            defer { group.cancelAll() }
            for await case let end? in group { return end }
            return .stopped
        }
    }

    private func showPublished(_ family: IPAddress.Family) async {
        let watcher = ObjectWatcher<ConfigMap>(
            api: api, namespace: namespace, name: settings.addressConfigMap(family))
        await watcher.run { update in
            guard case .present(let map) = update else { return }
            subjects[family]?.saw(map)
            guard !elector.isLeader else { return }
            var problems: [String] = []
            board.setPublished(PublishedAddress(in: map, family: family, problems: &problems))
        }
    }

    /// - Returns: why leading ended before it was asked to; `nil` otherwise.
    private func lead(_ term: LeadershipTerm) async -> String? {
        logger.info("leading", metadata: ["epoch": "\(term.epoch)"])
        board.setLeading(true, epoch: term.epoch.rawValue)
        defer { board.setLeading(false, epoch: nil) }
        return await withTaskGroup(of: String?.self) { group in
            for (family, detector) in detectors {
                group.addTask { await lead(term, in: FamilyPublication(family: family), by: detector) }
            }
            // What ends one of them ends the term.
            let why = await group.next() ?? nil
            group.cancelAll()
            return why
        }
    }

    /// What is published about one family, and what its parts are called to people.
    private struct FamilyPublication {
        let family: IPAddress.Family
        private var suffix: String { family == .ipv4 ? "" : "-ipv6" }
        var readiness: String { "address-configmap\(suffix)" }
        var failures: String { "publication\(suffix)" }
    }

    private func lead(
        _ term: LeadershipTerm, in publication: FamilyPublication, by detector: any AddressDetecting
    ) async -> String? {
        let fenced = FencedConfigMap(
            api: api, namespace: namespace, name: settings.addressConfigMap(publication.family), term: term,
            report: { [logger] in logger.warning("claimed a foreign ConfigMap", metadata: ["because": "\($0)"]) }
        ) { [elector] () async throws(KubernetesError) in try await elector.confirmLease() }
        let previous: PublishedAddress
        switch await claim(fenced, publication, as: term) {
        case .success(let address): previous = address
        case .failure(let error): return error.why
        }
        let ended = Reason()
        let log = AddressLog(family: publication.family, logger: logger, failures: failures)
        let (family, node, subject) = (publication.family, settings.process.nodeName, subjects[publication.family])
        let announcer = AddressAnnouncer(
            lasting: settings.notifications.lasting, previous: previous, clock: clock, wallClock: { Timestamp.now() }
        ) { [announce] announcement in
            subject?.tell(announcement)
            if let said = Announcement(announcement, family: family, source: node) { announce(said) }
        }
        let loop = AddressLoop(
            settings: settings.publishing, detector: detector, clock: clock, wallClock: { Timestamp.now() },
            pulse: pulses[publication.family] ?? LoopPulse(),
            tell: { news in
                log.tell(news)
                announcer.tell(news)
            },
            decided: { board.setVerdict($0, family: publication.family) },
            publish: { content in
                switch await publish(content, publication, through: fenced) {
                case .success: return .done
                case .failure(let error) where error.endsLeadership:
                    ended.set(error.description)
                    return .stop
                case .failure(.failed(let error)): return .failed(retryAfter: error.retryAfter)
                case .failure: return .stop
                }
            })
        await announcer.run(beside: { await loop.run(previous: previous, leader: term.identity) })
        return ended.value
    }

    private struct ClaimFailed: Error {
        /// `nil` where it was cancelled.
        var why: String?
    }

    /// Puts this leader's epoch into the ConfigMap, for as long as it takes.
    private func claim(
        _ fenced: FencedConfigMap, _ publication: FamilyPublication, as term: LeadershipTerm
    ) async -> Result<PublishedAddress, ClaimFailed> {
        var backoff = Backoff()
        var generator = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            do throws(FencedWriteError) {
                var problems: [String] = []
                // The heartbeat moves at once, so that readers know that somebody is there again.
                let data = try await fenced.claim { stored in
                    let heartbeat = stored[PublishedAddress.Key.heartbeat].flatMap { UInt64($0) } ?? 0
                    return [
                        PublishedAddress.Key.leader: term.identity,
                        PublishedAddress.Key.heartbeat: String(heartbeat + 1),
                    ]
                }
                let published = PublishedAddress(data: data, family: publication.family, problems: &problems)
                for problem in problems {
                    failures.failed(
                        "keys of \(publication.readiness)", saying: "ignored a malformed key of the published address",
                        because: problem)
                }
                board.setPublished(published)
                board.setReadiness(publication.readiness, failure: nil)
                failures.passed(publication.failures, saying: "the address can be published again")
                return .success(published)
            } catch {
                guard case .failed(let cause) = error else { return .failure(ClaimFailed(why: error.description)) }
                let wait = backoff.next(after: cause, using: &generator)
                failures.failed(
                    publication.failures, saying: "cannot claim the ConfigMap of the address", because: "\(cause)",
                    details: ["retryIn": "\(DurationText.format(wait))"])
                board.setReadiness(publication.readiness, failure: cause.description)
                try? await clock.sleep(for: wait)
            }
        }
        return .failure(ClaimFailed(why: nil))
    }

    private func publish(
        _ content: PublishedAddress, _ publication: FamilyPublication, through fenced: FencedConfigMap
    ) async -> Result<Void, FencedWriteError> {
        do throws(FencedWriteError) {
            let data = try await fenced.write { _ in content.data }
            var problems: [String] = []
            board.setPublished(PublishedAddress(data: data, family: publication.family, problems: &problems))
            board.setReadiness(publication.readiness, failure: nil)
            failures.passed(publication.failures, saying: "the address can be published again")
            logger.debug(
                "published",
                metadata: [
                    "address": "\(content.addresses?.description ?? "none")", "heartbeat": "\(content.heartbeat)",
                ])
            return .success(())
        } catch {
            if !Task.isCancelled {
                failures.failed(publication.failures, saying: "cannot publish the address", because: "\(error)")
                board.setReadiness(publication.readiness, failure: error.description)
            }
            return .failure(error)
        }
    }

    private static let election = "election"

    static func note(
        _ report: ElectionReport, identity: String, board: StatusBoard, logger: Logger, failures: FailureLog
    ) {
        switch report {
        case .holderChanged(let holder):
            board.setLeader(holder)
            if holder.isEmpty {
                logger.info("nobody leads")
            } else if holder != identity {
                logger.info("another leads", metadata: ["holder": "\(holder)"])
            }
        case .requestFailed(let error):
            if error.isConflict || error.isAlreadyExists || error.isCancelled {
                // Losing a race for the Lease is everyday business.
                logger.debug("a request for the Lease failed", metadata: ["error": "\(error)"])
            } else {
                failures.failed(Self.election, saying: "a request for the Lease failed", because: "\(error)")
                board.setReadiness("lease", failure: error.description)
            }
        case .requestAnswered:
            failures.passed(Self.election, saying: "requests for the Lease are answered again")
            board.setReadiness("lease", failure: nil)
        case .unexpected(let what):
            failures.failed("answers about the Lease", saying: "unexpected answer about the Lease", because: what)
        }
    }
}

/// Why something ended, said by one task and asked by another.
private final class Reason: Sendable {
    private let text = Mutex<String?>(nil)

    var value: String? { text.withLock { $0 } }
    func set(_ why: String) { text.withLock { $0 = why } }
}
