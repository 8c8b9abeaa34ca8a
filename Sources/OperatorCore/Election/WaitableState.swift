#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A value that one operating-system thread waits upon while others change it: a POSIX mutex with its condition variable.
///
/// For threads that must work although the cooperative pool does not; tasks have better means.
final class WaitableState<Value: Sendable>: Sendable {
    /// What the waiting thread does next.
    enum Step: Sendable {
        /// Sleep until the value changes, or at most that long; `nil`: until it changes.
        case wait(atMost: Duration?)
        case end
    }

    // POSIX wants both at one address for their whole life, hence the heap. Unsafe only in name: the pointers never change,
    // and what they point to is made for being used by several threads.
    nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    nonisolated(unsafe) private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // Read and written with the mutex held, and nowhere else than in this file.
    nonisolated(unsafe) private var value: Value

    init(_ value: Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
        #if canImport(Darwin)
            pthread_cond_init(condition, nil)
        #else
            // A wait must not depend on the wall clock, which jumps.
            var attributes = pthread_condattr_t()
            pthread_condattr_init(&attributes)
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
            pthread_cond_init(condition, &attributes)
            pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Changes the value, and wakes the waiting thread where the closure asks for it.
    ///
    /// - Parameter change: returns whether to wake it; must be short.
    func change(_ change: (inout Value) -> Bool) {
        pthread_mutex_lock(mutex)
        if change(&value) { pthread_cond_signal(condition) }
        pthread_mutex_unlock(mutex)
    }

    /// Runs `step` again and again, sleeping in between, until it says to end. Sleeps may be shorter than asked for.
    func run(_ step: (inout Value) -> Step) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch step(&value) {
            case .end: return
            case .wait(nil): pthread_cond_wait(condition, mutex)
            case .wait(let limit?): sleep(atMost: max(limit, .zero))
            }
        }
    }

    private func sleep(atMost limit: Duration) {
        let (seconds, attoseconds) = limit.components
        let nanoseconds = Int(attoseconds / 1_000_000_000)
        #if canImport(Darwin)
            var time = timespec(tv_sec: Int(seconds), tv_nsec: nanoseconds)
            pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #else
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            time.tv_sec += Int(seconds)
            time.tv_nsec += nanoseconds
            if time.tv_nsec >= 1_000_000_000 {
                time.tv_sec += 1
                time.tv_nsec -= 1_000_000_000
            }
            pthread_cond_timedwait(condition, mutex, &time)
        #endif
    }
}
