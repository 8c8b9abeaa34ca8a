import Synchronization
import TestSupport

@testable import OperatorCore

/// Several candidates against one API server in virtual time, and everything that can go wrong, drawn from a seed.
///
/// Time goes from one moment at which something happens to the next; a few thousand of them make a run. Now and then
/// something is disturbed. In the end everything works again, and the survivors have to settle. Every run of a seed is the
/// same, on every machine.
final class ElectionSimulation: Sendable {
    struct Plan: Sendable {
        var seed: UInt64
        /// Moments before everything works again.
        var moments = 2000
        var fault: PlantedFault?

        init(seed: UInt64, moments: Int = 2000, fault: PlantedFault? = nil) {
            self.seed = seed
            self.moments = moments
            self.fault = fault
        }
    }

    /// Settings with the largest drift of clocks that they allow: lease duration / renew deadline is more than
    /// (1 + drift) / (1 - drift).
    struct Timing: Sendable {
        var lease: Duration
        var deadline: Duration
        var retry: Duration
        var drift: Double

        static let all = [
            Timing(lease: .seconds(15), deadline: .seconds(10), retry: .seconds(2), drift: 0.19),
            Timing(lease: .seconds(15), deadline: .seconds(10), retry: .seconds(2), drift: 0.001),
            Timing(lease: .seconds(5), deadline: .seconds(3), retry: .seconds(1), drift: 0.24),
            Timing(lease: .seconds(9), deadline: .seconds(5), retry: .milliseconds(1500), drift: 0.28),
        ]
    }

    let plan: Plan
    let timing: Timing
    /// Whether somebody deletes the Lease now and then: some rules hold only where nobody does.
    let deletesLeases: Bool
    let time = VirtualTime()
    let api = MemoryAPI()
    let server = ServerCondition()
    let recorder: HistoryRecorder
    private let world: CandidateProcess.World
    private let generator: Mutex<SeededGenerator>
    /// Who sits where, and everybody there ever was: who was replaced may go on, and believe to lead.
    private let seats = Mutex<[CandidateProcess]>([])
    private let everybody = Mutex<[CandidateProcess]>([])
    private let moments = Mutex((count: 0, last: Duration.zero))

    init(_ plan: Plan) {
        self.plan = plan
        generator = Mutex(SeededGenerator(seed: plan.seed))
        timing = Timing.all[Int(plan.seed % 4)]
        deletesLeases = plan.seed % 3 == 2
        recorder = HistoryRecorder(time)
        let door = FilteredAPI(
            next: api, filter: ServerDoor(recorder: recorder, fault: plan.fault, api: api), time: time)
        world = .init(time: time, store: door, server: server, recorder: recorder, fault: plan.fault)
    }

    /// Everything that was asked of the server.
    var requests: [String] { api.requests.map { "\($0.verb) \($0.plural)" } }
    var momentCount: Int { moments.withLock(\.count) }

    /// Runs it all, and ends what it started.
    func run() async throws -> ElectionHistory {
        for host in 1...draw(2...4) { try seat(on: host, at: nil) }
        while momentCount < plan.moments {
            // Other tests want their turn on this thread, too.
            await Task.yield()
            try disturb()
            // At most about a quarter of a Lease's duration.
            pass(timing.lease * Double(draw(1...250)) / 1000)
            try replaceEnded()
        }
        try settle()
        let history = recorder.events
        await dissolve()
        return history
    }

    /// Everything works again: within a bounded time one leads, writes, and goes on.
    private func settle() throws {
        note("everything works")
        server.isDown = false
        setWeather { _ in Link.Fate() }
        let staying = seats.withLock(\.self)
        for candidate in everybody.withLock(\.self) {
            // Whoever was replaced is found out and ended.
            if staying.contains(where: { $0 === candidate }) {
                candidate.link.isCut = false
                candidate.resume(after: .zero)
            } else {
                candidate.kill()
            }
        }
        // A dead holder's Lease has to expire by the slowest clock, after a standby has seen it, which may have been asked to
        // wait; and who has ended starts anew.
        let bound = timing.lease * 3.5 + .seconds(10)
        let healed = recorder.now
        for _ in 0..<10 {
            pass(bound / 10)
            try replaceEnded()
        }
        let rest = timing.lease * 2
        recorder.add(.healed(settled: healed + bound, end: healed + bound + rest))
        pass(rest)
    }

    private func dissolve() async {
        server.isDown = true
        let all = everybody.withLock(\.self)
        for candidate in all { candidate.dissolve() }
        for _ in 0..<1000 where all.contains(where: { !$0.hasEnded }) {
            time.run(for: .seconds(1))
            // An elector that was cancelled tidies up in a task of its own.
            await Task.yield()
        }
    }

    // MARK: Who takes part

    /// Lets a new process run on that host, in the place of whoever sits there.
    func seat(on host: Int, at place: Int?) throws {
        let number = everybody.withLock(\.count) + 1
        let rate = 1 + timing.drift * Double(draw(-100...100)) / 100
        let candidate = try CandidateProcess(
            host: host, number: number, in: world, leaseDuration: timing.lease, renewDeadline: timing.deadline,
            retryPeriod: timing.retry, clockRate: rate, seed: UInt64(draw(0...1_000_000)))
        everybody.withLock { $0.append(candidate) }
        seats.withLock { seats in
            if let place { seats[place] = candidate } else { seats.append(candidate) }
        }
        candidate.start {
            [self] in
            .milliseconds(draw(300...1500))
        } draining: {
            [self] in
            draw(0...2) == 0 ? timing.lease * Double(draw(0...300)) / 1000 : .zero
        }
    }

    /// Whoever has left the election starts anew, as its pod would.
    private func replaceEnded() throws {
        for (place, candidate) in seats.withLock(\.self).enumerated() where candidate.hasEnded {
            try seat(on: place + 1, at: place)
        }
    }

    /// Somebody who takes part, and where.
    func pick() -> (place: Int, candidate: CandidateProcess) {
        let seats = seats.withLock(\.self)
        let place = draw(0...(seats.count - 1))
        return (place, seats[place])
    }

    /// What becomes of everybody's requests from now on.
    func setWeather(_ fate: @escaping @Sendable (String) -> Link.Fate) {
        for candidate in everybody.withLock(\.self) { candidate.link.setFate(fate) }
    }

    // MARK: Time and chance

    func pass(_ duration: Duration) {
        time.run(for: duration) { [self] in
            let now = recorder.now
            moments.withLock { moments in
                if now > moments.last { moments = (moments.count + 1, now) }
            }
            recorder.look(everybody.withLock { $0.filter(\.believesToLead).map(\.name) })
        }
    }

    func note(_ what: String) { recorder.add(.disturbance(what, at: recorder.now)) }

    func draw(_ range: ClosedRange<Int>) -> Int { generator.withLock { Int.random(in: range, using: &$0) } }
}
