import ElectorTrials

/// How long nobody leads after a leader was killed.
struct LeaderTakeover: Benchmark {
    static let name = "takeover"
    static let summary = """
        A leader is killed with SIGKILL at some point between two renewals, with settings of 15, 10 and 2 s; from the signal \
        until the standby says that it leads. Leader, standby and API server are processes; all runs go on at once.
        """
    static let runs = 10

    func run(_ context: BenchmarkContext) async throws -> [Figure] {
        let rivals = Rivals()
        context.progress("\(context.runs) pairs of each of \(rivals.list)")
        let results = try await BenchServer.run { server in
            try await rivals.measure { program in
                try await withThrowingTaskGroup(of: Double.self) { group in
                    for number in 0..<context.runs {
                        // Spread over a retry period: what is left of the Lease depends on when it was last renewed.
                        let phase = Duration.milliseconds(2000 * number / context.runs)
                        group.addTask {
                            try await server.withTrial("takeover") { trial in
                                try await Self.measure(program, in: trial, after: phase)
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
        }
        let (own, peers) = (results.own, results.peers)
        return [
            Figure(
                "takeover after SIGKILL", unit: "s", .maximum, of: own, target: .atMost(15.5),
                peers: peers),
            Figure("takeover after SIGKILL", unit: "s", .median, of: own, peers: peers),
        ]
    }

    private static func measure(
        _ program: ElectorProgram, in trial: ElectorTrial, after phase: Duration
    ) async throws -> Double {
        let leader = try ElectorProcess(program, identity: "first", in: trial)
        return try await ending(leader) {
            try await leader.untilLeading(within: .seconds(60))
            let standby = try ElectorProcess(program, identity: "second", in: trial)
            return try await ending(standby) {
                // For slow starters, all at once: the standby has to have seen the Lease for this to be a takeover.
                try await Task.sleep(for: .seconds(12) + phase)
                let killed = try await leader.kill()
                let leads = try await standby.untilLeading(within: .seconds(60))
                return Double(leads - killed) / 1e9
            }
        }
    }
}

/// How long nobody leads after a leader was asked to stop.
struct LeaderHandOver: Benchmark {
    static let name = "hand-over"
    static let summary = """
        A leader is asked to stop with SIGTERM; from the signal until the standby says that it leads. Settings of 15, 10 and \
        2 s; one run after the other. A peer that cannot give a Lease back is waited out, three times at once.
        """
    static let runs = 20

    func run(_ context: BenchmarkContext) async throws -> [Figure] {
        let rivals = Rivals()
        let results = try await BenchServer.run { server in
            try await rivals.measure(oneByOne: true) { program in
                context.progress(program.name)
                if program.givesBack {
                    return try await server.withTrial("hand-over") { trial in
                        try await Self.chain(program, trial, context.runs)
                    }
                }
                return try await withThrowingTaskGroup(of: [Double].self) { group in
                    for _ in 0..<3 {
                        group.addTask {
                            try await server.withTrial("hand-over") { trial in
                                try await Self.chain(program, trial, 1)
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
            }
        }
        let (own, peers) = (results.own, results.peers)
        return [
            Figure(
                "hand-over on SIGTERM", unit: "ms", .maximum, of: own, target: .atMost(100),
                peers: peers),
            Figure("hand-over on SIGTERM", unit: "ms", .median, of: own, peers: peers),
        ]
    }

    /// One leader after the other hands over to the next.
    private static func chain(
        _ program: ElectorProgram, _ trial: ElectorTrial, _ runs: Int
    ) async throws -> [Double] {
        var samples: [Double] = []
        var leader = try ElectorProcess(program, identity: "candidate-0", in: trial)
        do {
            try await leader.untilLeading(within: .seconds(60))
            for number in 1...runs {
                let standby = try ElectorProcess(program, identity: "candidate-\(number)", in: trial)
                let before = leader
                leader = standby
                samples.append(
                    try await ending(before) {
                        // Until the standby stands by.
                        try await Task.sleep(for: .seconds(program.givesBack ? 1.5 : 5))
                        let asked = before.askToStop()
                        let leads = try await standby.untilLeading(within: .seconds(60))
                        return Double(leads - asked) / 1e6
                    })
            }
        } catch {
            await leader.stop()
            throw error
        }
        await leader.stop()
        return samples
    }
}

/// Runs `body`, and ends the process however that ends.
private func ending<Value>(_ process: ElectorProcess, _ body: () async throws -> Value) async throws -> Value {
    do {
        let value = try await body()
        await process.stop()
        return value
    } catch {
        await process.stop()
        throw error
    }
}
