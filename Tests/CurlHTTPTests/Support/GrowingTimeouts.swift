import Testing

/// Tries ever longer time-outs until one was long enough for this machine to get to the point of the test.
///
/// - Parameter attempt: returns whether it got there; records what it finds then.
func withGrowingTimeouts(
    sourceLocation: SourceLocation = #_sourceLocation,
    isolation: isolated (any Actor)? = #isolation,
    _ attempt: (Duration) async throws -> Bool
) async throws {
    for timeout in [Duration.milliseconds(250), .seconds(1), .seconds(4), .seconds(16)] {
        if try await attempt(timeout) { return }
    }
    Issue.record("16 s were not enough to get to the point", sourceLocation: sourceLocation)
}
