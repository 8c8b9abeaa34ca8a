import Testing

@testable import NetworkPrimitives

@Suite struct PollerClockTests {
    private let clock = PollerClock(DatagramPoller())

    @Test func sleepsNoLessThanItWasAsked() async throws {
        for time in [Duration.microseconds(1), .microseconds(300), .milliseconds(5)] {
            let start = clock.now
            try await clock.sleep(for: time)
            #expect(start.duration(to: clock.now) >= time)
        }
    }

    @Test(arguments: [Duration.zero, .seconds(-1)])
    func aTimeThatHasPassedNeedsNoWait(_ time: Duration) async throws {
        try await clock.sleep(until: clock.now.advanced(by: time))
    }

    @Test func sleepersAreWokenInOrder() async throws {
        let start = clock.now
        let order = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in [3, 1, 4, 2, 5] {
                group.addTask {
                    try await clock.sleep(until: start.advanced(by: .milliseconds(20 * number)))
                    return number
                }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(order == [1, 2, 3, 4, 5])
    }

    @Test func cancellingEndsASleep() async throws {
        for _ in 0..<100 {
            let task = Task { try await clock.sleep(for: .seconds(3600)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    /// The shorter one of two is not held up by the longer one, whichever came first.
    @Test func aShortSleepIsNotHeldUpByALongOne() async throws {
        let long = Task { try await clock.sleep(for: .seconds(3600)) }
        try await clock.sleep(for: .milliseconds(2))
        let between = Task { try await clock.sleep(for: .milliseconds(1)) }
        try await between.value
        long.cancel()
        await #expect(throws: CancellationError.self) { try await long.value }
    }
}
