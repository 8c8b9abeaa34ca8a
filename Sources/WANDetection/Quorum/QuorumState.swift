public import NetworkPrimitives

/// One round of detection as a state machine: who is asked when, and when the votes suffice.
///
/// It does no I/O and knows no clock: times are counted from the round's start and come with the inputs. After each
/// input the caller does what the returned ``Action`` says. A round goes through these phases, forward only:
///
/// 1. STUN servers of three operators are asked. A definite failure, or silence, brings in two more at a time.
/// 2. Web sources are asked once there is still no quorum at 300 ms, once nobody else is left, or at once when
///    operators disagree or when a quorum stands for a changed address, which needs an authenticated vote.
/// 3. The round finishes with the first decision, or with none when all have answered or time is up.
public struct QuorumState: Sendable {
    /// What the caller has to do.
    public enum Action: Hashable, Sendable {
        /// Ask these sources, and give ``QuorumState/timerFired(at:)`` at `wakeAt` (earlier timers may be dropped).
        case proceed(ask: [AddressSource], wakeAt: Duration)
        /// The round is over. Answers on their way no longer matter.
        case finish(Verdict)
    }

    let settings: QuorumSettings
    let published: IPAddress?
    let memory: RoundMemory
    /// Whether any source, asked or not, is authenticated.
    let canAuthenticate: Bool

    private(set) var tally = Tally()
    private(set) var votes: [Observation] = []
    private(set) var dissentUntil: Duration?
    private var stun: SourceTier
    private var web: SourceTier
    private var pending: Set<AddressSource> = []
    private var asked: Set<String> = []
    private var verdict: Verdict?

    /// - Parameters:
    ///   - sources: in the order of preference.
    ///   - published: the address that the outside world knows, if any. Any other counts as a change.
    ///   - memory: what the previous round left.
    ///   - usualLatency: the usual 95th percentile of STUN answers, if known.
    public init(
        sources: [AddressSource], published: IPAddress?, memory: RoundMemory = RoundMemory(),
        settings: QuorumSettings = QuorumSettings(), usualLatency: Duration? = nil
    ) {
        let timing = settings.timing
        let waves = (first: max(timing.firstWave, settings.quorum + 1), further: timing.furtherWave)
        let stunSources = sources.filter { $0.transport.method == .stun }
        self.settings = settings
        self.published = published
        self.memory = memory
        canAuthenticate = sources.contains(where: \.isAuthenticated)
        stun = SourceTier(
            stunSources, dueAt: .zero, waves: waves,
            delays: (timing.hedgeDelay(usualLatency: usualLatency), timing.hedgeDelay.upperBound))
        web = SourceTier(
            sources.filter { $0.transport.method != .stun }, dueAt: stunSources.isEmpty ? .zero : timing.webDelay,
            waves: waves, delays: (timing.webHedgeDelay, timing.webHedgeDelay))
    }

    /// The round begins, at zero.
    public mutating func started() -> Action { step(at: .zero) }

    /// A source that was asked has answered, or failed for good.
    public mutating func observed(_ observation: Observation, at time: Duration) -> Action {
        guard verdict == nil, pending.remove(observation.source) != nil else { return step(at: time) }
        let vote = observation.checked(family: settings.family, allowNonGlobal: settings.allowNonGlobal)
        votes.append(vote)
        if let address = vote.address {
            tally.record(address, from: vote.source)
        } else if vote.source.transport.method == .stun {
            stun.hasten(to: time)
        } else {
            web.hasten(to: time)
        }
        return step(at: time)
    }

    /// The time of the last `wakeAt`, or any other time, has come.
    public mutating func timerFired(at time: Duration) -> Action { step(at: time) }

    /// Nobody wants the verdict any more.
    public mutating func cancelled(at time: Duration) -> Action {
        finish(Decision(.unconfirmed(.cancelled)), at: time)
    }

    private mutating func step(at time: Duration) -> Action {
        if let verdict { return .finish(verdict) }
        if tally.hasDissent, dissentUntil == nil {
            dissentUntil = time + max(settings.timing.dissentWait, time * 2)
            stun.hasten(to: time)
            web.hasten(to: time)
        }
        if let decision = decide(at: time, isLast: false) { return finish(decision, at: time) }
        if time >= settings.timing.deadline { return finish(lastDecision(at: time), at: time) }

        // Once all agree and only authentication is missing, nothing but an authenticated answer can help.
        let needsAuthentication = !tally.hasDissent && hasUnauthenticatedWinner
        var wave = due(at: time, onlyAuthenticated: needsAuthentication, force: false)
        let isAwaited = pending.contains { !needsAuthentication || $0.isAuthenticated }
        if wave.isEmpty, !isAwaited {
            wave = due(at: time, onlyAuthenticated: needsAuthentication, force: true)
            if wave.isEmpty { return finish(lastDecision(at: time), at: time) }
        }
        return .proceed(ask: wave, wakeAt: wakeTime(after: time, onlyAuthenticated: needsAuthentication))
    }

    /// The sources to ask now. With `force`, a tier need not be due: nobody else is left to wait for.
    private mutating func due(at time: Duration, onlyAuthenticated: Bool, force: Bool) -> [AddressSource] {
        let (tally, operators) = (tally, Set(pending.map(\.operatorName)))
        func isUseful(_ source: AddressSource) -> Bool {
            tally.wants(source) && (!onlyAuthenticated || source.isAuthenticated)
        }
        var wave: [AddressSource] = []
        if force || stun.dueAt <= time, stun.waiting.contains(where: isUseful) {
            wave += stun.next(at: time, pendingOperators: operators, isUseful: isUseful)
        }
        if (force && wave.isEmpty) || web.dueAt <= time, web.waiting.contains(where: isUseful) {
            wave += web.next(at: time, pendingOperators: operators, isUseful: isUseful)
        }
        pending.formUnion(wave)
        asked.formUnion(wave.map(\.operatorName))
        return wave
    }

    private func wakeTime(after time: Duration, onlyAuthenticated: Bool) -> Duration {
        let dueTimes = [stun, web].filter { tier in
            tier.waiting.contains { tally.wants($0) && (!onlyAuthenticated || $0.isAuthenticated) }
        }.map(\.dueAt)
        return (dueTimes + [dissentUntil].compactMap { $0 } + [settings.timing.deadline])
            .filter { $0 > time }.min() ?? settings.timing.deadline
    }

    /// Whether every answer that was asked for is there and nobody is left to ask.
    var isExhausted: Bool {
        pending.isEmpty && !stun.waiting.contains(where: tally.wants) && !web.waiting.contains(where: tally.wants)
    }

    private mutating func finish(_ decision: Decision, at time: Duration) -> Action {
        if let verdict { return .finish(verdict) }
        let verdict = Verdict(
            condition: decision.condition, address: decision.address, candidate: decision.candidate,
            shares: tally.shares, operatorsAsked: asked.count, votes: votes, duration: time)
        self.verdict = verdict
        return .finish(verdict)
    }
}
