import NetworkPrimitives

@testable import WANDetection

/// What a round of detection can be told; ``QuorumState``, or a faulty one that the tests have to find out.
protocol RoundMachine {
    mutating func started() -> QuorumState.Action
    mutating func observed(_ observation: Observation, at time: Duration) -> QuorumState.Action
    mutating func timerFired(at time: Duration) -> QuorumState.Action
}

extension QuorumState: RoundMachine {}

/// Runs a round in simulated time, in which each source answers after a set time.
struct RoundSimulation {
    struct Answer {
        var after: Duration
        var result: Result<IPAddress, SourceError>

        static func address(_ address: IPAddress, after time: Duration) -> Answer {
            Answer(after: time, result: .success(address))
        }

        static func refused(after time: Duration) -> Answer {
            Answer(after: time, result: .failure(SourceError(.refused, "refused")))
        }

        /// No answer: the client gives up after 3 seconds.
        static let silent = Answer(
            after: .seconds(3), result: .failure(SourceError(.timedOut, "no answer in time")))
    }

    struct Outcome {
        var verdict: Verdict
        /// Who was asked, and when.
        var asked: [(source: AddressSource, time: Duration)]
        /// The answers that came before the end, in their order.
        var answers: [(observation: Observation, time: Duration)]

        func time(of source: AddressSource) -> Duration? { asked.first { $0.source == source }?.time }
    }

    /// In the order of preference. Sources without an answer stay silent.
    var sources: [(AddressSource, Answer)]
    var published: IPAddress?
    var settings = QuorumSettings()
    var memory = RoundMemory()
    var usualLatency: Duration?

    /// The round as it really is.
    var round: QuorumState {
        QuorumState(
            sources: sources.map(\.0), published: published, memory: memory, settings: settings,
            usualLatency: usualLatency)
    }

    func run() -> Outcome { run(round) }

    func run(_ round: some RoundMachine) -> Outcome {
        var round = round
        let answers = Dictionary(sources, uniquingKeysWith: { first, _ in first })
        var arrivals: [(time: Duration, observation: Observation)] = []
        var asked: [(source: AddressSource, time: Duration)] = []
        var answered: [(observation: Observation, time: Duration)] = []
        var now: Duration = .zero
        var action = round.started()
        while true {
            guard case .proceed(let wave, let wakeAt) = action else { break }
            for source in wave {
                let answer = answers[source] ?? .silent
                asked.append((source, now))
                arrivals.append(
                    (now + answer.after, Observation(source: source, result: answer.result, duration: answer.after)))
            }
            let next = arrivals.indices.min { arrivals[$0].time < arrivals[$1].time }
            if let next, arrivals[next].time <= wakeAt {
                let (time, observation) = arrivals.remove(at: next)
                now = time
                answered.append((observation, now))
                action = round.observed(observation, at: now)
            } else {
                now = wakeAt
                action = round.timerFired(at: now)
            }
        }
        guard case .finish(let verdict) = action else { preconditionFailure("the loop ends with a verdict") }
        return Outcome(verdict: verdict, asked: asked, answers: answered)
    }
}
