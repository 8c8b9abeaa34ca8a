import Synchronization

/// Runs tasks in virtual time, on one thread and in one order, so that a test of many of them is the same every time.
///
/// Tasks started with ``start(on:_:)``, and all that they start in their turn but unstructured ones, run only while the test
/// lets them: ``settle()`` runs them until each waits for something, ``run(for:)`` lets time pass from one alarm to the
/// next.
public final class VirtualTime: Sendable {
    public let clock = VirtualClock()
    private let queue = JobQueue()
    /// Whatever is not in a process of its own.
    private let world: VirtualProcess
    /// Kept for as long as tasks may run on them.
    private let processes = Mutex<[VirtualProcess]>([])

    public init() { world = VirtualProcess(queue: queue) }

    /// Where the tasks of one process run, which can be paused.
    public func makeProcess() -> VirtualProcess {
        let process = VirtualProcess(queue: queue)
        processes.withLock { $0.append(process) }
        return process
    }

    /// Starts a task, which first runs with ``settle()`` or ``run(for:)``.
    ///
    /// - Parameter process: pauses the task along with the others that run there; `nil`: nothing does.
    @discardableResult
    public func start<Value: Sendable>(
        on process: VirtualProcess? = nil, _ work: @escaping @Sendable () async -> Value
    ) -> Task<Value, Never> {
        Task(executorPreference: process ?? world) { await work() }
    }

    /// Runs every task until it waits for time to pass or for something outside.
    public func settle() { queue.runUntilIdle() }

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
