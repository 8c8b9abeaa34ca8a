/// All benchmarks, in the order in which they run. Add yours here.
enum Benchmarks {
    static let all: [any Benchmark.Type] = [
        LeaderTakeover.self,
        LeaderHandOver.self,
        ConfigMapFanOut.self,
        WatchReconnects.self,
        UpdaterCrowds.self,
        QuorumRound.self,
        GarbagePackets.self,
        DetectCommandStart.self,
        StatusServing.self,
        IdleProcesses.self,
    ]

    /// - Parameter filters: parts of names; none means all.
    static func matching(_ filters: [String]) -> [any Benchmark.Type] {
        all.filter { type in filters.isEmpty || filters.contains { type.name.contains($0) } }
    }
}
