import Synchronization
import TestSupport

@testable import OperatorCore

/// An elector in virtual time with a link of its own, and what became of it.
final class Contender: Sendable {
    private struct Record {
        var terms: [LeadershipTerm] = []
        var workIsRunning = false
        var end: ElectionEnd?
    }

    let name: String
    let link: Link
    let time: VirtualTime
    let elector: LeaderElector<VirtualClock>
    private let noted = Notes()
    private let record = Mutex(Record())
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(
        _ name: String, api: MemoryAPI, time: VirtualTime, link: Link? = nil,
        leaseDuration: Duration = .seconds(15), renewDeadline: Duration = .seconds(10),
        retryPeriod: Duration = .seconds(2), metrics: RecordingMetrics = RecordingMetrics(),
        watchdog: LeaseWatchdog = LeaseWatchdog(onExpiry: {}), seed: UInt64 = 1, events: EventRecorder? = nil,
        owner: (@Sendable () async -> OwnerReference?)? = nil
    ) throws {
        let link = link ?? Link(to: api, in: time)
        self.name = name
        self.link = link
        self.time = time
        let settings = try ElectionSettings(
            leaseName: "leader", namespace: "n", identity: name, leaseDuration: leaseDuration,
            renewDeadline: renewDeadline, retryPeriod: retryPeriod)
        let start = MicroTime(microsecondsSinceEpoch: 1_767_323_045_000_006)
        elector = LeaderElector(
            settings: settings, api: link, clock: time.clock,
            wallClock: { start.advanced(by: time.clock.now.offset) }, watchdog: watchdog,
            metrics: ElectionMetrics(leaseName: "leader", factory: metrics), generator: SeededGenerator(seed: seed),
            events: events, owner: owner
        ) { [noted] in noted.add($0) }
    }

    private final class Notes: Sendable {
        private let reports = Mutex<[ElectionReport]>([])
        var all: [ElectionReport] { reports.withLock(\.self) }
        func add(_ report: ElectionReport) { reports.withLock { $0.append(report) } }
    }

    var reports: [ElectionReport] { noted.all }

    var isLeader: Bool { elector.isLeader }
    var term: LeadershipTerm? { record.withLock(\.terms.last) }
    var termCount: Int { record.withLock(\.terms.count) }
    var workIsRunning: Bool { record.withLock(\.workIsRunning) }
    var end: ElectionEnd? { record.withLock(\.end) }
    var isLost: Bool { if case .lost = end { true } else { false } }

    /// Takes part; it leads by doing `work`, which by default waits until it is cancelled.
    func start(_ work: (@Sendable (LeadershipTerm) async -> Void)? = nil) {
        let started = time.start { [self] in
            let end = await elector.run { [self] term in
                record.withLock { record in
                    record.terms.append(term)
                    record.workIsRunning = true
                }
                if let work { await work(term) } else { await untilCancelled() }
                record.withLock { $0.workIsRunning = false }
            }
            record.withLock { $0.end = end }
        }
        task.withLock { $0 = started }
    }

    func cancel() { task.withLock { $0?.cancel() } }

    func untilCancelled() async { try? await time.clock.sleep(for: .seconds(1_000_000_000)) }

    /// Waits that long whether cancelled or not.
    func insist(on duration: Duration) async {
        await time.start { [time] in try? await time.clock.sleep(for: duration) }.value
    }
}

extension MemoryAPI {
    var lease: Lease? { stored(Lease.self, "leader", namespace: "n") }

    /// Verbs of the requests for the Lease but those of watches.
    var leaseVerbs: [String] {
        requests.filter { $0.plural == "leases" && !["list", "watch"].contains($0.verb) }.map(\.verb)
    }
}
