#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a command that only looks at things does when it is interrupted.
public enum Interruption {
    /// At SIGINT the process ends at once with 130, as shells have it, and without a word: whatever is printed is printed
    /// whole, at the end. A reader that has gone away is no reason to die with a signal.
    public static func endsQuietly() {
        signal(SIGPIPE, SIG_IGN)
        if Terminal.error.isInteractive {
            // A line that says what is waited for must not stay. Only what is safe in a handler is called there.
            signal(SIGINT) { _ in
                let clearing: StaticString = "\r\u{1B}[K"
                _ = write(2, clearing.utf8Start, clearing.utf8CodeUnitCount)
                _exit(130)
            }
        } else {
            signal(SIGINT) { _ in _exit(130) }
        }
        // Whoever starts programs from a thread of its own may have them start with signals blocked.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
