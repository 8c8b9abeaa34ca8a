import NetworkPrimitives

@testable import WANDetection

/// A round with a fault, made of the right one by changing what goes in or what comes out. The properties have to find it.
struct RoundMutant: RoundMachine {
    /// What becomes of the verdict; `nil` holds it back.
    typealias Change = (_ verdict: Verdict, _ isWaitedFor: Bool, _ time: Duration) -> Verdict?

    private var round: QuorumState
    private let relabel: (AddressSource) -> AddressSource
    private let original: [AddressSource: AddressSource]
    private let change: Change
    private var pending: Set<AddressSource> = []

    private init(
        _ simulation: RoundSimulation, relabel: @escaping (AddressSource) -> AddressSource = { $0 },
        changing change: @escaping Change = { verdict, _, _ in verdict }
    ) {
        self.relabel = relabel
        self.change = change
        let pairs = simulation.sources.map { (relabel($0.0), $0.0) }
        original = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        var simulation = simulation
        simulation.sources = simulation.sources.map { (relabel($0.0), $0.1) }
        round = simulation.round
    }

    mutating func started() -> QuorumState.Action { outcome(round.started(), at: .zero) }

    mutating func observed(_ observation: Observation, at time: Duration) -> QuorumState.Action {
        pending.remove(observation.source)
        let seen = Observation(
            source: relabel(observation.source), result: observation.result, duration: observation.duration)
        return outcome(round.observed(seen, at: time), at: time)
    }

    mutating func timerFired(at time: Duration) -> QuorumState.Action {
        outcome(round.timerFired(at: time), at: time)
    }

    private mutating func outcome(_ action: QuorumState.Action, at time: Duration) -> QuorumState.Action {
        switch action {
        case .proceed(let wave, let wakeAt):
            let wave = wave.compactMap { original[$0] }
            pending.formUnion(wave)
            return .proceed(ask: wave, wakeAt: wakeAt)
        case .finish(let verdict):
            guard let changed = change(verdict, !pending.isEmpty, time) else {
                return .proceed(ask: [], wakeAt: time + .milliseconds(50))
            }
            return .finish(changed)
        }
    }
}

extension RoundMutant {
    /// Believes one operator fewer than it should.
    static func isContentWithLess(_ simulation: RoundSimulation) -> RoundMutant {
        var simulation = simulation
        simulation.settings.quorum = max(1, simulation.settings.quorum - 1)
        return RoundMutant(simulation)
    }

    /// Gives a vote to each server instead of each operator.
    static func countsServers(_ simulation: RoundSimulation) -> RoundMutant {
        RoundMutant(simulation) { source in
            let name = source.description
            return switch source.endpoint {
            case .server(let server):
                .stun(
                    server, over: source.transport == .stunTLS ? .tls : source.transport == .stunTCP ? .tcp : .udp,
                    operatorName: name)
            case .url(let url): .http(url, operatorName: name)
            case .dns(let question, let server): .dns(question, at: server, operatorName: name)
            case .dnsURL(let question, let url): .dns(question, at: url, operatorName: name)
            case .local: source
            }
        }
    }

    /// Moves the record by plain answers alone.
    static func needsNoAuthentication(_ simulation: RoundSimulation) -> RoundMutant {
        var simulation = simulation
        simulation.settings.authenticateChanges = false
        return RoundMutant(simulation)
    }

    /// Does not wait for a second round where nobody can authenticate.
    static func trustsTheFirstRound(_ simulation: RoundSimulation) -> RoundMutant {
        RoundMutant(
            simulation,
            changing: { verdict, _, _ in
                guard case .unconfirmed(.awaitingSecondRound(let address)) = verdict.condition else { return verdict }
                return verdict.with(condition: .confirmed(address), address: address)
            })
    }

    /// Publishes the strongest address when there is no quorum.
    static func publishesWithoutQuorum(_ simulation: RoundSimulation) -> RoundMutant {
        RoundMutant(
            simulation,
            changing: { verdict, _, _ in
                guard verdict.address == nil, let share = verdict.shares.first else { return verdict }
                return verdict.with(condition: .confirmed(share.address), address: share.address)
            })
    }

    /// Waits for everybody who was asked.
    static func waitsForTheSilent(_ simulation: RoundSimulation) -> RoundMutant {
        RoundMutant(
            simulation,
            changing: { verdict, isWaitedFor, time in
                isWaitedFor ? nil : verdict.with(duration: time)
            })
    }

    /// Waits a little whenever somebody disagrees.
    static func waitsForLiars(_ simulation: RoundSimulation) -> RoundMutant {
        RoundMutant(
            simulation,
            changing: { verdict, isWaitedFor, time in
                let hasDissent = verdict.shares.count > 1
                return hasDissent && isWaitedFor && time < verdict.duration + .milliseconds(250)
                    ? nil : verdict.with(duration: time)
            })
    }

    /// Is in a hurry, so that nothing counts as overdue.
    static func asksEverybodyAtOnce(_ simulation: RoundSimulation) -> RoundMutant {
        var simulation = simulation
        simulation.settings.timing.hedgeDelay = .zero ... .zero
        simulation.settings.timing.webHedgeDelay = .zero
        return RoundMutant(simulation)
    }

    /// Loses failed answers from the verdict.
    static func hidesFailures(_ simulation: RoundSimulation) -> RoundMutant {
        RoundMutant(
            simulation, changing: { verdict, _, _ in verdict.with(votes: verdict.votes.filter { $0.address != nil }) })
    }
}

extension Verdict {
    fileprivate func with(
        condition: Condition? = nil, address: IPAddress? = nil, votes: [Observation]? = nil, duration: Duration? = nil
    ) -> Verdict {
        Verdict(
            condition: condition ?? self.condition, address: address ?? self.address, shares: shares,
            operatorsAsked: operatorsAsked, votes: votes ?? self.votes, unanswered: unanswered,
            duration: duration ?? self.duration)
    }
}
