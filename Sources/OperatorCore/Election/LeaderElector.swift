import Synchronization

/// Runs for the leadership of a Lease, and runs the leading work while it has it.
///
/// A thin driver around ``ElectionState``: it carries out requests, keeps timers and owns the leading work. Give it a
/// ``KubernetesAPI`` with a connection of its own, so that no other traffic can delay a renewal.
public final class LeaderElector<C: Clock>: Sendable where C.Duration == Duration, C.Instant: Sendable {
    private typealias State = ElectionState<C.Instant>

    private let settings: ElectionSettings
    private let api: any KubernetesAPI
    private let clock: C
    private let wallClock: @Sendable () -> MicroTime
    private let watchdog: LeaseWatchdog
    private let metrics: ElectionMetrics
    private let report: @Sendable (ElectionReport) -> Void
    private let termEnd: TermEnd<C>
    private let holderSeen = Mutex("")
    private let inbox: TimedInbox<State.Input, C>
    private let generator: any RandomNumberGenerator & Sendable
    private let events: EventRecorder?
    private let owner: (@Sendable () async -> OwnerReference?)?
    /// The Lease by which the present or the last term was acquired; what events are about.
    private let acquired = Mutex<Lease?>(nil)
    /// When the elector last dealt with anything; `nil` while it does not run.
    private let lastTurn = Mutex<C.Instant?>(nil)

    /// - Parameters:
    ///   - generator: spreads take-overs and the watch's waits; a copy is used.
    ///   - watchdog: ends the process should its threads be stuck when a term ends. It keeps real time even where
    ///     `clock` does not.
    ///   - events: is told when this candidate becomes leader and when it stops leading, as client-go does: events of the
    ///     reason `LeaderElection` about the Lease. Whoever made the recorder runs it.
    ///   - owner: asked before the Lease is created: with the object that it names, the Lease is removed. Without it, or where it
    ///     cannot tell, the Lease stays when everything else has been removed. May take a request's time, and no longer.
    ///   - report: called with progress, from the elector's task; must not block.
    public init(
        settings: ElectionSettings,
        api: any KubernetesAPI,
        clock: C = ContinuousClock(),
        wallClock: @escaping @Sendable () -> MicroTime = { MicroTime.now() },
        watchdog: LeaseWatchdog = LeaseWatchdog(),
        metrics: ElectionMetrics? = nil,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        events: EventRecorder? = nil,
        owner: (@Sendable () async -> OwnerReference?)? = nil,
        report: @escaping @Sendable (ElectionReport) -> Void = { _ in }
    ) {
        self.settings = settings
        self.api = api
        self.clock = clock
        self.wallClock = wallClock
        self.watchdog = watchdog
        self.metrics = metrics ?? ElectionMetrics(leaseName: settings.leaseName)
        self.generator = generator
        self.events = events
        self.owner = owner
        self.report = report
        termEnd = TermEnd(clock: clock)
        inbox = TimedInbox(clock: clock)
    }

    /// Whether this candidate leads at this moment, by the clock.
    public var isLeader: Bool { termEnd.remaining > .zero }

    /// Whoever the Lease named when last seen; empty when nobody.
    public var holder: String { holderSeen.withLock { $0 } }

    /// Asks to stop: the leading work is cancelled, the Lease is renewed until it has ended, then given back.
    /// Returns at once; ``run(_:)`` returns when done.
    public func stop() { inbox.send(.stopRequested) }

