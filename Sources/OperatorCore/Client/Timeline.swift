/// A clock whose instants are durations since the timeline was made.
///
/// State machines and shared state can keep these without being generic over the clock's type of instant.
struct Timeline: Sendable {
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration

    init(_ clock: any Clock<Duration>) {
        self.clock = clock
        elapsed = Self.stopwatch(clock)
    }

    var now: Duration { elapsed() }

    /// Throws where the task is cancelled, and only then.
    func sleep(for duration: Duration) async throws { try await clock.sleep(for: duration) }

    private static func stopwatch<C: Clock>(_ clock: C) -> @Sendable () -> Duration where C.Duration == Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
