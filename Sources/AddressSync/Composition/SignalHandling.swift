import UnixSignals

/// What a process does about signals: the first that asks it to stop stops it in good order, the second at once, and a
/// hang-up makes it try what it was refused again, now that somebody has replaced a secret.
struct SignalHandling: Sendable {
    /// Stops in good order; returns at once.
    var stop: @Sendable () async -> Void
    var lookAgain: @Sendable () -> Void
    /// Ends the process with this exit code.
    var end: @Sendable (Int32) -> Void

    /// Until the signals end.
    func follow(_ signals: some AsyncSequence<UnixSignal, Never>) async {
        var isStopping = false
        for await signal in signals {
            if signal == .sighup {
                lookAgain()
            } else if isStopping {
                // As shells have it for processes that a signal ended.
                end(128 + signal.rawValue)
            } else {
                isStopping = true
                await stop()
            }
        }
    }
}
