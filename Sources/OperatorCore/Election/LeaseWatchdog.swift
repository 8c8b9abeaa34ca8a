import SystemThreads

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
///
/// The thread sleeps while there is no term, and otherwise looks at the clock once a second: a sleep of the whole term would
/// go on for too long after the machine was suspended, since the clock of POSIX's waits stands still then. Renewals do not
/// wake it. A process that was stopped by a signal finds the deadline passed when it goes on.
public final class LeaseWatchdog: Sendable {
    private struct State {
        var deadline: ContinuousClock.Instant?
        /// When the thread wakes up by itself; `nil` where it waits to be woken, or is awake.
        var wakesAt: ContinuousClock.Instant?
        var isFinished = false
        var looks = 0
    }

    private let state = WaitableState(State())
    private let onExpiry: @Sendable () -> Void

    /// Longest sleep during a term.
    static let longestSleep: Duration = .seconds(1)

    /// - Parameter onExpiry: called on the watchdog's thread; the default writes a line to standard error and ends the
    ///   process with status 70 (EX_SOFTWARE) without running exit handlers.
    public init(onExpiry: @escaping @Sendable () -> Void = LeaseWatchdog.endProcess) {
        self.onExpiry = onExpiry
    }

    /// Starts the thread. Call once; it ends after ``finish()``.
    func start() {
        // Where the system has no thread left there is no watchdog; the elector still ends its terms by the clock.
        try? SystemThread.detach { [state, onExpiry] in
            var isExpired = false
            state.run { state in
                state.looks += 1
                state.wakesAt = nil
                if state.isFinished { return .end }
                guard let deadline = state.deadline else { return .wait(atMost: nil) }
                let now = ContinuousClock.now
                guard now < deadline else {
                    isExpired = true
                    return .end
                }
                let sleep = min(now.duration(to: deadline), Self.longestSleep)
                state.wakesAt = now + sleep
                return .wait(atMost: sleep)
            }
            if isExpired { onExpiry() }
        }
    }

    /// Moves the deadline; `nil` while there is no term.
    func set(deadline: ContinuousClock.Instant?) {
        state.change { state in
            state.deadline = deadline
            guard let deadline else { return false }
            return state.wakesAt.map { deadline < $0 } ?? true
        }
    }

    func finish() {
        state.change { state in
            state.isFinished = true
            return true
        }
    }

    /// How often the thread has looked at the clock; for tests.
    var looks: Int {
        var looks = 0
        state.change { state in
            looks = state.looks
            return false
        }
        return looks
    }

    /// Writes a line to standard error and ends the process with status 70 (EX_SOFTWARE), without running exit handlers, which
    /// might wait for the very threads that are stuck.
    public static let endProcess: @Sendable () -> Void = {
        let line = "the term as leader is over and the process did not stop in time: ending it\n"
        _ = line.utf8CString.withUnsafeBufferPointer { write(2, $0.baseAddress, $0.count - 1) }
        _exit(70)
    }
}
