import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Ends the process when a term is over and nobody noticed, because every thread of the cooperative pool is stuck.
///
/// Runs on an operating-system thread of its own that asks for nothing but the time. Losing a term is normally handled
/// by the elector; this is for the case in which it cannot run.
public final class LeaseWatchdog: Sendable {
    private struct State {
        var deadline: ContinuousClock.Instant?
        var isFinished = false
    }

    private let state = Mutex(State())
    private let onExpiry: @Sendable () -> Void

    /// How often the thread looks. Fine enough for terms of seconds, coarse enough to cost nothing.
    private static let interval: Duration = .milliseconds(200)

    /// - Parameter onExpiry: called on the watchdog's thread; the default writes a line to standard error and ends the
    ///   process with status 70 (EX_SOFTWARE) without running exit handlers.
    public init(onExpiry: @escaping @Sendable () -> Void = LeaseWatchdog.endProcess) {
        self.onExpiry = onExpiry
    }

    /// Starts the thread. Call once; it ends after ``finish()``.
    func start() {
        Thread.detach { [self] in
            while true {
                let (expired, finished) = state.withLock { state in
                    (state.deadline.map { ContinuousClock.now >= $0 } ?? false, state.isFinished)
                }
                if finished { return }
                if expired { return onExpiry() }
                usleep(UInt32(Self.interval / .microseconds(1)))
            }
        }
    }

    /// Moves the deadline; `nil` while there is no term.
    func set(deadline: ContinuousClock.Instant?) { state.withLock { $0.deadline = deadline } }

    func finish() { state.withLock { $0.isFinished = true } }

    public static let endProcess: @Sendable () -> Void = {
        let line = "the term as leader is over and the process did not stop in time: ending it\n"
        _ = line.utf8CString.withUnsafeBufferPointer { write(2, $0.baseAddress, $0.count - 1) }
        _exit(70)
    }
}

/// The smallest wrapper around a detached POSIX thread.
private enum Thread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    static func detach(_ run: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(Body(run)).toOpaque()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Darwin)
            var thread: pthread_t?
            let entry: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { context in
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }
        #else
            var thread = pthread_t()
            let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
                if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }
        #endif
        if pthread_create(&thread, &attributes, entry, context) != 0 {
            // Without its thread there is no watchdog; the elector still ends its terms by the clock.
            Unmanaged<Body>.fromOpaque(context).release()
        }
        pthread_attr_destroy(&attributes)
    }
}
