import Synchronization

/// Runs tasks in virtual time, on one thread and in one order, so that a test of many of them is the same every time.
///
/// Tasks started with ``start(_:)``, and all that they start in their turn but unstructured ones, run only while the test
/// lets them: ``settle()`` runs them until each waits for something, ``run(for:)`` lets time pass from one alarm to the
/// next.
public final class VirtualTime: Sendable {
    public let clock = VirtualClock()
    private let executor = SteppedExecutor()

    public init() {}

    /// Starts a task, which first runs with ``settle()`` or ``run(for:)``.
    @discardableResult
    public func start<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Task<Value, Never> {
        Task(executorPreference: executor) { await work() }
    }

    /// Runs every task until it waits for time to pass or for something outside.
    public func settle() { executor.runUntilIdle() }

    /// Lets that much time pass, stopping at every moment at which a task wakes up.
    ///
    /// - Parameter observe: called at each such moment, before and after the tasks have run.
    public func run(for duration: Duration, observe: () -> Void = {}) {
        let end = clock.now.advanced(by: duration)
        settle()
        observe()
        while let next = clock.nextAlarm, next <= end {
            clock.advance(to: next)
            observe()
            settle()
            observe()
        }
        clock.advance(to: end)
        observe()
        settle()
        observe()
    }

    /// Lets time pass while no task can run: the whole process was stopped.
    public func pause(for duration: Duration) { clock.advance(by: duration) }
}

/// Runs jobs when it is told to, on the thread that tells it.
private final class SteppedExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    func runUntilIdle() {
        while true {
            let batch = jobs.withLock { jobs in
                defer { jobs = [] }
                return jobs
            }
            if batch.isEmpty { return }
            for job in batch { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
