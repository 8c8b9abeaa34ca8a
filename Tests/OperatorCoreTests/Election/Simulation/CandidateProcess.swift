import Synchronization
import TestSupport

@testable import OperatorCore

/// One process that runs for leadership and, while it leads, keeps writing to a ConfigMap: the real elector and the real
/// fenced writer, with a clock, a wall clock and a network of their own.
final class CandidateProcess: Sendable {
    /// What the processes of one simulation share.
    struct World: Sendable {
        var time: VirtualTime
        /// Behind the door that notes what is stored.
        var store: any KubernetesAPI
        var server: ServerCondition
        var recorder: HistoryRecorder
        var fault: PlantedFault?
    }

    let name: String
    let identity: String
    let settings: ElectionSettings
    let clock: LocalClock
    let link: Link
    private let world: World
    private let process: VirtualProcess
    private let knowledge = ProcessKnowledge()
    private let wallClock: @Sendable () -> MicroTime
    private let elector: LeaderElector<LocalClock>
    private let api: any KubernetesAPI
    private let task = Mutex<Task<Void, Never>?>(nil)
    private let isDead = Mutex(false)

    /// - Parameters:
    ///   - host: processes that follow each other on one host differ in their number only.
    ///   - clockRate: seconds of its clock in a true one.
    init(
        host: Int, number: Int, in world: World, leaseDuration: Duration, renewDeadline: Duration,
        retryPeriod: Duration, clockRate: Double, seed: UInt64
    ) throws {
        name = "host\(host)-\(number)"
        identity = world.fault == .identityUsedAgain ? "host\(host)" : name
        settings = try ElectionSettings(
            leaseName: "leader", namespace: "n", identity: identity, leaseDuration: leaseDuration,
            renewDeadline: renewDeadline, retryPeriod: retryPeriod)
        self.world = world
        process = world.time.makeProcess()
        clock = LocalClock(world.time.clock, rate: clockRate, origin: .seconds(Int64(1000 * number)))
        link = Link(to: world.store, in: world.time, server: world.server)
        let start = MicroTime(microsecondsSinceEpoch: 1_767_323_045_000_006)
        wallClock = { [time = world.time, knowledge] in
            start.advanced(by: time.clock.now.offset + knowledge.state.withLock(\.wallClockError))
        }
        // The doors ask the elector what it believes, and the elector asks the API behind them.
        let belief = Belief()
        let door = FilteredAPI(
            next: link,
            filter: ParticipantDoor(
                name: name, identity: identity, recorder: world.recorder, believes: { belief.isHeld }),
            time: world.time, process: process)
        if let fault = world.fault {
            let filter = FaultFilter(
                fault: fault, api: door, identity: identity, renewDeadline: renewDeadline, clock: clock,
                wallClock: wallClock, knowledge: knowledge, believes: { belief.isHeld })
            api = FilteredAPI(next: door, filter: filter, time: world.time, process: process)
        } else {
            api = door
        }
        elector = LeaderElector(
            settings: settings, api: api, clock: clock, wallClock: wallClock,
            watchdog: LeaseWatchdog(onExpiry: {}), generator: SeededGenerator(seed: seed))
        belief.elector = elector
    }

    /// What an elector says, for those who were there before it.
    private final class Belief: Sendable {
        private let held = Mutex<LeaderElector<LocalClock>?>(nil)
        var elector: LeaderElector<LocalClock>? {
            get { held.withLock(\.self) }
            set { held.withLock { $0 = newValue } }
        }
        var isHeld: Bool { elector?.isLeader ?? false }
    }

    /// What it would say if it were asked now; nothing once it is dead.
    var believesToLead: Bool { !isDead.withLock(\.self) && elector.isLeader }
    /// Whether it has left the election.
    var hasEnded: Bool { knowledge.end != nil }

    // MARK: What befalls it

    /// - Parameters:
    ///   - interval: drawn anew for the pause after each write.
    ///   - drain: drawn for how long the leading work takes to end after it was asked to.
    func start(
        writingEvery interval: @escaping @Sendable () -> Duration, draining drain: @escaping @Sendable () -> Duration
    ) {
        world.recorder.add(
            .joined(
                .init(name: name, identity: identity, rate: clock.rate, renewDeadline: settings.renewDeadline)))
        let started = world.time.start(on: process) { [self] in
            let end = await elector.run { [self] term in
                knowledge.state.withLock { $0.isWorking = true }
                await lead(term, every: interval)
                // Not to be hurried by cancellation.
                await world.time.start(on: process) { [clock] in try? await clock.sleep(for: drain()) }.value
                knowledge.state.withLock { $0.isWorking = false }
            }
            knowledge.state.withLock { $0.end = end }
        }
        task.withLock { $0 = started }
    }

    /// Stops by choice.
    func stop() {
        knowledge.state.withLock { $0.isStopping = true }
        elector.stop()
    }

    func pause() { process.isPaused = true }

    /// - Parameter duration: for how long it was paused.
    func resume(after duration: Duration) {
        guard !isDead.withLock(\.self) else { return }
        if world.fault == .suspendingClock { clock.lose(duration * clock.rate) }
        process.isPaused = false
    }

    /// Ends it without a word. What it has sent may still arrive.
    func kill() {
        isDead.withLock { $0 = true }
        process.isPaused = true
    }

    func moveWallClock(by duration: Duration) { knowledge.state.withLock { $0.wallClockError += duration } }

    /// Lets what is left of it come to its end, after the simulation.
    func dissolve() {
        process.isPaused = false
        task.withLock { $0 }?.cancel()
    }

    // MARK: What it does while it leads

    private func lead(_ term: LeadershipTerm, every interval: @Sendable () -> Duration) async {
        world.recorder.add(.began(name, term.epoch, at: world.recorder.now))
        let fenced = FencedConfigMap(api: api, namespace: "n", name: "m", term: planted(term)) {
            [elector] () async throws(KubernetesError) in try await elector.confirmLease()
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
            try? await clock.sleep(for: interval())
        }
    }

    private func planted(_ term: LeadershipTerm) -> LeadershipTerm {
        switch world.fault {
        case .writerWithoutEnd:
            return LeadershipTerm(epoch: term.epoch, identity: term.identity) { .seconds(5) }
        case .epochFromTransitions:
            let lease = knowledge.state.withLock(\.ownLease).map(Lease.init(json:))
            let epoch = Epoch(rawValue: UInt64(max(0, lease?.leaseTransitions ?? 0)))
            return LeadershipTerm(epoch: epoch, identity: term.identity) { term.remaining }
        default: return term
        }
    }
}
