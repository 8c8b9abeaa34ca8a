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
    private let lastAlarm = Mutex(0)

    public init(clock: C) {
        self.clock = clock
        (events, continuation) = AsyncStream.makeStream()
    }

    /// Puts an input at the end of the queue. Returns at once; callable from anywhere.
    public func send(_ input: Input) { continuation.yield(.input(input)) }

    /// Sends `input` at `instant`, unless another alarm is set before then: only the newest counts.
    public func wakeUp(at instant: C.Instant, with input: Input, in group: inout DiscardingTaskGroup) {
        let number = lastAlarm.withLock { last in
            last += 1
            return last
        }
        group.addTask { [clock, continuation] in
            do {
                try await clock.sleep(until: instant, tolerance: nil)
                continuation.yield(.alarm(number: number, input))
            } catch {
                // Cancelled: the driver is stopping.
            }
        }
    }

    /// All inputs in order, for one consumer; ends when its task is cancelled.
    public var inputs: some AsyncSequence<Input, Never> {
        events.compactMap { [self] event in
            switch event {
            case .input(let input): input
            case .alarm(let number, let input): number == lastAlarm.withLock { $0 } ? input : nil
            }
        }
    }
}
