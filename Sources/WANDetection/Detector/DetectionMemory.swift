import NetworkPrimitives

/// Everything that rounds and probes leave to those that follow. A value without I/O; times come from a ``Stopwatch``.
struct DetectionMemory: Sendable {
    /// What a round is to be made of.
    struct Round: Sendable {
        var sources: [AddressSource]
        var settings: QuorumSettings
        /// An answer that a probe has just brought: the first vote, without asking again.
        var held: Observation?
        /// After it the round goes on without whoever has not answered.
        var hedge: Duration = .zero
    }

    enum Step: Sendable {
        case run(Round)
        case wait(until: Duration)
    }

    /// How long an answer to a probe may stand for a question of the round that follows.
    private static let freshness = Duration.seconds(2)

    private(set) var rounds = RoundMemory()
    private(set) var latencies = LatencyHistory()
    private var health: SourceHealth
    private var stability = LineStability()
    private var lastProbe: (observation: Observation, at: Duration)?
    private var lastRoundFailed = false

    init(spacing: Duration) { health = SourceHealth(spacing: spacing) }

    // MARK: Before asking

    /// What the round that is wanted now is made of, or how long it has to wait.
    func nextRound(of sources: [AddressSource], settings: QuorumSettings, at time: Duration) -> Step {
        let held = lastProbe.flatMap { probe in
            // Without a limit on questions there is no reason not to ask anew.
            probe.observation.address != nil && health.spacing > .zero && time - probe.at <= Self.freshness
                ? probe.observation : nil
        }
        let plan = health.plan(
            for: sources, quorum: settings.quorum, held: held?.source, isThorough: lastRoundFailed, at: time)
        switch plan {
        case .wait(let until): return .wait(until: until)
        case .ask(var asked):
            if let held, asked.contains(held.source) { asked = [held.source] + asked.filter { $0 != held.source } }
            var settings = settings
            settings.quorum = stability.quorum(
                settings.quorum, operators: Set(asked.map(\.operatorName)).count, at: time)
            let hedge = settings.timing.hedgeDelay(usualLatency: latencies.percentile95)
            return .run(Round(sources: asked, settings: settings, held: held, hedge: hedge))
        }
    }

    /// Whom to probe, and when.
    func nextProbe(of sources: [AddressSource], at time: Duration) -> (source: AddressSource, at: Duration)? {
        health.nextProbe(of: sources, at: time)
    }

    mutating func asked(_ source: AddressSource, at time: Duration) { health.asked(source, at: time) }

    // MARK: Afterwards

    /// A source has been asked, by a round or a probe.
    mutating func observed(_ observation: Observation) {
        if observation.address != nil, observation.transport == .stunUDP { latencies.record(observation.duration) }
    }

    mutating func probeEnded(_ observation: Observation, at time: Duration) {
        lastProbe = (observation, time)
        switch observation.result {
        // Whether it is right is for a round to say.
        case .success: health.succeeded(observation.source)
        case .failure(let error) where error.code == .cancelled: break
        case .failure: health.failed(observation.source, at: time)
        }
    }

    mutating func roundEnded(_ verdict: Verdict, of round: Round, usual: QuorumSettings, at time: Duration) {
        rounds.roundEnded(verdict)
        stability.roundEnded(verdict, quorum: round.settings.quorum, usual: usual.quorum, at: time)
        lastProbe = nil
        if verdict.condition == .unconfirmed(.cancelled) { return }
        lastRoundFailed = verdict.address == nil && verdict.candidate == nil
        var right: Set<IPAddress> = []
        switch verdict.condition {
        case .confirmed(let address): right = [address]
        case .multipleEgress(let addresses): right = Set(addresses)
        // Nobody is known to be wrong.
        case .unconfirmed: right = Set(verdict.votes.compactMap(\.address))
        }
        // Failures first: an answer of the same round is what makes them count.
        for vote in verdict.votes {
            switch vote.result {
            case .success(let address) where right.contains(address): continue
            case .failure(let error) where error.code == .cancelled: continue
            case .success, .failure: health.failed(vote.source, at: time)
            }
        }
        for source in overdue(in: verdict, of: round, right: right, at: time) { health.failed(source, at: time) }
        for vote in verdict.votes {
            if let address = vote.address, right.contains(address) { health.succeeded(vote.source) }
        }
    }

    /// Those who had not answered when a round was decided without them, and were slower by a hedge than the slowest of those
    /// who decided it. So a network that swallows a transport is known after one round, before any answer has timed out.
    private func overdue(
        in verdict: Verdict, of round: Round, right: Set<IPAddress>, at time: Duration
    ) -> [AddressSource] {
        guard verdict.address != nil else { return [] }
        let durations = verdict.votes.filter { $0.address.map(right.contains) ?? false }.map(\.duration)
        guard let slowest = durations.max() else { return [] }
        return verdict.unanswered.filter { health.wait(for: $0, at: time) ?? .zero >= slowest + round.hedge }
    }
}
