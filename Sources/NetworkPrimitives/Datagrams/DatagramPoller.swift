import NIOCore
import Synchronization
import SystemShims
import SystemThreads

/// Waits for the datagrams of all exchanges of the process, and for the times that ``PollerClock`` is asked for, on one thread.
///
/// It is also an executor: tasks that prefer it run on that very thread, between two waits. A round of detection opens a
/// handful of sockets for a fraction of a millisecond, and most of what it takes beyond the way to the servers is waking
/// threads. A task of the cooperative pool that asks needs two of them woken for an answer, this one and one of the pool's; a
/// task that runs here needs one. Such tasks must not block, since all others wait for them.
///
/// Whoever asks registers its socket and sets the timer itself, whatever thread it is on, so that nobody is woken for a
/// question. The thread starts with the first of them, and sleeps without a time limit while nobody asks.
public final class DatagramPoller: TaskExecutor {
    public static let shared = DatagramPoller()

    private enum Phase {
        /// Nobody waits.
        case idle
        case running(system_shims_poll)
        /// The system has no thread or no descriptors for us.
        case broken
    }

    private struct State {
        var phase = Phase.idle
        /// By descriptor.
        var questions: [Int32: any PolledDatagrams] = [:]
        var sleepers: [ObjectIdentifier: PollerSleeper] = [:]
        var jobs: [UnownedJob] = []
        /// The thread waits, or is about to, and has not been woken.
        var isAsleep = false
        /// When the timer rings.
        var alarm: ContinuousClock.Instant?

        mutating func ring(at time: ContinuousClock.Instant) {
            guard case .running(var poll) = phase, alarm.map({ time < $0 }) ?? true else { return }
            alarm = time
            let left = max(.zero, ContinuousClock.now.duration(to: time)) / .nanoseconds(1)
            system_shims_poll_set_timer(&poll, left < 1e18 ? UInt64(left) : 1_000_000_000_000_000_000)
        }

        mutating func wake() {
            guard case .running(var poll) = phase, isAsleep else { return }
            isAsleep = false
            system_shims_poll_wake(&poll)
        }
    }

    /// Descriptors that one wait tells of; those that are left are told of by the next.
    private static var batch: Int { 64 }

    private let state = Mutex(State())

    /// For tests, which want pollers of their own.
    init() {}

    /// What tasks may prefer; `nil`, which stands for the cooperative pool, where the system has no thread for it.
    public var executor: (any TaskExecutor)? { state.withLock { isRunning(&$0) } ? self : nil }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { state in
            state.jobs.append(job)
            // Nobody waits where a program's first thread did and is done. Without a thread, the job runs with the next question.
            if isRunning(&state) { state.wake() }
        }
    }

    /// Looks after `question` from now on, until it is over.
    ///
    /// - Parameter time: when to look at it at the latest.
    func add(_ question: any PolledDatagrams, until time: ContinuousClock.Instant) {
        let isTaken = state.withLock { state in
            guard isRunning(&state), case .running(var poll) = state.phase else { return false }
            // Before the system can tell of it.
            state.questions[question.descriptor] = question
            guard system_shims_poll_watch(&poll, question.descriptor) else {
                state.questions[question.descriptor] = nil
                return false
            }
            state.ring(at: time)
            return true
        }
        if !isTaken { question.abandon() }
    }

    /// Wakes `sleeper` when its time has come.
    func add(_ sleeper: PollerSleeper) {
        let isTaken = state.withLock { state in
            guard isRunning(&state) else { return false }
            // Cancelled before it came here; from here on, cancelling removes it.
            guard !sleeper.isOver else { return true }
            state.sleepers[ObjectIdentifier(sleeper)] = sleeper
            state.ring(at: sleeper.time)
            return true
        }
        if !isTaken { sleeper.abandon() }
    }

    /// The timer is left as it is: a ring for nothing is cheaper than two changes of it for each sleep that is cut short.
    func remove(_ sleeper: PollerSleeper) {
        state.withLock { _ = $0.sleepers.removeValue(forKey: ObjectIdentifier(sleeper)) }
    }
}

/// The thread.
extension DatagramPoller {
    /// Runs `body` on the calling thread, which waits for datagrams and times meanwhile: for a program that does one thing and
    /// has no need of further threads. Unstructured tasks of `body` prefer this thread only if they are told to.
    ///
    /// - Returns: `nil`, without having called `body`, where a thread waits already or the system has no descriptors left.
    public func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value? {
        let poll = state.withLock { state -> system_shims_poll? in
            guard case .idle = state.phase, let poll = Self.open() else { return nil }
            state.phase = .running(poll)
            return poll
        }
        guard let poll else { return nil }
        let outcome = Outcome<Value>()
        Task(executorPreference: self) {
            let value = await body()
            outcome.value.withLock { $0 = value }
        }
        wait(poll) { outcome.value.withLock { $0 } != nil }
        handOver()
        return outcome.value.withLock { $0 }
    }

