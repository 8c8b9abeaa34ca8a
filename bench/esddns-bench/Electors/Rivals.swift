import ElectorTrials

/// Our elector, and those of others as far as they are there.
struct Rivals: Sendable {
    let own = ElectorProgram.own(bench: Program.path)
    private let others: [ElectorProgram]
    private let missing: [Figure.Peer]

    init() {
        var others: [ElectorProgram] = []
        var missing: [Figure.Peer] = []
        let sources: [(String, () throws(ElectorProgram.Missing) -> ElectorProgram)] = [
            ("Python client", { () throws(ElectorProgram.Missing) in try .python() }),
            ("PEER_ELECTOR", { () throws(ElectorProgram.Missing) in try .fromEnvironment() }),
        ]
        for (name, find) in sources {
            do throws(ElectorProgram.Missing) {
                others.append(try find())
            } catch {
                missing.append(.init(name, .missing(error.description)))
            }
        }
        self.others = others
        self.missing = missing
    }

    var list: String { ([own] + others).map(\.name).joined(separator: ", ") }

    /// What each has reached.
    struct Results: Sendable {
        var own: [Double]
        var peers: [Figure.Peer]
    }

    /// Measures ours and the others, all at once or one by one.
    ///
    /// Another that fails, such as one that the server does not understand, counts as missing; ours must not fail.
    func measure(
        oneByOne: Bool = false, _ measure: @escaping @Sendable (ElectorProgram) async throws -> [Double]
    ) async throws -> Results {
        let programs = [own] + others
        var outcomes: [Outcome] = []
        if oneByOne {
            for program in programs { outcomes.append(await Self.run(program, measure)) }
        } else {
            outcomes = await withTaskGroup(of: Outcome.self) { group in
                for program in programs { group.addTask { await Self.run(program, measure) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        var samples: [Double] = []
        var peers: [String: Figure.Peer] = [:]
        for outcome in outcomes {
            if outcome.program == own {
                if let failure = outcome.failure { throw failure }
                samples = outcome.samples
            } else {
                let missing = outcome.failure.map { "failed: \($0.description.prefix(200))" }
                peers[outcome.program.name] = .init(
                    outcome.program.name, missing.map { .missing($0) } ?? .measured(outcome.samples))
            }
        }
        return Results(own: samples, peers: others.compactMap { peers[$0.name] } + missing)
    }

    private struct Outcome: Sendable {
        var program: ElectorProgram
        var samples: [Double] = []
        var failure: BenchmarkError?
    }

    private static func run(
        _ program: ElectorProgram, _ measure: @Sendable (ElectorProgram) async throws -> [Double]
    ) async -> Outcome {
        do {
            return Outcome(program: program, samples: try await measure(program))
        } catch {
            return Outcome(program: program, failure: BenchmarkError("\(error)"))
        }
    }
}
