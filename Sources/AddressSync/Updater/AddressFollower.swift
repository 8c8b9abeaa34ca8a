import Logging
import NetworkPrimitives
import OperatorCore
import StatusServer
import WANDetection

/// Follows what the leader publishes about one family, and finds the address itself while the leader is silent: the driver
/// of an ``UpdaterState``.
struct AddressFollower: Sendable {
    typealias State = UpdaterState<ContinuousClock.Instant>

    let family: IPAddress.Family
    let api: any KubernetesAPI
    let namespace: String
    /// The ConfigMap that is followed.
    let configMap: String
    let node: String
    let staleAfter: Duration
    let publishing: PublishingSettings
    /// Asked only while the leader is silent.
    let detector: any AddressDetecting
    let board: StatusBoard
    let logger: Logger
    let failures: FailureLog
    /// Of this node's own detection.
    var pulse = LoopPulse()
    /// Called with what records of the family should hold; must not block.
    let desire: @Sendable (State.Desired) -> Void

    private var clock: ContinuousClock { ContinuousClock() }

    /// What the readiness check of the watch is called.
    static func readiness(_ family: IPAddress.Family) -> String {
        family == .ipv4 ? "address-watch" : "address-watch-ipv6"
    }

    /// Until cancelled.
    func run() async {
        let inbox = TimedInbox<State.Input, ContinuousClock>(clock: clock)
        await withDiscardingTaskGroup { group in
            group.addTask { await watch(into: inbox) }
            var state = State(
                staleAfter: staleAfter, fallbackDelay: Self.fallbackDelay(node: node, staleAfter: staleAfter),
                now: clock.now)
            var detecting = StopSignal()
            var actions = state.start(at: clock.now)
            var inputs = inbox.inputs.makeAsyncIterator()
            while true {
                for action in actions {
                    switch action {
                    case .desire(let desired): desire(desired)
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
        let watcher = ObjectWatcher<ConfigMap>(api: api, namespace: namespace, name: configMap)
        var isAbsent = false
        await watcher.run { note($0, &isAbsent, into: inbox) }
    }

    /// What the watch says, to the state and to people.
    func note(
        _ update: WatchUpdate<ConfigMap>, _ isAbsent: inout Bool, into inbox: TimedInbox<State.Input, ContinuousClock>
    ) {
        let check = Self.readiness(family)
        let (subject, existence, content) = ("watch of \(configMap)", "absence of \(configMap)", "keys of \(configMap)")
        let absence = "the ConfigMap \(configMap) does not exist"
        switch update {
        case .present(let map):
            isAbsent = false
            var problems: [String] = []
            let published = PublishedAddress(in: map, family: family, problems: &problems)
            for problem in problems {
                failures.failed(content, saying: "ignored a malformed key of the published address", because: problem)
            }
            if problems.isEmpty { failures.passed(content, saying: "the published address is well-formed again") }
            board.setReadiness(check, failure: nil)
            failures.passed(existence, saying: "the ConfigMap of the address exists again")
            failures.passed(subject, saying: "the published address can be read again")
            board.setPublished(published)
            inbox.send(.watched(published, version: map.resourceVersion.flatMap { Epoch($0) }))
        case .absent:
            isAbsent = true
            board.setReadiness(check, failure: absence)
            failures.failed(
                existence, saying: "the ConfigMap of the address does not exist; waiting for a leader to create it",
                because: absence)
        case .connected:
            board.setReadiness(check, failure: isAbsent ? absence : nil)
            failures.passed(subject, saying: "the published address can be read again")
            logger.debug("watching the published address")
        case .disconnected(let error, let retryIn):
            board.setReadiness(check, failure: error.description)
            failures.failed(
                subject, saying: "the watch of the published address was interrupted", because: "\(error)",
                details: ["retryIn": "\(DurationText.format(retryIn))"])
        }
    }

    /// Rounds of this node's own, in the same rhythm as a leader's, until cancelled.
    private func detect(holding last: PublishedAddress?, into inbox: TimedInbox<State.Input, ContinuousClock>) async {
        let log = AddressLog(family: family, logger: logger, failures: failures)
        let loop = AddressLoop(
            settings: publishing.ofOwnDetection, detector: detector, clock: clock,
            wallClock: { Timestamp.now() }, pulse: pulse,
            tell: { log.tell($0) },
            decided: { board.setVerdict($0, family: family) },
            publish: { content in
                if let addresses = content.confirmedAddresses { inbox.send(.detected(addresses)) }
                return .done
            })
        var held = last ?? PublishedAddress(family: family)
        // What was published is old by now: only a round of this node's own makes it count again.
        held.condition = nil
        await loop.run(previous: held, leader: node)
    }

    private func tell(_ news: UpdaterNews) {
        switch news {
        case .following(let address, let leader):
            logger.info("following the published address", metadata: ["address": "\(address)", "leader": "\(leader)"])
        case .waiting(let why):
            logger.info("waiting", metadata: ["reason": "\(why)", "family": "\(family.rawValue)"])
        case .detecting(let why):
            logger.warning(
                "detecting the address on this node", metadata: ["reason": "\(why)", "family": "\(family.rawValue)"])
        }
    }
}
