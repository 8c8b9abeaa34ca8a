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
        let width = oneByOne ? 1 : others.count + 1
        var waiting = ([own] + others)[...]
        var samples: [String: Result<[Double], any Error>] = [:]
        await withTaskGroup(of: (String, Result<[Double], any Error>).self) { group in
            func startNext() {
                guard let program = waiting.popFirst() else { return }
                group.addTask {
                    do {
                        return (program.name, .success(try await measure(program)))
                    } catch {
                        return (program.name, .failure(error))
                    }
                }
            }
            for _ in 0..<width { startNext() }
            for await (name, result) in group {
                samples[name] = result
                startNext()
            }
        }
        let peers = others.map { program -> Figure.Peer in
            switch samples[program.name] {
            case .success(let samples): .init(program.name, .measured(samples))
            case .failure(let error): .init(program.name, .missing("failed: \(String("\(error)".prefix(200)))"))
            case nil: .init(program.name, .missing("was not run"))
            }
        }
        return Results(own: try samples[own.name]?.get() ?? [], peers: peers + missing)
    }
}
