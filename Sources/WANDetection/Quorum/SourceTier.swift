/// Sources of one kind that a round has not asked yet, and when the next of them are due.
struct SourceTier: Sendable {
    private(set) var waiting: [AddressSource]
    /// When the next wave is due.
    private(set) var dueAt: Duration
    private let firstWave: Int
    private let furtherWave: Int
    /// From the first wave to the second, and from there on.
    private let delays: (first: Duration, further: Duration)
    private var waves = 0

    init(
        _ sources: [AddressSource], dueAt: Duration, waves: (first: Int, further: Int),
        delays: (first: Duration, further: Duration)
    ) {
        waiting = sources
        self.dueAt = dueAt
        firstWave = waves.first
        furtherWave = waves.further
        self.delays = delays
    }

    /// The next wave must not wait longer than until `time`.
    mutating func hasten(to time: Duration) { dueAt = min(dueAt, time) }

    /// Takes the next wave: sources that `isUseful`, each of another operator, those of operators whose answer is not
    /// already on its way first.
    mutating func next(
        at time: Duration, pendingOperators: Set<String>, isUseful: (AddressSource) -> Bool
    ) -> [AddressSource] {
        let size = waves == 0 ? firstWave : furtherWave
        let useful = waiting.filter(isUseful)
        let fresh = useful.filter { !pendingOperators.contains($0.operatorName) }
        let repeated = useful.filter { pendingOperators.contains($0.operatorName) }
        var operators: Set<String> = []
        var wave: [AddressSource] = []
        for source in fresh + repeated where wave.count < size && operators.insert(source.operatorName).inserted {
            wave.append(source)
        }
        waiting.removeAll { wave.contains($0) }
        dueAt = time + (waves == 0 ? delays.first : delays.further)
        waves += 1
        return wave
    }
}
