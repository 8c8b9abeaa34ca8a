import Synchronization

/// Threads of one process in virtual time: runs jobs when the test's thread lets it.
public final class VirtualProcess: TaskExecutor {
    private struct State {
        var isPaused = false
        /// What became ready in the meantime.
        var waiting: [UnownedJob] = []
    }

    private let queue: JobQueue
    private let state = Mutex(State())

    init(queue: JobQueue) { self.queue = queue }

    /// While paused nothing runs here, as in a process that was stopped: its alarms go off late, and what comes in waits.
    public var isPaused: Bool {
        get { state.withLock(\.isPaused) }
        set {
            let resumed: [UnownedJob] = state.withLock { state in
                state.isPaused = newValue
                guard !newValue else { return [] }
                defer { state.waiting = [] }
                return state.waiting
            }
            for job in resumed { queue.add(job, for: self) }
        }
    }

    public func enqueue(_ job: consuming ExecutorJob) { queue.add(UnownedJob(job), for: self) }

    fileprivate func run(_ job: UnownedJob) {
        let isPaused = state.withLock { state in
            if state.isPaused { state.waiting.append(job) }
            return state.isPaused
        }
        if !isPaused { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

/// The jobs of all processes of one virtual time, in the order in which they became ready.
final class JobQueue: Sendable {
    private let jobs = Mutex<[(job: UnownedJob, process: VirtualProcess)]>([])

    func add(_ job: UnownedJob, for process: VirtualProcess) {
        jobs.withLock { $0.append((job, process)) }
    }

    func runUntilIdle() {
        while true {
            let batch = jobs.withLock { jobs in
                defer { jobs = [] }
                return jobs
            }
            if batch.isEmpty { return }
            for (job, process) in batch { process.run(job) }
        }
    }
}
