import NetworkPrimitives
import Testing

@testable import WANDetection

/// What rounds leave to rounds: whole rounds in simulated time, one after the other, through one memory.
@Suite struct DetectionMemoryTests {
    private static let seen = globalAddress(1)

    /// Rounds at set times in a network that lets some transports through.
    private struct Network {
        var sources: [AddressSource]
        var passes: (AddressSource) -> Bool
        var memory = DetectionMemory(spacing: .seconds(10))

        mutating func round(at start: Duration) throws -> RoundSimulation.Outcome {
            let step = memory.nextRound(of: sources, settings: QuorumSettings(), at: start)
            guard case .run(let round) = step else { throw Waits() }
            let simulation = RoundSimulation(
                sources: round.sources.map {
                    ($0, passes($0) ? .address(DetectionMemoryTests.seen, after: .milliseconds(20)) : .silent)
                }, published: DetectionMemoryTests.seen, settings: round.settings,
                usualLatency: memory.latencies.percentile95)
            let outcome = simulation.run()
            for (source, time) in outcome.asked { memory.asked(source, at: start + time) }
            for (observation, _) in outcome.answers { memory.observed(observation) }
            let end = start + outcome.verdict.duration
            memory.roundEnded(outcome.verdict, of: round, usual: QuorumSettings(), at: end)
            return outcome
        }

        struct Waits: Error {}
    }

    private static let hosts = ["a", "b", "c"].map { "stun.\($0).example" }
    private let udp: [AddressSource]
    private let tcp: [AddressSource]

    init() throws {
        udp = try Self.hosts.map { try AddressSource(parsingSTUN: $0) }
        tcp = try Self.hosts.map { try AddressSource(parsingSTUN: "\($0):443/tcp") }
    }

    @Test func whereUDPIsSwallowedTheNextRoundBeginsWithTCP() throws {
        var network = Network(sources: udp + tcp, passes: { $0.transport == .stunTCP })
        let first = try network.round(at: .zero)
        #expect(first.verdict.condition == .confirmed(Self.seen))
        #expect(first.verdict.duration == .milliseconds(270))
        let second = try network.round(at: .seconds(15))
        #expect(second.asked.allSatisfy { $0.source.transport == .stunTCP })
        #expect(second.verdict.duration == .milliseconds(20))
    }

    @Test func udpIsTriedAgainAndTakesItsPlace() throws {
        var network = Network(sources: udp + tcp, passes: { $0.transport == .stunTCP })
        _ = try network.round(at: .zero)
        network.passes = { _ in true }
        let later = try network.round(at: .seconds(60))
        #expect(later.asked.allSatisfy { $0.source.transport == .stunUDP })
        #expect(later.verdict.duration == .milliseconds(20))
    }

    /// Whoever is merely slower than those who decided is not to blame.
    @Test func theSlowAreNotBlamed() throws {
        var network = Network(sources: udp, passes: { _ in true })
        let step = network.memory.nextRound(of: udp, settings: QuorumSettings(), at: .zero)
        guard case .run(let round) = step else { throw Network.Waits() }
        for source in udp { network.memory.asked(source, at: .zero) }
        let votes = udp.prefix(2).map {
            Observation(source: $0, result: .success(Self.seen), duration: .milliseconds(200))
        }
        let verdict = Verdict(
            condition: .confirmed(Self.seen), address: Self.seen, votes: votes, unanswered: [udp[2]],
            duration: .milliseconds(400))
        network.memory.roundEnded(verdict, of: round, usual: QuorumSettings(), at: .milliseconds(400))
        #expect(try network.round(at: .seconds(15)).asked.map(\.source) == udp)
    }

    @Test func aTransportOfOneServerThatIsSwallowedIsLeftToTheOther() throws {
        // One host whose UDP is not answered; a quorum needs it.
        let dead = udp[2]
        var network = Network(
            sources: [udp[0], udp[2], tcp[2]], passes: { $0 != dead })
        let first = try network.round(at: .zero)
        #expect(first.time(of: tcp[2]) == .milliseconds(250))
        #expect(first.verdict.condition == .confirmed(Self.seen))
        let second = try network.round(at: .seconds(15))
        #expect(second.time(of: dead) == nil)
        #expect(second.verdict.condition == .confirmed(Self.seen))
    }
}
