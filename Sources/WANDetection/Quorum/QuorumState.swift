public import NetworkPrimitives

/// One round of detection as a state machine: who is asked when, and when the votes suffice.
///
/// It does no I/O and knows no clock: times are counted from the round's start and come with the inputs. After each
/// input the caller does what the returned ``Action`` says. A round goes through these phases, forward only:
///
/// 1. STUN servers of three operators are asked over UDP. A definite failure, or silence, brings in two more at a time,
///    and those over TCP and TLS. A server that is known by several transports is asked by the next one when the one before
///    has failed or is overdue, and never for a second vote.
/// 2. Web sources are asked once there is still no quorum at 300 ms, and after them DNS servers. Everybody is asked as soon
///    as operators disagree or nobody else is left, and those who can authenticate as soon as a quorum stands for a
///    changed address.
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
    let published: Set<IPAddress>
    let memory: RoundMemory
    /// Whether any source, asked or not, is authenticated.
    let canAuthenticate: Bool

    private(set) var tally = Tally()
    private(set) var votes: [Observation] = []
    /// Until when a round goes on that could end at once, so that further votes can come in: because operators disagree, or
    /// because there may be other lines that the ``EgressPolicy`` wants to know of.
    private(set) var gatheringUntil: Duration?
    private var hasHeardDissent = false
    /// In the order in which they come to their turn.
    private var tiers: [SourceTier]
    private var transports: TransportOrder
    private var pending: Set<AddressSource> = []
    private var asked: [AddressSource] = []
    private var verdict: Verdict?

    /// - Parameters:
    ///   - sources: in the order of preference.
    ///   - published: the addresses that the outside world knows, if any. Any other counts as a change.
    ///   - memory: what the previous round left.
    ///   - usualLatency: the usual 95th percentile of STUN answers, if known.
    public init(
        sources: [AddressSource], published: Set<IPAddress>, memory: RoundMemory = RoundMemory(),
        settings: QuorumSettings = QuorumSettings(), usualLatency: Duration? = nil
    ) {
        self.settings = settings
        self.published = published
        self.memory = memory
        canAuthenticate = sources.contains(where: \.isAuthenticated)
        transports = TransportOrder(of: sources, timing: settings.timing, usualLatency: usualLatency)
        tiers = SourceTier.all(
            of: sources, quorum: settings.quorum, timing: settings.timing, usualLatency: usualLatency)
    }

    /// As the initializer above, for a site with one address.
    public init(
        sources: [AddressSource], published: IPAddress?, memory: RoundMemory = RoundMemory(),
        settings: QuorumSettings = QuorumSettings(), usualLatency: Duration? = nil
    ) {
        self.init(
            sources: sources, published: Set([published].compactMap { $0 }), memory: memory, settings: settings,
            usualLatency: usualLatency)
    }

    /// The round begins, at zero.
    public mutating func started() -> Action { step(at: .zero) }

    /// A source that was asked has answered, or failed for good.
    public mutating func observed(_ observation: Observation, at time: Duration) -> Action {
        guard verdict == nil, pending.remove(observation.source) != nil else { return step(at: time) }
        transports.ended(observation.source)
        let vote = observation.checked(family: settings.family, allowNonGlobal: settings.allowNonGlobal)
        votes.append(vote)
        if let address = vote.address {
            tally.record(address, from: vote.source)
        } else {
            for index in tiers.indices where tiers[index].isHastened(byFailureOf: vote.source.transport) {
                tiers[index].hasten(to: time)
            }
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
        gather(at: time)
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

    /// Where a round should not end with the first quorum: sets how long it goes on, and asks more sources at once.
    private mutating func gather(at time: Duration) {
        let isDissent = tally.hasDissent
        guard isDissent ? !hasHeardDissent : gatheringUntil == nil && isLookingForEgresses else { return }
        hasHeardDissent = isDissent
        gatheringUntil = time + max(settings.timing.dissentWait, time * 2)
        // Other lines show up with STUN servers as well as with others; who is right is a question for everybody.
        for index in tiers.indices where isDissent || index == 0 || tiers[index].kind == .stream {
            tiers[index].hasten(to: time)
        }
    }

    /// The sources to ask now. With `force`, the first tier that has any need not be due: nobody else is left to wait for.
    private mutating func due(at time: Duration, onlyAuthenticated: Bool, force: Bool) -> [AddressSource] {
        let tally = tally
        var transports = transports
        func isUseful(_ source: AddressSource) -> Bool {
            guard tally.wants(source) else { return false }
            // A change that only waits to be vouched for does not wait for another transport, too.
            return onlyAuthenticated ? source.isAuthenticated : transports.turn(of: source) <= time
        }
        var wave: [AddressSource] = []
        for index in tiers.indices {
            guard tiers[index].dueAt <= time || (force && wave.isEmpty), tiers[index].waiting.contains(where: isUseful)
            else { continue }
            let operators = Set(pending.map(\.operatorName) + wave.map(\.operatorName))
            let next = tiers[index].next(at: time, pendingOperators: operators, isUseful: isUseful)
            for source in next { transports.asked(source, at: time) }
            wave += next
        }
        self.transports = transports
        pending.formUnion(wave)
        asked += wave
        return wave
    }

    private func wakeTime(after time: Duration, onlyAuthenticated: Bool) -> Duration {
        let dueTimes = tiers.compactMap { tier in
            let useful = tier.waiting.lazy.filter { tally.wants($0) && (!onlyAuthenticated || $0.isAuthenticated) }
            return useful.map { onlyAuthenticated ? tier.dueAt : max(tier.dueAt, transports.turn(of: $0)) }.min()
        }
        return (dueTimes + [gatheringUntil].compactMap { $0 } + [settings.timing.deadline])
            .filter { $0 > time }.min() ?? settings.timing.deadline
    }

    /// Whether every answer that was asked for is there and nobody is left to ask.
    var isExhausted: Bool {
        pending.isEmpty && !tiers.contains { $0.waiting.contains(where: tally.wants) }
    }

    private mutating func finish(_ decision: Decision, at time: Duration) -> Action {
        if let verdict { return .finish(verdict) }
        let egresses = egressSet(after: decision)
        var verdict = Verdict(
            condition: decision.condition, address: decision.address, addresses: egresses?.members.sorted(),
            candidate: decision.candidate, shares: tally.shares,
            operatorsAsked: Set(asked.map(\.operatorName)).count, votes: votes,
            unanswered: asked.filter(pending.contains), duration: time)
        verdict.egresses = egresses
        self.verdict = verdict
        return .finish(verdict)
    }
}
