import NetworkPrimitives
import OperatorCore
import StatusServer
import TestSupport

@testable import AddressSync

/// Many nodes' ``RecordState``s over one store of claims and one record, in virtual time: the same seed is the same story.
///
/// Each request takes a drawn time, so that the nodes' steps interleave. A claim or a write takes effect at a moment
/// between its beginning and its end.
struct RecordSimulation {
    typealias State = RecordState<VirtualInstant>

    private enum Event {
        case input(node: Int, State.Input)
        case alarm(node: Int, number: Int)
        /// A request reaches the API server or the provider.
        case takesEffect(node: Int, State.Action)
        case script((inout RecordSimulation) -> Void)
    }

    private struct Node {
        var state: State
        var isDead = false
        var lastAlarm = 0
        /// The version of the claims that this node has read last.
        var readVersion = -1
        var isCutOff = false
        var news: [(time: VirtualInstant, RecordNews)] = []
        var checks = 0
    }

    /// What the provider does when asked to write.
    enum ProviderFault {
        case fails(retryAfter: Duration?)
        case refuses
        /// The write is carried out, but the answer is lost.
        case writesAndFails
    }

    // MARK: The world

    private(set) var now = VirtualInstant.start
    private(set) var entry: RecordClaim?
    private var version = 0
    /// What the provider has. `nil`: no record.
    var record: AddressSet?
    /// What name servers say instead of the record, such as a CNAME.
    var check: RecordCheck?
    /// How long name servers take to show a write.
    var propagation: Duration = .zero
    var fault: ProviderFault?
    private var shown: [(from: VirtualInstant, record: AddressSet?)]
    /// Times at which the provider changed the record, with the node.
    private(set) var writes: [(time: VirtualInstant, node: Int, address: AddressSet)] = []
    /// Times at which the provider was asked.
    private(set) var providerCalls: [VirtualInstant] = []
    private(set) var claimsWon = 0
    private(set) var requestsToAPI = 0
    /// Called with each claim that is won; crash tests kill the winner here.
    var onClaim: ((inout RecordSimulation, Int) -> Void)?
    var onWrite: ((inout RecordSimulation, Int) -> Void)?

    private var nodes: [Node]
    private var events = TimeLine<Event>()
    private var random: SeededGenerator

    init(nodes count: Int, record: AddressSet?, seed: UInt64 = 1, settings: ReconcilingSettings = .init()) {
        var random = SeededGenerator(seed: seed)
        self.record = record
        shown = [(.start, record)]
        nodes = (0..<count).map { number in
            Node(
                state: State(
                    node: "node-\(number)", provider: "fake", record: "home.example.com", settings: settings,
                    jitter: Double.random(in: 0.9...1.1, using: &random)))
        }
        self.random = random
    }

    // MARK: What tests say

    /// Nodes learn what the record should hold, each with a lag of its own.
    mutating func desire(
        _ address: AddressSet, _ generation: Generation, of chosen: [Int]? = nil,
        origin: State.Origin = .leader, lag: ClosedRange<Int> = 0...50
    ) {
        for node in chosen ?? Array(nodes.indices) {
            let desired = State.Desired(addresses: address, generation: generation, origin: origin)
            let delay = Duration.milliseconds(Int.random(in: lag, using: &random))
            schedule(delay, .input(node: node, .desired(desired)))
        }
    }

    mutating func at(_ time: VirtualInstant, _ script: @escaping (inout RecordSimulation) -> Void) {
        schedule(now.duration(to: time), .script(script))
    }

    /// The process is gone, with everything that it was about to do; what has reached a server stays.
    mutating func kill(_ node: Int) { nodes[node].isDead = true }

    mutating func setCutOff(_ isCutOff: Bool, _ node: Int) { nodes[node].isCutOff = isCutOff }

    /// Somebody changes the record by hand.
    mutating func edit(_ new: AddressSet?) {
        record = new
        shown.append((now, new))
    }

