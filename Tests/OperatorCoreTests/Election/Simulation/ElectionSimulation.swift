import CurlHTTP
import Synchronization
import TestSupport

@testable import OperatorCore

/// Three candidates against one API server in virtual time, and everything that can go wrong, drawn from a seed.
///
/// Requests and answers are late, lost or refused; links are cut and mended; candidates crash, stop, are paused and start
/// anew under new names. Whoever leads claims a ConfigMap and keeps writing to it.
final class ElectionSimulation: Sendable {
    struct Plan: Sendable {
        var steps = 200
        var deletesLeases = false
        /// Plants a fault: the server compares no versions.
        var ignoresVersions = false
    }

    private static let seats = 3

    private let plan: Plan
    private let time = VirtualTime()
    private let api = MemoryAPI()
    private let generator: Mutex<SeededGenerator>
    private let history = Mutex(ElectionHistory())
    /// Who sits where.
    private let candidates = Mutex<[Contender]>([])
    /// Everybody there ever was. Who has crashed or was cut off counts as leading for as long as it would say so itself.
    private let everybody = Mutex<[Contender]>([])

    init(seed: UInt64, plan: Plan = Plan()) {
        self.plan = plan
        generator = Mutex(SeededGenerator(seed: seed))
    }

    /// Runs all steps, then lets the survivors settle.
    func run() async throws -> ElectionHistory {
        for _ in 0..<Self.seats { try seat() }
        for _ in 0..<plan.steps {
            // Other tests want their turn on this thread, too.
            await Task.yield()
            try step()
            pass(.milliseconds(draw(1...4000)))
        }
        for candidate in candidates.withLock(\.self) {
            candidate.link.isCut = false
            candidate.link.setFate { _ in Link.Fate() }
        }
        pass(.seconds(60))
        finish()
        return history.withLock(\.self)
    }

    /// How many can lead now.
    var leaders: Int { candidates.withLock { $0.count(where: \.isLeader) } }

    /// Everything that was asked of the server.
    var requests: [String] { api.requests.map { "\($0.verb) \($0.plural)" } }

    // MARK: What goes wrong

    private func step() throws {
        let place = draw(0...(Self.seats - 1))
        let candidate = candidates.withLock { $0[place] }
        switch draw(0...99) {
        case 0..<20: candidate.link.isCut.toggle()
        case 20..<30: candidate.link.setFate { [self] _ in fate() }
        case 30..<40: candidate.link.setFate { _ in Link.Fate() }
        case 40..<47: candidate.elector.stop()
        case 47..<52:
            // Gone without a word, though what it has sent may still arrive.
            candidate.link.isCut = true
            try seat(at: place)
        case 52..<56:
            // All of them: they share a clock.
            time.pause(for: .milliseconds(draw(1...20000)))
            sample()
        case 56..<60:
            if plan.deletesLeases { api.remove(Lease.self, "leader", namespace: "n") }
        case 60..<65: api.endWatches()
        case 65..<70: api.muteWatches()
        case 70..<75:
            if var lease = api.lease {
                lease.json[["metadata", "labels"]] = ["label": .string(String(draw(0...9)))]
                api.put(lease, namespace: "n")
            }
        case 75..<80:
            if var map = api.stored(ConfigMap.self, "m", namespace: "n") {
                map.json[["metadata", "labels"]] = ["label": .string(String(draw(0...9)))]
                api.put(map, namespace: "n")
            }
        default: break
        }
        // Whoever has left the election starts anew, as its pod would.
        for place in 0..<Self.seats where candidates.withLock({ $0[place].end != nil }) { try seat(at: place) }
    }

    private func fate() -> Link.Fate {
        var fate = Link.Fate(
            delay: .milliseconds(draw(0...100)), answerDelay: .milliseconds(draw(0...100)))
        switch draw(0...19) {
        case 0: fate.delay = nil
        case 1: fate.answerDelay = nil
        case 2: fate.delay = .milliseconds(draw(0...30000))
        case 3: fate.answerDelay = .milliseconds(draw(0...12000))
        case 4: fate.refusal = KubernetesError(.status(500, reason: "InternalError"), message: "etcd is away")
        case 5:
            fate.refusal = KubernetesError(
                .status(429, reason: "TooManyRequests"), message: "busy", retryAfter: .seconds(draw(1...3)))
        case 6: fate.refusal = KubernetesError(.transport(.connectFailed), message: "refused")
        default: break
        }
        return fate
    }

    // MARK: Candidates

    private func seat(at place: Int? = nil) throws {
        let number = everybody.withLock(\.count) + 1
        let link = Link(to: api, in: time, ignoresVersions: plan.ignoresVersions)
        let candidate = try Contender(
            "candidate-\(number)", api: api, time: time, link: link, seed: UInt64(draw(0...1_000_000)))
        everybody.withLock { $0.append(candidate) }
        candidates.withLock { candidates in
            if let place { candidates[place] = candidate } else { candidates.append(candidate) }
        }
        candidate.start { [self] term in await lead(candidate, term) }
    }

    /// Claims the ConfigMap, then counts in it about once a second.
    private func lead(_ candidate: Contender, _ term: LeadershipTerm) async {
        history.withLock { $0.add(.began(candidate.name, term.epoch, at: time.clock.now.offset)) }
        let fenced = FencedConfigMap(api: candidate.link, namespace: "n", name: "m", term: term) {
            () async throws(KubernetesError) in try await candidate.elector.confirmLease()
        }
        var isClaimed = false
        while !Task.isCancelled {
            do throws(FencedWriteError) {
                if isClaimed {
                    try await fenced.write { ["count": String((Int($0["count"] ?? "") ?? 0) + 1)] }
                } else {
                    _ = try await fenced.claim()
                    isClaimed = true
                }
            } catch {
                if error.endsLeadership { return }
            }
            try? await time.clock.sleep(for: .milliseconds(draw(500...1500)))
        }
    }

    // MARK: Watching it

    private func pass(_ duration: Duration) { time.run(for: duration) { [self] in sample() } }

    private func sample() {
        let names = everybody.withLock { $0.filter(\.isLeader).map(\.name) }
        history.withLock { $0.add(.leading(names, at: time.clock.now.offset)) }
    }

    /// Adds what landed in the store, in its order.
    private func finish() {
        let landed = api.state.withLock { state in
            state.history.filter { $0.plural == "configmaps" }.compactMap { entry in
                entry.json[["data", "epoch"]]?.string.flatMap(Epoch.init).map { ($0, entry.version) }
            }
        }
        history.withLock { history in
            for (epoch, version) in landed { history.add(.landed(epoch, version: version)) }
        }
    }

    private func draw(_ range: ClosedRange<Int>) -> Int {
        generator.withLock { Int.random(in: range, using: &$0) }
    }
}
