import DNSRecords
import Synchronization

/// Notices that a loop has stopped turning: that a step of it does not come to its end, though all have time limits, or that it
/// slept through its alarm. Only a restart helps then, which is what a failing liveness check is for.
///
/// Failures of steps, such as sources that do not answer, are none of its business.
final class LoopPulse: Sendable {
    private struct State {
        var lastStep = 0
        var steps: [Int: (name: String, start: Duration)] = [:]
        /// When the loop is to go on by itself.
        var alarm: Duration?
    }

    private let stepLimit: Duration
    private let alarmLimit: Duration
    private let uptime: @Sendable () -> Duration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - stepLimit: far more than the limits of a step's own requests come to together.
    ///   - alarmLimit: how late an alarm may be, as on a machine that has far too much to do.
    ///   - uptime: a clock that never goes backwards.
    init(
        stepLimit: Duration = .seconds(300), alarmLimit: Duration = .seconds(60),
        uptime: @escaping @Sendable () -> Duration = ProviderDependencies.systemUptime
    ) {
        self.stepLimit = stepLimit
        self.alarmLimit = alarmLimit
        self.uptime = uptime
    }

    /// Takes a step of the loop.
    func step<Value>(
        _ name: String, isolation: isolated (any Actor)? = #isolation, _ body: () async -> Value
    ) async -> Value {
        let start = uptime()
        let number = state.withLock { state in
            state.lastStep += 1
            state.steps[state.lastStep] = (name, start)
            return state.lastStep
        }
        defer { state.withLock { $0.steps[number] = nil } }
        return await body()
    }

    /// The loop sleeps for that long, unless something happens before.
    func sleeps(for duration: Duration) {
        let alarm = uptime() + duration
        state.withLock { $0.alarm = alarm }
    }

    /// The alarm went off, or the loop has ended.
    func woke() { state.withLock { $0.alarm = nil } }

    /// What does not go on; `nil` while everything does.
    var failure: String? {
        let now = uptime()
        return state.withLock { state in
            if let step = state.steps.values.min(by: { $0.start < $1.start }), now - step.start > stepLimit {
                return "\(step.name) has not ended for \(Self.text(now - step.start))"
            }
            guard let alarm = state.alarm, now - alarm > alarmLimit else { return nil }
            return "what was to be done \(Self.text(now - alarm)) ago has not begun"
        }
    }

    private static func text(_ duration: Duration) -> String {
        DurationText.format(.seconds(duration.components.seconds))
    }
}
