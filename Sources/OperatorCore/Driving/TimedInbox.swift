import Synchronization

/// What a state machine's driver waits for: inputs from anywhere, and one alarm clock.
///
/// The driver iterates ``inputs`` in its own task and hands each to its state machine; requests and sleeping timers are
/// children of a task group that the driver owns, so that nothing outlives it.
public final class TimedInbox<Input: Sendable, C: Clock>: Sendable where C.Duration == Duration, C.Instant: Sendable {
    private enum Event: Sendable {
        case input(Input)
        case alarm(number: Int, Input)
    }

    private let clock: C
    private let events: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation
    private let latest = Mutex<(number: Int, sleep: StopSignal)>((0, StopSignal()))

    public init(clock: C) {
        self.clock = clock
        (events, continuation) = AsyncStream.makeStream()
    }

    /// Puts an input at the end of the queue. Returns at once; callable from anywhere.
    public func send(_ input: Input) { continuation.yield(.input(input)) }

    /// Sends `input` at `instant`, unless another alarm is set before it is taken out of the queue: only the newest counts.
    ///
    /// Tolerates any number of calls: an alarm that is replaced stops sleeping.
    public func wakeUp(at instant: C.Instant, with input: Input, in group: inout DiscardingTaskGroup) {
        let sleep = StopSignal()
        let (number, replaced) = latest.withLock { latest in
            defer { latest = (latest.number + 1, sleep) }
            return (latest.number + 1, latest.sleep)
        }
        replaced.stop()
        group.addTask { [clock, continuation] in
            await sleep.run {
                do {
                    try await clock.sleep(until: instant, tolerance: nil)
                    continuation.yield(.alarm(number: number, input))
                } catch {
                    // Replaced, or the driver is stopping.
                }
            }
        }
    }

    /// All inputs in order, for one consumer; ends when its task is cancelled.
    public var inputs: some AsyncSequence<Input, Never> {
        events.compactMap { [self] event in
            switch event {
            case .input(let input): input
            case .alarm(let number, let input): number == latest.withLock(\.number) ? input : nil
            }
        }
    }
}
