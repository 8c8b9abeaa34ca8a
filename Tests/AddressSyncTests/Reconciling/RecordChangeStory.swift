import NetworkPrimitives
import TestSupport

@testable import AddressSync

/// A change of the address where nothing goes wrong, and what it costs: the same in a cluster of any size.
struct RecordChangeStory {
    /// What was measured.
    struct Cost: CustomStringConvertible {
        var nodes: Int
        var writes: Int
        /// From the publication until the provider has changed the record.
        var time: Duration
        var apiRequests: Int
        /// Most within a tenth of a second.
        var apiPeak: Int
        /// Questions to name servers within the first ten seconds.
        var lookups: Int
        /// Most questions to name servers within a second of the next ten minutes.
        var lookupPeak: Int
        var providerCalls: Int

        var description: String {
            """
            \(nodes) nodes: \(writes) writes after \(time), \(apiRequests) API requests (\(apiPeak) in 0.1 s), \
            \(lookups) lookups, then at most \(lookupPeak) a second, \(providerCalls) provider calls
            """
        }
    }

    private(set) var world: RecordSimulation
    private let nodes: Int

    init(nodes: Int, seed: UInt64, mistake: PlantedMistake? = nil, watching: Bool = true) {
        self.nodes = nodes
        world = RecordSimulation(nodes: nodes, record: addressA, seed: seed, mistake: mistake)
        if !watching { world.setWatching(false) }
        world.desire(addressA, generation(1, 1), lag: 70...600)
        world.run(for: .seconds(400))
    }

    /// - Returns: what was broken, and what it took.
    mutating func run() -> (violations: [RecordRules.Violation], cost: Cost) {
        let start = world.now
        world.load.begin(at: start)
        let (writes, calls) = (world.writes.count, world.providerCalls.count)
        world.checker.changes.append(start)
        world.desire(addressB, generation(1, 2), lag: 2...60)
        world.run(for: .seconds(10))
        let soon = world.load
        world.load.begin(at: world.now)
        world.run(for: .seconds(600))
        let cost = Cost(
            nodes: nodes, writes: world.writes.count - writes,
            time: world.writes.dropFirst(writes).first.map { start.duration(to: $0.time) } ?? .seconds(3600),
            apiRequests: soon.total(.api), apiPeak: soon.peak(.api), lookups: soon.total(.nameServer),
            lookupPeak: world.load.peakSecond(.nameServer), providerCalls: world.providerCalls.count - calls)
        judge(cost)
        return (world.checker.violations, cost)
    }

    private mutating func judge(_ cost: Cost) {
        func broken(_ rule: RecordRules.Rule) { world.checker.broken(rule, "\(cost)", at: world.now) }
        if cost.writes != 1 || cost.providerCalls != 2 { broken(.writesPerChange) }
        if cost.time > .seconds(1) { broken(.slow) }
        if world.record != addressB || !(0..<nodes).allSatisfy({ world.isInStep($0) }) { broken(.convergence) }
        guard world.nodes[0].watches else { return }
        // A dozen start before the first has let the others know, whatever their number; each reads once more.
        if cost.apiRequests > 100 || world.load.total(.api) > 20 { broken(.requests) }
        // All look once in the next five minutes or so, and not in the same minute.
        if cost.lookups > 60 || cost.lookupPeak > 8 + nodes / 60 { broken(.lookups) }
    }
}
