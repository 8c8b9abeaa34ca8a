import Synchronization

/// Runs tasks in virtual time, on one thread and in one order, so that a test of many of them is the same every time.
///
/// Tasks started with ``start(_:)``, and all that they start in their turn but unstructured ones, run only while the test
/// lets them: ``settle()`` runs them until each waits for something, ``run(for:)`` lets time pass from one alarm to the
/// next.
final class VirtualTime: Sendable {
    let clock = VirtualClock()
    private let executor = SteppedExecutor()

    /// Starts a task, which first runs with ``settle()`` or ``run(for:)``.
    @discardableResult
    func start<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Task<Value, Never> {
        Task(executorPreference: executor) { await work() }
    }

    /// Runs every task until it waits for time to pass or for something outside.
    func settle() { executor.runUntilIdle() }

    /// Lets that much time pass, stopping at every moment at which a task wakes up.
    ///
    /// - Parameter observe: called at each such moment, before and after the tasks have run.
    func run(for duration: Duration, observe: () -> Void = {}) {
        let end = clock.now.advanced(by: duration)
        settle()
        observe()
        while let next = clock.nextAlarm, next <= end {
            clock.jump(to: next)
            observe()
            settle()
            observe()
        }
        clock.jump(to: end)
        observe()
        settle()
        observe()
    }

    /// Lets time pass while no task can run: the whole process was stopped.
    func pause(for duration: Duration) { clock.jump(to: clock.now.advanced(by: duration)) }
}

/// A clock that stands still until it is told what time it is. Sleepers wake in the order of their alarms.
final class VirtualClock: Clock, Sendable {
    typealias Instant = ManualClock.Instant

    private struct Sleeper {
        var alarm: Instant
        var wake: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var lastID = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    var now: Instant { state.withLock(\.now) }
    var minimumResolution: Duration { .nanoseconds(1) }
    var nextAlarm: Instant? { state.withLock { $0.sleepers.values.map(\.alarm).min() } }
    /// How many tasks sleep.
    var sleeperCount: Int { state.withLock(\.sleepers.count) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (wake: CheckedContinuation<Void, any Error>) in
                let result: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers[id] = Sleeper(alarm: deadline, wake: wake)
                    return nil
                }
                if let result { wake.resume(with: result) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.wake.resume(throwing: CancellationError())
        }
    }

    /// Moves the time forward, and wakes whoever has slept until then.
    func jump(to instant: Instant) {
        let due = state.withLock { state in
            state.now = max(state.now, instant)
            let due = state.sleepers.filter { $0.value.alarm <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.sorted { ($0.value.alarm, $0.key) < ($1.value.alarm, $1.key) }
        }
        for (_, sleeper) in due { sleeper.wake.resume() }
    }
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
