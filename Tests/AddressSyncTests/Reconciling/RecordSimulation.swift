import NetworkPrimitives
import OperatorCore
import StatusServer
import TestSupport

@testable import AddressSync

/// Many nodes' ``RecordState``s over stores of claims, one record, its provider and its name servers, in virtual time: the same
/// seed is the same story.
///
/// Each request takes a drawn time, so that the nodes' steps interleave; it takes effect at a moment between its sending and
/// its answer. Nodes can be killed, started again, stopped for a while, cut off, and have clocks that go wrong.
struct RecordSimulation {
    typealias State = RecordState<VirtualInstant>

    enum Event {
        /// Comes to the process: what `take` does. Whoever is paused takes it later.
        case arrives(node: Int, life: Int, Arrival)
        /// Reaches a server, whatever has become of the sender.
        case takesEffect(node: Int, life: Int, Request)
        case script((inout RecordSimulation) -> Void)
    }

    enum Arrival {
        case input(State.Input)
        /// An answer about the entry, with its version.
        case claim(State.Input, ClaimStamp)
        case sight(RecordClaim?, ClaimStamp, isAnew: Bool)
        case hidden
        case alarm(number: Int)
        /// The provider has said what the record holds.
        case providerRead(write: Int, holds: AddressSet?)
        case writeEnds(write: Int, WriteResult)
        case resumes
    }

    enum Request {
        case readClaim
        case put(RecordClaim, over: ClaimStamp, isReport: Bool)
        case check
        case providerRead(write: Int)
        case providerWrite(write: Int, AddressSet)
    }

    /// Which state of the claims is meant: as `ClaimVersion`, in numbers.
    struct ClaimStamp: Hashable {
        var map = 0
        var entry = 0
    }

    /// One site's claims, as its API server has them.
    struct Store {
        var entry: RecordClaim?
        var stamp = ClaimStamp()
    }

    struct Node {
        var state: State
        var site = 0
        /// How much faster than the world's its clock goes.
        var clockRate = 1.0
        /// What its clock has missed, if it is of the wrong kind.
        var lostTime = Duration.zero
        var life = 0
        var isDead = false
        var isPaused = false
        /// When it was stopped last, and for how long.
        var stopped: (at: VirtualInstant, end: VirtualInstant)?
        var backlog: [Arrival] = []
        var lastAlarm = 0
        /// The entry as the state knows it.
        var known = ClaimStamp()
        var isCutOff = false
        /// The entry was tampered with while it was cut off, and it has heard nothing since; until when that was so.
        var missesReset = false
        var heardAgain = VirtualInstant.start
        var watches = true
        var lastSightAt = VirtualInstant.start
        var desired: State.Desired?
        var news: [(time: VirtualInstant, RecordNews)] = []
        var checks = 0
        var write: Write?
        var lastWrite = 0
        /// Has a claim in the entry, and has not reported.
        var holdsClaim = false
        /// Something has happened since it won its claim that may cost a second write.
        var isExcused = false
    }

    /// A write under way.
    struct Write {
        var number: Int
        var addresses: AddressSet
        var began: VirtualInstant
        var deadline: VirtualInstant
        var isClaimed: Bool
        /// Whether its process was paused meanwhile.
        var wasPaused = false
        /// The state was told that it was given up.
        var isAbandoned = false
    }

    /// What the provider does when asked to write.
    enum ProviderFault {
        case fails(retryAfter: Duration?)
        case refuses
        /// The write is carried out, but the answer is lost.
        case writesAndFails
        /// The write is carried out, and nothing is ever answered.
        case writesAndIsSilent
    }

    /// How long things take, in milliseconds, and how often they fail, in percent.
    struct Weather {
        var api = 1...20
        var watch = 2...60
        var dns = 5...40
        var provider = 20...130
        var lostRequests = 0
        var lostAnswers = 0
        var lostProviderAnswers = 0
    }

    // MARK: The world

