/// A clock of any kind, read as the time since it was taken in hand.
struct Stopwatch: Sendable {
    private let read: @Sendable () -> Duration
    private let wait: @Sendable (Duration) async throws -> Void

    init(_ clock: some Clock<Duration>) {
        let start = clock.now
        read = { start.duration(to: clock.now) }
        wait = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    }

    var now: Duration { read() }

    /// - Throws: `CancellationError`.
    func sleep(until time: Duration) async throws { try await wait(time) }
}