    private final class Outcome<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }

    /// Whether somebody waits, as is seen to.
    private func isRunning(_ state: inout State) -> Bool {
        if case .idle = state.phase { start(&state) }
        guard case .broken = state.phase else { return true }
        // The next question may find the system in a better state.
        state.phase = .idle
        return false
    }

    private func start(_ state: inout State) {
        state.phase = .broken
        guard let poll = Self.open() else { return }
        // It gets no further than its first look at the state until this one lets go of it.
        guard (try? SystemThread.detach({ self.wait(poll) { false } })) != nil else {
            system_shims_poll_close(poll)
            return
        }
        state.phase = .running(poll)
        state.alarm = nil
    }

    /// The thread that waited has better things to do. What is not over is looked after by another one.
    private func handOver() {
        var buffer = ByteBuffer()
        lookAtAll(&buffer)
        let abandoned = state.withLock { state -> ([any PolledDatagrams], [PollerSleeper]) in
            guard case .running(let poll) = state.phase else { return ([], []) }
            state.phase = .idle
            state.alarm = nil
            guard !state.questions.isEmpty || !state.sleepers.isEmpty || !state.jobs.isEmpty else {
                system_shims_poll_close(poll)
                return ([], [])
            }
            if (try? SystemThread.detach({ self.wait(poll) { false } })) != nil {
                state.phase = .running(poll)
                let times = state.questions.values.map(\.nextTime) + state.sleepers.values.map(\.time)
                if let next = times.min() { state.ring(at: next) }
                return ([], [])
            }
            defer { (state.questions, state.sleepers) = ([:], [:]) }
            system_shims_poll_close(poll)
            return (Array(state.questions.values), Array(state.sleepers.values))
        }
        abandoned.0.forEach { $0.abandon() }
        abandoned.1.forEach { $0.abandon() }
    }

    private static func open() -> system_shims_poll? {
        var poll = system_shims_poll()
        return system_shims_poll_open(&poll) ? poll : nil
    }

    private func wait(_ poll: system_shims_poll, until isDone: () -> Bool) {
        var poll = poll
        var buffer = ByteBufferAllocator().buffer(capacity: DatagramSocket.largestDatagram)
        var ready = [Int32](repeating: 0, count: Self.batch)
        var jobs: [UnownedJob] = []
        while true {
            state.withLock { state in
                swap(&jobs, &state.jobs)
                state.isAsleep = jobs.isEmpty
            }
            let mayWait = jobs.isEmpty
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
            jobs.removeAll(keepingCapacity: true)
            if isDone() { break }
            let count = system_shims_poll_wait(&poll, &ready, Int32(ready.count), mayWait)
            if mayWait { state.withLock { $0.isAsleep = false } }
            var isTime = false
            for descriptor in ready.prefix(Int(count)) {
                switch descriptor {
                case Int32(SYSTEM_SHIMS_POLL_WAKE): continue
                case Int32(SYSTEM_SHIMS_POLL_TIMER): isTime = true
                default: look(at: descriptor, &buffer)
                }
            }
            if isTime { lookAtAll(&buffer) }
        }
        state.withLock { $0.isAsleep = false }
    }

    private func look(at descriptor: Int32, _ buffer: inout ByteBuffer) {
        guard let question = state.withLock({ $0.questions[descriptor] }) else { return }
        question.becameReadable(&buffer)
        settle(question, &buffer)
    }

    /// Does what is due, and sets the timer for the rest.
    private func lookAtAll(_ buffer: inout ByteBuffer) {
        let now = ContinuousClock.now
        let (questions, due) = state.withLock { state in
            state.alarm = nil
            let due = state.sleepers.values.filter { $0.time <= now }
            for sleeper in due { state.sleepers[ObjectIdentifier(sleeper)] = nil }
            if let next = state.sleepers.values.map(\.time).min() { state.ring(at: next) }
            return (Array(state.questions.values), due)
        }
        for sleeper in due { sleeper.wake() }
        for question in questions { settle(question, &buffer) }
    }

    private func settle(_ question: any PolledDatagrams, _ buffer: inout ByteBuffer) {
        if let next = question.step(&buffer) {
            state.withLock { $0.ring(at: next) }
        } else {
            // Forgotten before its number can be another socket's.
            state.withLock { _ = $0.questions.removeValue(forKey: question.descriptor) }
            question.close()
        }
    }
}
