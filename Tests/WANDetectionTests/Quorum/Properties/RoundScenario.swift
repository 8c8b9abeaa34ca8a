import NetworkPrimitives
import TestSupport

@testable import WANDetection

/// A round that was drawn by lot, and who lies in it.
struct RoundScenario {
    typealias Answer = RoundSimulation.Answer

    static let truth = globalAddress(1)
    private static let names = (0..<8).map { "n\($0)" }

    var simulation: RoundSimulation
    /// Operators all of whose sources lie.
    var liars: Set<String> = []
    /// Whether the sources of the other operators, if they answer, tell the truth.
    var othersAreHonest = true

    /// Fewer liars than the quorum, quick ones that may agree with each other; the others are honest, silent or broken.
    static func withLiars(seed: UInt64) throws -> RoundScenario {
        var generator = SeededGenerator(seed: seed)
        let sources = try sources(count: 1...16, using: &generator)
        let quorum = Int.random(in: 1...4, using: &generator)
        let operators = Set(sources.map(\.operatorName)).sorted().shuffled(using: &generator)
        let liars = Set(operators.prefix(quorum - 1))
        let lie = globalAddress(.random(in: 2...3, using: &generator))
        let answers = sources.map { source -> (AddressSource, Answer) in
            guard liars.contains(source.operatorName) else { return (source, answer(truth, using: &generator)) }
            let told = generator.chance(70) ? lie : globalAddress(.random(in: 1...9, using: &generator))
            return (source, .address(told, after: .microseconds(.random(in: 10...500, using: &generator))))
        }
        return RoundScenario(
            simulation: RoundSimulation(
                sources: answers,
                published: [nil, truth, lie, globalAddress(50)].randomElement(using: &generator) ?? nil,
                settings: QuorumSettings(quorum: quorum),
                usualLatency: generator.chance(50) ? latency(using: &generator) : nil),
            liars: liars)
    }

    /// Every answer without authentication is forged, whoever is asked; the authenticated ones are honest.
    static func withForgedPlainAnswers(seed: UInt64) throws -> RoundScenario {
        var generator = SeededGenerator(seed: seed)
        var sources = try sources(count: 2...14, using: &generator)
        sources.append(try webSource("n9"))
        var memory = RoundMemory()
        if generator.chance(50) {
            memory.roundEnded(
                Verdict(
                    condition: .unconfirmed(.awaitingSecondRound(globalAddress(2))), address: nil,
                    candidate: globalAddress(2)))
        }
        let answers = sources.map { source -> (AddressSource, Answer) in
            if source.isAuthenticated { return (source, answer(truth, using: &generator)) }
            let told = globalAddress(.random(in: 2...3, using: &generator))
            return (source, .address(told, after: .microseconds(.random(in: 10...500, using: &generator))))
        }
        return RoundScenario(
            simulation: RoundSimulation(
                sources: answers, published: generator.chance(50) ? truth : globalAddress(50),
                settings: QuorumSettings(quorum: .random(in: 1...3, using: &generator)), memory: memory),
            othersAreHonest: false)
    }

    /// The published address is right, one server of the first three is silent or lies, and everybody else is honest.
    static func withOneBadSource(seed: UInt64) throws -> RoundScenario {
        var generator = SeededGenerator(seed: seed)
        var sources: [(AddressSource, Answer)] = try (0..<4).map { index in
            let time = Duration.microseconds(Int.random(in: 50...240_000, using: &generator))
            return (try stunSource("n\(index)"), .address(truth, after: time))
        }
        let time = Duration.microseconds(Int.random(in: 10...240_000, using: &generator))
        let isLiar = generator.chance(50)
        sources.insert(
            (try stunSource("bad"), isLiar ? .address(globalAddress(2), after: time) : .silent),
            at: .random(in: 0...2, using: &generator))
        return RoundScenario(
            simulation: RoundSimulation(sources: sources, published: truth), liars: isLiar ? ["bad"] : [])
    }

    /// Anything at all.
    static func ofAnyKind(seed: UInt64) throws -> RoundScenario {
        var generator = SeededGenerator(seed: seed)
        let sources = try sources(count: 0...18, using: &generator)
        let policies: [EgressPolicy] = [.sticky, .all, .pinned([AddressBlock(only: globalAddress(2))])]
        return RoundScenario(
            simulation: RoundSimulation(
                sources: sources.map {
                    ($0, answer(globalAddress(.random(in: 1...3, using: &generator)), using: &generator))
                },
                published: generator.chance(60) ? globalAddress(.random(in: 1...4, using: &generator)) : nil,
                settings: QuorumSettings(
                    quorum: .random(in: 1...4, using: &generator),
                    egress: policies.randomElement(using: &generator) ?? .sticky),
                usualLatency: generator.chance(50) ? latency(using: &generator) : nil),
            othersAreHonest: false)
    }

    /// Sources of random operators over all transports; some operators have several, some have none that is authenticated.
    private static func sources(
        count: ClosedRange<Int>, using generator: inout SeededGenerator
    ) throws -> [AddressSource] {
        let isPlainOnly = generator.chance(25)
        var sources: [AddressSource] = []
        for _ in 0..<Int.random(in: count, using: &generator) {
            let name = names.randomElement(using: &generator) ?? ""
            let server = Int.random(in: 0...2, using: &generator)
            let host = "stun\(server).\(name).example"
            let source =
                switch Int.random(in: 0..<(isPlainOnly ? 6 : 10), using: &generator) {
                case 0...3: try stunSource(name, server)
                case 4: try AddressSource(parsingSTUN: "\(name)=\(host)/tcp")
                case 5: try AddressSource(parsingDNS: "\(name)=ip.example/TXT@\(host)")
                case 6: try AddressSource(parsingSTUN: "\(name)=\(host)/tls")
                case 7: try AddressSource(parsingDNS: "\(name)=ip.example/TXT@https://\(host)/dns-query")
                default: try webSource(name)
                }
            if !sources.contains(source) { sources.append(source) }
        }
        return sources
    }

    private static func latency(using generator: inout SeededGenerator) -> Duration {
        .microseconds(Int.random(in: 50...900_000, using: &generator))
    }

    private static func answer(_ address: IPAddress, using generator: inout SeededGenerator) -> Answer {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: .silent
        case 1: .refused(after: latency(using: &generator))
        default: .address(address, after: latency(using: &generator))
        }
    }
}
