#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A thread of the operating system, for work that must not wait for the cooperative pool, or would block it: an event loop, a
/// poll, a watchdog.
///
/// All signals are blocked in it, so that handlers run on threads that expect them. A `SIGPIPE` that a write there raises stays
/// pending and vanishes with the thread, so that the process's own disposition need not be touched. Threads that it starts
/// inherit this.
public struct SystemThread: Sendable {
    /// The system gave no thread.
    public struct Failure: Error, Hashable, Sendable {
        /// What `pthread_create` returned, such as `EAGAIN`.
        public let code: Int32
    }

    #if canImport(Darwin)
        /// Opaque: nothing of ours is behind the pointer, and any thread may use it.
        private nonisolated(unsafe) let handle: pthread_t
    #else
        private let handle: pthread_t
    #endif

    /// Starts a thread that somebody has to ``join()``.
    ///
    /// - Parameter main: may begin, and even end, before this returns. Released without being called where this throws.
    public static func start(_ main: @escaping @Sendable () -> Void) throws(Failure) -> SystemThread {
        let body = Unmanaged.passRetained(Body(main))
        #if canImport(Darwin)
            var thread: pthread_t?
            let code = pthread_create(&thread, nil, systemThreadMain, body.toOpaque())
            guard code == 0, let created = thread else {
                body.release()
                throw Failure(code: code)
            }
        #else
            var created = pthread_t()
            let code = pthread_create(&created, nil, systemThreadMain, body.toOpaque())
            guard code == 0 else {
                body.release()
                throw Failure(code: code)
            }
        #endif
        return SystemThread(handle: created)
    }

    /// Starts a thread whose end nobody waits for.
    public static func detach(_ main: @escaping @Sendable () -> Void) throws(Failure) {
        pthread_detach(try start(main).handle)
    }

    /// Waits for the thread's end, blocking the calling one. Once, and never for a detached thread.
    public func join() { pthread_join(handle, nil) }

    fileprivate final class Body: Sendable {
        let main: @Sendable () -> Void

        init(_ main: @escaping @Sendable () -> Void) { self.main = main }
    }
}

#if canImport(Darwin)
    private func systemThreadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        runSystemThread(argument)
        return nil
    }
#else
    private func systemThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let argument { runSystemThread(argument) }
        return nil
    }
#endif

private func runSystemThread(_ argument: UnsafeMutableRawPointer) {
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    Unmanaged<SystemThread.Body>.fromOpaque(argument).takeRetainedValue().main()
}
