import NetworkPrimitives
import OperatorCore
import StatusServer

/// Tells people about the address of one family: the driver of an ``AddressTrouble``. Never in the way of who finds the address.
final class AddressAnnouncer<C: Clock>: Sendable where C.Duration == Duration, C.Instant: Sendable {
    private let inbox: TimedInbox<AddressTrouble<C.Instant>.Input, C>
    private let clock: C
    private let wallClock: @Sendable () -> Timestamp
    private let initial: AddressTrouble<C.Instant>
    private let announce: @Sendable (AddressAnnouncement) -> Void

    /// - Parameter announce: must not block.
    init(
        lasting: Duration, previous: PublishedAddress, clock: C, wallClock: @escaping @Sendable () -> Timestamp,
        announce: @escaping @Sendable (AddressAnnouncement) -> Void
    ) {
        inbox = TimedInbox(clock: clock)
        self.clock = clock
        self.wallClock = wallClock
        initial = AddressTrouble(lasting: lasting, previous: previous)
        self.announce = announce
    }

    /// Returns at once.
    func tell(_ news: AddressNews) { inbox.send(.told(news)) }

    /// Until cancelled.
    func run() async {
        var state = initial
        await withDiscardingTaskGroup { group in
            for await input in inbox.inputs {
                for action in state.handle(input, at: clock.now, wallClock: wallClock()) {
                    switch action {
                    case .announce(let announcement): announce(announcement)
                    case .wakeUp(let instant): inbox.wakeUp(at: instant, with: .timerFired, in: &group)
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// Runs beside `work`, and ends with it.
    func run<Value: Sendable>(beside work: @escaping @Sendable () async -> Value) async -> Value {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.run() }
            let value = await work()
            group.cancelAll()
            return value
        }
    }
}
