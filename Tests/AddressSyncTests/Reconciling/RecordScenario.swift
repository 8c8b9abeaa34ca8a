import NetworkPrimitives
import TestSupport

@testable import AddressSync

/// One story: some nodes, a WAN address that changes, and what goes wrong meanwhile, all by a seed. Then everything heals, and
/// the record has to be right in time; then an hour of peace.
struct RecordScenario {
    private var random: SeededGenerator
    private(set) var world: RecordSimulation
    private var wanted = addressA
    private var heartbeat: UInt64 = 1
    private var epoch: UInt64 = 1
    private var beginning = 0
    private var backup: RecordSimulation.Store?
    private var isContested = false
    private var isBlind = false
    /// What a node that is cut off has not heard.
    private var isStale: Set<Int> = []
    private(set) var log: [String] = []

    static let addresses = [addressA, addressB, addressC]

    init(seed: UInt64, mistake: PlantedMistake? = nil) {
        random = SeededGenerator(seed: seed &* 0x9E37_79B9 &+ 17)
        let sizes = [1, 2, 3, 4, 6, 9, 12, 20]
        let count = sizes.randomElement(using: &random) ?? 1
        world = RecordSimulation(nodes: count, record: addressA, seed: seed, mistake: mistake)
        if random.chance(20) { world.setWatching(false) }
        if random.chance(50) {
            for node in 0..<count { world.nodes[node].clockRate = Double.random(in: 0.96...1.04, using: &random) }
        }
        if random.chance(40) {
            world.weather = .init(
                api: 1...800, watch: 5...3000, dns: 5...2000, provider: 20...3000,
                lostRequests: random.chance(50) ? 10 : 0, lostAnswers: random.chance(50) ? 10 : 0,
                lostProviderAnswers: random.chance(30) ? 20 : 0)
        }
        if random.chance(30) { world.propagations = [.zero, .seconds(Int.random(in: 1...50, using: &random))] }
    }

    /// - Returns: what was broken.
    mutating func run() -> [RecordRules.Violation] {
        publish(addressA)
        world.checker.changes = []
        world.run(for: .seconds(60))
        // A first look may have been a write.
        world.checker.changes.append(.start)
        for _ in 0..<Int.random(in: 3...12, using: &random) {
            disturb()
            world.run(for: pause())
        }
        heal()
        let bound = RecordRules.bound(world.settings, isContested: isContested, isBlind: isBlind)
        world.run(for: bound)
        expectConverged()
        let calls = world.providerCalls.count
        world.run(for: .seconds(3600))
        if world.providerCalls.count > calls {
            world.checker.broken(
                .steadyCalls, "\(world.providerCalls.count - calls) requests to the provider in an hour of peace",
                at: world.now)
        }
        world.checker.checkWrites(world)
        return world.checker.violations
    }