    mutating func setEntry(_ claim: RecordClaim?) {
        entry = claim
        version += 1
    }

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
            handle(event)
        }
        now = end
    }

    mutating func run(for duration: Duration) { run(until: now.advanced(by: duration)) }

    // MARK: Machinery

    private mutating func schedule(_ delay: Duration, _ event: Event) {
        events.insert(event, at: now.advanced(by: delay))
    }

    private mutating func latency(_ range: ClosedRange<Int>) -> Duration {
        .milliseconds(Int.random(in: range, using: &random))
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .script(let script): script(&self)
        case .input(let node, let input): give(input, to: node)
        case .alarm(let node, let number):
            if nodes[node].lastAlarm == number { give(.timerFired, to: node) }
        case .takesEffect(let node, let action):
            // A dead process sends nothing; what it has sent before is carried out.
            if !nodes[node].isDead { carryOut(action, of: node) }
        }
    }

    private mutating func give(_ input: State.Input, to node: Int) {
        guard !nodes[node].isDead else { return }
        let wallClock = wallTime(now.offset.components.seconds)
        for action in nodes[node].state.handle(input, at: now, wallClock: wallClock) {
            switch action {
            case .tell(let news): nodes[node].news.append((now, news))
            case .wakeUp(let instant):
                nodes[node].lastAlarm += 1
                schedule(now.duration(to: instant), .alarm(node: node, number: nodes[node].lastAlarm))
            case .readClaim, .claim, .report:
                schedule(latency(1...20), .takesEffect(node: node, action))
            case .check:
                schedule(latency(5...40), .takesEffect(node: node, action))
            case .write:
                schedule(latency(50...500), .takesEffect(node: node, action))
            }
        }
    }

    private mutating func carryOut(_ action: State.Action, of node: Int) {
        let answer: State.Input
        switch action {
        case .readClaim:
            requestsToAPI += 1
            answer = read(node)
        case .claim(let claim):
            requestsToAPI += 1
            if nodes[node].isCutOff {
                answer = .claimsUnreachable("no route to host")
            } else if put(claim, by: node) {
                claimsWon += 1
                answer = .claimWon
                onClaim?(&self, node)
            } else {
                answer = .claimLost
            }
        case .report(let claim):
            requestsToAPI += 1
            // As the driver does it: again after a lost race, unless the entry is somebody else's by now.
            if !nodes[node].isCutOff, !put(claim, by: node), entry?.node == claim.node,
                entry?.addresses == claim.addresses
            {
                nodes[node].readVersion = version
                _ = put(claim, by: node)
            }
            answer = .reported
        case .check:
            nodes[node].checks += 1
            answer = .checked(check ?? lookUp())
        case .write(let address, _):
            answer = .written(write(address, by: node))
            onWrite?(&self, node)
        case .wakeUp, .tell: return
        }
        schedule(latency(1...20), .input(node: node, answer))
    }

    private mutating func read(_ node: Int) -> State.Input {
        guard !nodes[node].isCutOff else { return .claimsUnreachable("no route to host") }
        nodes[node].readVersion = version
        // Through its JSON form, as in the cluster.
        return .claimRead(entry.flatMap { RecordClaim(json: $0.json) })
    }

    private mutating func put(_ claim: RecordClaim, by node: Int) -> Bool {
        guard nodes[node].readVersion == version else { return false }
        version += 1
        nodes[node].readVersion = version
        entry = claim
        return true
    }

    private func lookUp() -> RecordCheck {
        let visible = shown.last { $0.from <= now }?.record ?? nil
        guard let visible else { return .absent }
        return .holds(visible)
    }

    private mutating func write(_ address: AddressSet, by node: Int) -> WriteResult {
        providerCalls.append(now)
        switch fault {
        case .fails(let retryAfter): return .failed("HTTP 500", retryAfter: retryAfter)
        case .refuses: return .refused("HTTP 401")
        case .writesAndFails, nil: break
        }
        if record == address { return .unchanged }
        record = address
        shown.append((now.advanced(by: propagation), record))
        writes.append((now, node, address))
        if case .writesAndFails = fault { return .failed("no answer", retryAfter: nil) }
        return .done("changed")
    }
}