    var now = VirtualInstant.start
    var stores: [Store]
    /// What the provider has. `nil`: no record.
    var record: AddressSet?
    /// What name servers say instead of the record, such as a CNAME.
    var check: RecordCheck?
    /// How long name servers take to show a write: each of them.
    var propagations: [Duration] = [.zero]
    /// How long all name servers take.
    var propagation: Duration {
        get { propagations.max() ?? .zero }
        set { propagations = [newValue] }
    }
    var fault: ProviderFault?
    var weather = Weather()
    var mistake: PlantedMistake?
    var shown: [(at: VirtualInstant, record: AddressSet?)]
    let settings: ReconcilingSettings

    // MARK: What has happened

    struct Written: Hashable {
        var time: VirtualInstant
        var node: Int
        var address: AddressSet
    }
    /// When the provider changed the record.
    var writes: [Written] = []
    /// Times at which the provider was asked.
    var providerCalls: [VirtualInstant] = []
    var claimsWon = 0
    var requestsToAPI = 0
    /// Of requests to the API server, name servers and the provider, by tenths of a second since the last ``beginCount()``.
    var load = RecordLoad()
    var checker = RecordRules()
    /// Called with each claim that is won; crash tests kill the winner here.
    var onClaim: ((inout RecordSimulation, Int) -> Void)?
    var onWrite: ((inout RecordSimulation, Int) -> Void)?

    /// What the ConfigMap of the WAN address says, for those that read it later.
    var published: State.Desired?
    var nodes: [Node]
    var events = TimeLine<Event>()
    var random: SeededGenerator

    /// - Parameter sites: nodes are dealt out to so many clusters, which know nothing of each other.
    init(
        nodes count: Int, record: AddressSet?, seed: UInt64 = 1, settings: ReconcilingSettings = .init(),
        sites: Int = 1,
        mistake: PlantedMistake? = nil
    ) {
        var random = SeededGenerator(seed: seed)
        self.record = record
        let settings = mistake?.plant(in: settings) ?? settings
        self.settings = settings
        self.mistake = mistake
        stores = Array(repeating: Store(), count: sites)
        shown = [(.start, record)]
        nodes = (0..<count).map { number in
            var node = Node(state: Self.state(of: number, settings, &random))
            node.site = number % sites
            return node
        }
        self.random = random
        for node in nodes.indices { connectWatch(of: node) }
    }

    private static func state(of node: Int, _ settings: ReconcilingSettings, _ random: inout SeededGenerator) -> State {
        State(
            node: "node-\(node)", provider: "fake", record: "home.example.com", settings: settings,
            jitter: Double.random(in: 0.9...1.1, using: &random))
    }

    // MARK: What tests say

    /// Nodes learn what the record should hold, each with a lag of its own.
    mutating func desire(
        _ address: AddressSet, _ generation: Generation, of chosen: [Int]? = nil,
        origin: State.Origin = .leader, beginning: Int = 0, lag: ClosedRange<Int> = 0...50
    ) {
        for node in chosen ?? Array(nodes.indices) {
            let desired = State.Desired(
                addresses: address, generation: generation, origin: origin, beginning: beginning)
            arrive(node, latency(lag), .input(.desired(desired)))
        }
    }

    mutating func at(_ time: VirtualInstant, _ script: @escaping (inout RecordSimulation) -> Void) {
        events.insert(.script(script), at: time)
    }

    /// The process is gone, with everything that it was about to do; what was sent to a server is carried out there.
    mutating func kill(_ node: Int) {
        excuse(node)
        nodes[node].isDead = true
        nodes[node].life += 1
        nodes[node].isPaused = false
        nodes[node].backlog = []
        nodes[node].write = nil
        nodes[node].desired = nil
        nodes[node].holdsClaim = false
    }

    /// A new process, which knows nothing.
    mutating func restart(_ node: Int) {
        if !nodes[node].isDead { kill(node) }
        nodes[node].isDead = false
        nodes[node].isExcused = false
        nodes[node].known = ClaimStamp()
        nodes[node].state = Self.state(of: node, settings, &random)
        connectWatch(of: node)
    }