    private mutating func pause() -> Duration {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4: .milliseconds(Int.random(in: 0...1500, using: &random))
        case 4..<8: .milliseconds(Int.random(in: 0...40_000, using: &random))
        default: .seconds(Int.random(in: 60...700, using: &random))
        }
    }

    private mutating func say(_ text: String) { log.append("\(world.now) \(text)") }

    private mutating func aNode() -> Int { Int.random(in: 0..<world.count, using: &random) }

    private mutating func publish(_ address: AddressSet, lag: ClosedRange<Int> = 0...50) {
        heartbeat += 1
        if address != wanted { world.checker.changes.append(world.now) }
        wanted = address
        say("\(address) is published")
        tellAll(lag: lag)
    }

    /// Whoever reaches the API server hears of it.
    private mutating func tellAll(lag: ClosedRange<Int> = 0...50) {
        let reached = (0..<world.count).filter { !world.nodes[$0].isCutOff }
        isStale = Set((0..<world.count).filter { world.nodes[$0].isCutOff })
        world.published = .init(
            addresses: wanted, generation: generation(epoch, heartbeat), origin: .leader, beginning: beginning)
        world.desire(wanted, generation(epoch, heartbeat), of: reached, beginning: beginning, lag: lag)
    }

    private mutating func disturb() {
        let node = aNode()
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<6:
            let lag = random.chance(30) ? 0...4000 : 0...50
            publish(Self.addresses.randomElement(using: &random) ?? addressA, lag: lag)
        case 6:
            say("a heartbeat")
            heartbeat += 1
            tellAll(lag: 0...3000)
        case 7: killSomebodyAtWork()
        case 8:
            say("node \(node) dies and starts again")
            world.kill(node)
            restart(node, after: Int.random(in: 10...20_000, using: &random))
        case 9, 10:
            say("node \(node) is paused")
            world.pause(node, for: .milliseconds(Int.random(in: 100...90_000, using: &random)))
        case 11: pauseSomebodyAtWork()
        case 12, 13:
            let isCutOff = !world.nodes[node].isCutOff
            say("node \(node) is \(isCutOff ? "cut off" : "reached again")")
            isCutOff ? world.setCutOff(true, node) : reach(node)
        case 14: breakProvider()
        case 15:
            say("the provider works")
            world.fault = nil
        case 16:
            say("somebody edits the record")
            isContested = true
            world.edit(Self.addresses.randomElement(using: &random) ?? addressA)
        case 17: tamper()
        case 18:
            if let backup, random.chance(50) {
                say("the store is set back")
                isContested = true
                beginning += 1
                // Whoever leads next has a later epoch than anything in the store.
                epoch += 1
                heartbeat = 1
                world.checker.publications += 1
                world.restore(backup)
                tellAll(lag: 500...3000)
            } else {
                backup = world.stores[0]
                epoch += 1
                heartbeat += 1
                world.checker.publications += 1
                say("another leader")
                tellAll()
            }
        default:
            say("another record's entry changes")
            world.changeAnotherEntry()
        }
    }

    private mutating func restart(_ node: Int, after milliseconds: Int) {
        world.at(world.now.advanced(by: .milliseconds(milliseconds))) { world in
            guard world.nodes[node].isDead else { return }
            world.restart(node)
            // Its first look at the ConfigMap finds what is there by then, and not what was there when it died.
            if let published = world.published, !world.nodes[node].isCutOff {
                world.desire(
                    published.addresses, published.generation, of: [node], beginning: published.beginning, lag: 5...300)
            }
        }
    }

    private mutating func killSomebodyAtWork() {
        say("whoever claims or writes next dies")
        let atClaim = random.chance(50)
        let work: (inout RecordSimulation, Int) -> Void = { world, node in
            world.onClaim = nil
            world.onWrite = nil
            world.kill(node)
        }
        if atClaim { world.onClaim = work } else { world.onWrite = work }
    }

    private mutating func pauseSomebodyAtWork() {
        say("whoever claims or writes next is paused")
        let length = Duration.milliseconds(Int.random(in: 1000...120_000, using: &random))
        let work: (inout RecordSimulation, Int) -> Void = { world, node in
            world.onClaim = nil
            world.onWrite = nil
            world.pause(node, for: length)
        }
        if random.chance(60) { world.onClaim = work } else { world.onWrite = work }
    }

    private mutating func reach(_ node: Int) {
        world.setCutOff(false, node)
        isStale.remove(node)
        world.desire(wanted, generation(epoch, heartbeat), of: [node], beginning: beginning, lag: 50...2000)
    }

    private mutating func breakProvider() {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: world.fault = .fails(retryAfter: nil)
        case 1: world.fault = .fails(retryAfter: .seconds(Int.random(in: 10...250, using: &random)))
        case 2: world.fault = .refuses
        case 3: world.fault = .writesAndFails
        default: world.fault = .writesAndIsSilent
        }
        say("the provider: \(world.fault.map { "\($0)" } ?? "")")
    }

    private mutating func tamper() {
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            say("the entry is deleted, or unreadable")
            world.setEntry(nil)
        case 1:
            say("somebody writes an entry")
            world.setEntry(
                RecordClaim(
                    addresses: addressC, phase: .claimed, node: "nobody", generation: generation(epoch, 0),
                    holdSeconds: 60, provider: "fake", time: wallTime()))
        default:
            say("the name servers cannot tell for a while")
            isBlind = true
            world.check = .unknown("intercepted")
            world.at(world.now.advanced(by: .seconds(Int.random(in: 1...600, using: &random)))) { $0.check = nil }
        }
    }

    private mutating func heal() {
        say("everything heals")
        world.fault = nil
        world.check = nil
        world.onClaim = nil
        world.onWrite = nil
        world.weather.lostRequests = 0
        world.weather.lostAnswers = 0
        world.weather.lostProviderAnswers = 0
        for node in 0..<world.count {
            world.resume(node)
            if world.nodes[node].isCutOff { reach(node) }
            if world.nodes[node].isDead { restart(node, after: 10) }
        }
        // The leader's next heartbeat.
        heartbeat += 1
        tellAll()
    }

    private mutating func expectConverged() {
        if world.record != wanted {
            world.checker.broken(
                .convergence, "the record holds \(world.record?.description ?? "nothing") and not \(wanted)",
                at: world.now)
        }
        for node in 0..<world.count where !world.isInStep(node) {
            world.checker.broken(
                .convergence, "node \(node) is not in step: \(world.news(of: node).suffix(3))", at: world.now)
        }
        // Without a watch nobody hears what somebody did to the entry.
        if world.nodes[0].watches, let entry = world.entry, entry.addresses != wanted || entry.phase != .synced {
            world.checker.broken(.convergence, "the entry says \(entry.json)", at: world.now)
        }
    }
}
