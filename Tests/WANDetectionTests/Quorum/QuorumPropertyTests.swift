import NetworkPrimitives
import TestSupport
import Testing

@testable import WANDetection

/// What holds in every round, over seeded random rounds.
@Suite struct QuorumPropertyTests {
    private typealias Answer = RoundSimulation.Answer

    /// Random operators, some with several servers.
    private func sources(
        stun: ClosedRange<Int>, web: ClosedRange<Int>, using generator: inout SeededGenerator
    ) throws -> [AddressSource] {
        let names = ["n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"]
        var sources: [AddressSource] = []
        for _ in 0..<Int.random(in: stun, using: &generator) {
            let name = names.randomElement(using: &generator) ?? ""
            sources.append(try stunSource(name, Int.random(in: 0...2, using: &generator)))
        }
        for _ in 0..<Int.random(in: web, using: &generator) {
            sources.append(try webSource(names.randomElement(using: &generator) ?? ""))
        }
        var seen: Set<AddressSource> = []
        return sources.filter { seen.insert($0).inserted }
    }

    private func latency(using generator: inout SeededGenerator) -> Duration {
        .microseconds(Int.random(in: 50...900_000, using: &generator))
    }

    private func answer(_ address: IPAddress, using generator: inout SeededGenerator) -> Answer {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: .silent
        case 1: .refused(after: latency(using: &generator))
        default: .address(address, after: latency(using: &generator))
        }
    }

    private func checkInvariants(_ outcome: RoundSimulation.Outcome, _ simulation: RoundSimulation, _ seed: UInt64) {
        let verdict = outcome.verdict
        let asked = outcome.asked.map(\.source)
        #expect(Set(asked).count == asked.count, "seed \(seed): asked twice")
        #expect(Set(verdict.votes.map(\.source)).isSubset(of: asked), "seed \(seed): votes of strangers")
        #expect(verdict.duration <= .seconds(10), "seed \(seed): no end")
        switch verdict.condition {
        case .confirmed(let address): #expect(verdict.address == address, "seed \(seed)")
        case .unconfirmed: #expect(verdict.address == nil, "seed \(seed)")
        case .multipleEgress(let addresses):
            #expect(addresses.count > 1, "seed \(seed)")
            #expect(verdict.address.map(addresses.contains) ?? true, "seed \(seed)")
        }
        let change = verdict.address.flatMap { $0 == simulation.published ? nil : $0 }
        if let change, simulation.sources.contains(where: { $0.0.isAuthenticated }) {
            #expect(
                verdict.votes.contains { $0.isAuthenticated && $0.address == change },
                "seed \(seed): a change without an authenticated vote")
        } else if let change {
            #expect(simulation.memory.candidate == change, "seed \(seed): a change after one round")
        }
    }

    @Test(arguments: 0..<10)
    func fewerLyingOperatorsThanTheQuorumNeverWin(block: UInt64) throws {
        let truth = globalAddress(1)
        for seed in block * 300..<(block + 1) * 300 {
            var generator = SeededGenerator(seed: seed)
            let sources = try sources(stun: 0...10, web: 0...5, using: &generator)
            let quorum = Int.random(in: 1...4, using: &generator)
            let operators = Array(Set(sources.map(\.operatorName))).sorted().shuffled(using: &generator)
            let liars = operators.prefix(quorum - 1)
            let lie = globalAddress(.random(in: 2...3, using: &generator))
            let simulation = RoundSimulation(
                sources: sources.map { source in
                    guard liars.contains(source.operatorName) else { return (source, answer(truth, using: &generator)) }
                    // Liars are quick, and may agree with each other.
                    let told = generator.chance(70) ? lie : globalAddress(.random(in: 1...9, using: &generator))
                    return (source, .address(told, after: .microseconds(.random(in: 10...500, using: &generator))))
                },
                published: [nil, truth, globalAddress(2), globalAddress(50)].randomElement(using: &generator) ?? nil,
                settings: QuorumSettings(quorum: quorum))
            let outcome = simulation.run()
            checkInvariants(outcome, simulation, seed)
            #expect(outcome.verdict.address == nil || outcome.verdict.address == truth, "seed \(seed)")
            if case .multipleEgress = outcome.verdict.condition { Issue.record("seed \(seed): liars made an egress") }
        }
    }

    @Test(arguments: 0..<10)
    func whoeverForgesAllPlainAnswersCannotMoveTheRecord(block: UInt64) throws {
        let truth = globalAddress(1)
        for seed in block * 300..<(block + 1) * 300 {
            var generator = SeededGenerator(seed: seed)
            let sources = try sources(stun: 1...10, web: 1...5, using: &generator)
            let published = generator.chance(50) ? truth : globalAddress(50)
            var memory = RoundMemory()
            if generator.chance(50) {
                memory.roundEnded(
                    Verdict(
                        condition: .unconfirmed(.awaitingSecondRound(globalAddress(2))), address: nil,
                        candidate: globalAddress(2), shares: [], operatorsAsked: 0, votes: [], duration: .zero))
            }
            let simulation = RoundSimulation(
                sources: sources.map { source in
                    if source.isAuthenticated { return (source, answer(truth, using: &generator)) }
                    let told = globalAddress(.random(in: 2...3, using: &generator))
                    return (source, .address(told, after: .microseconds(.random(in: 10...500, using: &generator))))
                },
                published: published, settings: QuorumSettings(quorum: .random(in: 1...3, using: &generator)),
                memory: memory)
            let outcome = simulation.run()
            checkInvariants(outcome, simulation, seed)
            #expect([nil, published, truth].contains(outcome.verdict.address), "seed \(seed)")
        }
    }

    @Test(arguments: 0..<5)
    func aSilentSourceAddsNoDelayToAQuorum(block: UInt64) throws {
        let truth = globalAddress(1)
        for seed in block * 100..<(block + 1) * 100 {
            var generator = SeededGenerator(seed: seed)
            // The second of two answers ends the round, wherever the silent server stands.
            let times = (0..<2).map { _ in Duration.microseconds(Int.random(in: 50...240_000, using: &generator)) }
            var sources: [(AddressSource, Answer)] = try times.enumerated().map { index, time in
                (try stunSource("n\(index)"), .address(truth, after: time))
            }
            sources.insert((try stunSource("silent"), .silent), at: .random(in: 0...2, using: &generator))
            let outcome = RoundSimulation(sources: sources, published: truth).run()
            #expect(outcome.verdict.condition == .confirmed(truth), "seed \(seed)")
            #expect(outcome.verdict.duration == times.max(), "seed \(seed)")
        }
    }

    /// Anything at all in any order: the round ends, and its invariants hold.
    @Test(arguments: 0..<10)
    func everyRoundEnds(block: UInt64) throws {
        for seed in block * 300..<(block + 1) * 300 {
            var generator = SeededGenerator(seed: seed)
            let sources = try sources(stun: 0...12, web: 0...6, using: &generator)
            let simulation = RoundSimulation(
                sources: sources.map {
                    ($0, answer(globalAddress(.random(in: 1...3, using: &generator)), using: &generator))
                },
                published: generator.chance(60) ? globalAddress(.random(in: 1...4, using: &generator)) : nil,
                settings: QuorumSettings(quorum: .random(in: 1...4, using: &generator)),
                usualLatency: generator.chance(50) ? latency(using: &generator) : nil)
            checkInvariants(simulation.run(), simulation, seed)
        }
    }
}
