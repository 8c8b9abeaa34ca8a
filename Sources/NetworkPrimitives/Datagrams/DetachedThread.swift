#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A thread that lives as long as the process.
enum DetachedThread {
    /// Runs `main` on a thread of its own, with all signals blocked, so that handlers run on threads that expect them.
    ///
    /// - Returns: whether the system had a thread for it.
    static func start(_ main: @escaping @Sendable () -> Void) -> Bool {
        let argument = Unmanaged.passRetained(Box(main))
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        guard pthread_create(&thread, nil, detachedThreadMain, argument.toOpaque()) == 0 else {
            argument.release()
            return false
        }
        #if canImport(Darwin)
            if let thread { pthread_detach(thread) }
        #else
            pthread_detach(thread)
        #endif
        return true
    }

    fileprivate final class Box: Sendable {
        let main: @Sendable () -> Void

        init(_ main: @escaping @Sendable () -> Void) { self.main = main }
    }
}

#if canImport(Darwin)
    private func detachedThreadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        runDetachedThread(argument)
        return nil
    }
#else
    private func detachedThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let argument { runDetachedThread(argument) }
        return nil
    }
#endif

private func runDetachedThread(_ argument: UnsafeMutableRawPointer) {
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    Unmanaged<DetachedThread.Box>.fromOpaque(argument).takeRetainedValue().main()
}
