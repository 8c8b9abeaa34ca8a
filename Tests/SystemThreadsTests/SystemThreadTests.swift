import Synchronization
import SystemThreads
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct SystemThreadTests {
    @Test func aThreadRunsAndIsJoined() throws {
        let flag = Flag()
        try SystemThread.start { flag.set() }.join()
        #expect(flag.isSet)
    }

    private final class Flag: Sendable {
        private let value = Mutex(false)
        var isSet: Bool { value.withLock(\.self) }
        func set() { value.withLock { $0 = true } }
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGPIPE, SIGUSR1]) func noSignalIsHandledThere(number: Int32) async throws {
        let isBlocked = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Bool, any Error>) in
            do {
                try SystemThread.detach {
                    var signals = sigset_t()
                    pthread_sigmask(SIG_BLOCK, nil, &signals)
                    done.resume(returning: sigismember(&signals, number) == 1)
                }
            } catch {
                done.resume(throwing: error)
            }
        }
        #expect(isBlocked)
    }

    /// What the thread's body holds is released with it.
    @Test func nothingIsLeftBehind() throws {
        weak var left: Flag?
        do {
            let flag = Flag()
            left = flag
            try SystemThread.start { flag.set() }.join()
        }
        #expect(left == nil)
    }
}