    /// What is wrong with the elector itself; `nil` while it is sound. See ``ElectionHealth``.
    ///
    /// It is sound while it does not run, while it stands by, whoever holds the Lease and however unreachable the API server
    /// is, and while it leads. It is not where it still counts as leader although its Lease has expired by more than the
    /// tolerance, or where it has dealt with nothing for longer than any step of an election takes.
    ///
    /// - Parameter tolerance: for a machine that is merely slow.
    public func healthFailure(tolerance: Duration) -> String? {
        guard let lastTurn = lastTurn.withLock({ $0 }) else { return nil }
        if let overdue = termEnd.overdue, overdue > settings.leaseDuration - settings.renewDeadline + tolerance {
            return "failed to renew the leadership on the Lease \(settings.leaseName), or to end it"
        }
        let silence = lastTurn.duration(to: clock.now)
        guard silence <= settings.leaseDuration + settings.requestTimeout + tolerance else {
            return "the election on the Lease \(settings.leaseName) has made no step for \(silence)"
        }
        return nil
    }

    /// Takes part in the election until it is stopped or a term is lost. Call once.
    ///
    /// - Parameter lead: the leading work. Its task is cancelled when it has to stop; by its own return it resigns.
    /// - Returns: how it ended. A cancelled task stops like ``stop()``, but does not renew while the work drains.
    public func run(_ lead: @escaping @Sendable (LeadershipTerm) async -> Void) async -> ElectionEnd {
        watchdog.start()
        metrics.isLeader(false)
        lastTurn.withLock { $0 = clock.now }
        defer { lastTurn.withLock { $0 = nil } }
        var state = State(settings: settings, takeoverDelay: takeoverDelay)
        let end = await withDiscardingTaskGroup(returning: ElectionEnd?.self) { group in
            let end = await drive(&state, lead, in: &group)
            endTerm()
            group.cancelAll()
            return end
        }
        watchdog.finish()
        if let end { return end }
        // Cancelled: give the Lease back from a task that is not, so that the others need not wait for it to expire.
        let unsettled = state.unsettledAcquisition
        await Task { await releaseAfterCancellation(settling: unsettled) }.value
        return state.hasLed ? .released : .stopped
    }

    /// - Returns: `nil` where the surrounding task was cancelled first.
    private func drive(
        _ state: inout State, _ lead: @escaping @Sendable (LeadershipTerm) async -> Void,
        in group: inout DiscardingTaskGroup
    ) async -> ElectionEnd? {
        let leading = StopSignal()
        group.addTask { await self.watchLease() }
        inbox.send(.started)
        for await input in inbox.inputs {
            lastTurn.withLock { $0 = clock.now }
            for action in state.handle(input, at: clock.now, wallClock: wallClock()) {
                switch action {
                case .read, .create, .update:
                    group.addTask { await self.perform(action) }
                case .wakeUp(let instant):
                    inbox.wakeUp(at: instant, with: .timerFired, in: &group)
                case .startLeading(let epoch, let until):
                    extendTerm(until: until)
                    metrics.isLeader(true)
                    acquired.withLock { $0 = state.lease }
                    tell("became leader")
                    let term = LeadershipTerm(epoch: epoch, identity: settings.identity) { [termEnd] in
                        termEnd.remaining
                    }
                    group.addTask {
                        await leading.run { await lead(term) }
                        self.inbox.send(.drained)
                    }
                case .extendTerm(let until):
                    extendTerm(until: until)
                case .drain:
                    leading.stop()
                case .endTerm:
                    endTerm()
                    // Nothing leads, so there is nothing to end, however long giving the Lease back may take.
                    watchdog.set(deadline: nil)
                case .end(let end):
                    return end
                case .report(let progress):
                    note(progress)
                }
            }
        }
        return nil
    }

    private func perform(_ action: State.Action) async {
        var sent = clock.now
        let timeout = settings.requestTimeout
        do throws(KubernetesError) {
            switch action {
            case .read:
                inbox.send(.leaseRead(try await read(timeout: timeout)))
            case .create(let lease):
                let lease = await owned(lease)
                sent = clock.now
                let written = try await api.create(lease, namespace: settings.namespace, timeout: timeout)
                inbox.send(.leaseWritten(written, sent: sent))
            case .update(let lease):
                let written = try await api.update(lease, namespace: settings.namespace, timeout: timeout)
                inbox.send(.leaseWritten(written, sent: sent))
            default:
                return
            }
            note(.requestAnswered)
        } catch {
            inbox.send(.requestFailed(error))
        }
    }