    /// Nothing of the process runs for a while; its clock goes on.
    mutating func pause(_ node: Int, for duration: Duration) {
        guard !nodes[node].isDead, !nodes[node].isPaused else { return }
        excuse(node)
        nodes[node].isPaused = true
        nodes[node].stopped = (now, now)
        nodes[node].write?.wasPaused = true
        let life = nodes[node].life
        at(now.advanced(by: duration)) { world in
            guard world.nodes[node].life == life else { return }
            if world.mistake == .clockThatStops { world.nodes[node].lostTime += duration }
            world.resume(node)
        }
    }

    mutating func resume(_ node: Int) {
        guard nodes[node].isPaused else { return }
        nodes[node].isPaused = false
        nodes[node].stopped?.end = now
        // In whatever order the process gets round to them.
        let backlog = nodes[node].backlog.shuffled(using: &random)
        nodes[node].backlog = []
        for arrival in backlog { take(arrival, node) }
    }

    mutating func setCutOff(_ isCutOff: Bool, _ node: Int) {
        guard nodes[node].isCutOff != isCutOff else { return }
        if isCutOff { excuse(node) }
        nodes[node].isCutOff = isCutOff
        if isCutOff {
            arrive(node, latency(100...2000), .hidden)
        } else {
            connectWatch(of: node)
        }
    }

    /// Whether nodes follow the claims by a watch.
    mutating func setWatching(_ watches: Bool, _ chosen: [Int]? = nil) {
        for node in chosen ?? Array(nodes.indices) where nodes[node].watches != watches {
            nodes[node].watches = watches
            if watches { connectWatch(of: node) } else { arrive(node, .zero, .hidden) }
        }
    }

    /// Somebody changes the record by hand.
    mutating func edit(_ new: AddressSet?) {
        checker.edits.append(now)
        record = new
        shown.append((now, new))
    }

    /// Somebody changes the entry by hand, or deletes it.
    mutating func setEntry(_ claim: RecordClaim?, site: Int = 0) {
        for node in nodes.indices where nodes[node].site == site {
            excuse(node)
            if nodes[node].isCutOff { nodes[node].missesReset = true }
        }
        // What it said of a failure is forgotten with it.
        checker.publications += 1
        change(site, to: claim)
    }

    /// Another record's entry in the same ConfigMap changes.
    mutating func changeAnotherEntry(site: Int = 0) {
        stores[site].stamp.map += 1
        showEntry(site)
    }

    /// The store of a site is set back to what it was, versions and all.
    mutating func restore(_ old: Store, site: Int = 0) {
        for node in nodes.indices where nodes[node].site == site { excuse(node) }
        stores[site] = old
        for node in nodes.indices where nodes[node].site == site {
            if nodes[node].isCutOff { nodes[node].missesReset = true }
            arrive(node, .zero, .hidden)
            connectWatch(of: node)
        }
    }

    // MARK: What tests see

    var entry: RecordClaim? { stores[0].entry }
    func news(of node: Int) -> [RecordNews] { nodes[node].news.map(\.1) }
    func timedNews(of node: Int) -> [(time: VirtualInstant, RecordNews)] { nodes[node].news }
    func isInStep(_ node: Int) -> Bool {
        for item in nodes[node].news.reversed() {
            switch item.1 {
            case .inStep, .written: return true
            case .waiting: continue
            default: return false
            }
        }
        return false
    }
    var count: Int { nodes.count }
    var checks: Int { nodes.map(\.checks).reduce(0, +) }

    /// Lets everything happen until that time.
    mutating func run(until end: VirtualInstant) {
        while let (time, event) = events.popFirst(until: end) {
            now = time
            switch event {
            case .script(let script): script(&self)
            case .arrives(let node, let life, let arrival):
                if nodes[node].life == life, !nodes[node].isDead { take(arrival, node) }
            case .takesEffect(let node, let life, let request): carryOut(request, of: node, life: life)
            }
        }
        now = end
    }

    mutating func run(for duration: Duration) { run(until: now.advanced(by: duration)) }
}