    private func owned(_ lease: Lease) async -> Lease {
        guard let owner = await owner?() else { return lease }
        var lease = lease
        lease.add(owner: owner)
        return lease
    }

    private func read(timeout: Duration) async throws(KubernetesError) -> Lease? {
        do {
            return try await api.get(
                Lease.self, name: settings.leaseName, namespace: settings.namespace, timeout: timeout)
        } catch  where error.isNotFound {
            return nil
        }
    }

    /// Feeds what a watch of the Lease shows; polling goes on beside it, so its failures need no handling here.
    private func watchLease() async {
        let watcher = ObjectWatcher(
            api: api, type: Lease.self, namespace: settings.namespace, name: settings.leaseName, clock: clock,
            generator: generator)
        await watcher.run { update in
            switch update {
            case .present(let lease): inbox.send(.leaseWatched(lease))
            case .absent: inbox.send(.leaseWatched(nil))
            case .connected, .disconnected: break
            }
        }
    }

    /// Reads the Lease and says whether it names this candidate; for ``FencedConfigMap``.
    ///
    /// Where it names another, the term ends at once, as it does wherever else a leader sees that.
    public func confirmLease() async throws(KubernetesError) -> Bool {
        let lease = try await read(timeout: settings.requestTimeout)
        if let lease { inbox.send(.leaseWatched(lease)) }
        return lease?.holderIdentity == settings.identity
    }

    private func extendTerm(until: C.Instant) {
        termEnd.set(until)
        let remaining = clock.now.duration(to: until)
        watchdog.set(deadline: ContinuousClock.now + remaining + settings.watchdogDelay)
    }

    /// Long enough that the first standby is done before the next begins, short enough for nobody to wait for it.
    private var takeoverDelay: Duration {
        var generator = generator
        return .milliseconds(Int64.random(in: 2...20, using: &generator))
    }

    private func endTerm() {
        if termEnd.set(nil) != nil { tell("stopped leading") }
        metrics.isLeader(false)
    }

    private func tell(_ what: String) {
        guard let events, let lease = acquired.withLock({ $0 }) else { return }
        events.record(
            reason: "LeaderElection", message: "\(settings.identity) \(what)", about: lease,
            namespace: settings.namespace)
    }

    private func note(_ progress: ElectionReport) {
        switch progress {
        case .holderChanged(let holder): holderSeen.withLock { $0 = holder }
        case .requestFailed: metrics.slowPath()
        case .requestAnswered, .unexpected: break
        }
        report(progress)
    }

    /// GET, and only if the fetched holder is this candidate, PUT an empty holder. Where that fails, the Lease is left to
    /// expire.
    ///
    /// - Parameter unsettled: an acquiring write that was under way when the task was cancelled. It may be carried out at any
    ///   later time, unless another write takes its place: that comes first.
    private func releaseAfterCancellation(settling unsettled: Lease?) async {
        let timeout = settings.requestTimeout
        var unsettled = unsettled
        for _ in 0..<4 {
            do throws(KubernetesError) {
                if let lost = unsettled {
                    let fence = lost.released(at: wallClock())
                    unsettled = nil
                    if fence.resourceVersion == nil {
                        _ = try await api.create(await owned(fence), namespace: settings.namespace, timeout: timeout)
                    } else {
                        _ = try await api.update(fence, namespace: settings.namespace, timeout: timeout)
                    }
                    return
                }
                guard var lease = try await read(timeout: timeout), lease.holderIdentity == settings.identity else {
                    return
                }
                lease.release(at: wallClock())
                _ = try await api.update(lease, namespace: settings.namespace, timeout: timeout)
                return
            } catch {
                report(.requestFailed(error))
                // A write that was under way when the task was cancelled has come in between.
                guard error.isConflict || error.isAlreadyExists else { return }
            }
        }
    }
}
