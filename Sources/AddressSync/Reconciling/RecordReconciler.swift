import Logging
import OperatorCore
import StatusServer

/// Reads and writes one record: the name servers and the provider behind it.
protocol RecordAccess: Sendable {
    /// Asks the zone's own name servers, never the provider.
    func check() async -> RecordCheck
    /// Reads the record through the provider and changes it only if it differs.
    func bring(to addresses: AddressSet) async -> WriteResult
}

/// Keeps one record in step: the driver of a ``RecordState``.
final class RecordReconciler<C: Clock>: Sendable where C.Duration == Duration, C.Instant: Sendable {
    typealias State = RecordState<C.Instant>

    private let key: String
    private let initial: State
    private let claims: any ClaimStore
    private let record: any RecordAccess
    private let clock: C
    private let wallClock: @Sendable () -> Timestamp
    private let tell: @Sendable (RecordNews) -> Void
    private let inbox: TimedInbox<State.Input, C>

    /// - Parameters:
    ///   - key: the record's key among the claims.
    ///   - tell: called with each decision from the reconciler's task; must not block.
    init(
        key: String,
        state: State,
        claims: any ClaimStore,
        record: any RecordAccess,
        clock: C,
        wallClock: @escaping @Sendable () -> Timestamp,
        tell: @escaping @Sendable (RecordNews) -> Void
    ) {
        self.key = key
        initial = state
        self.claims = claims
        self.record = record
        self.clock = clock
        self.wallClock = wallClock
        self.tell = tell
        inbox = TimedInbox(clock: clock)
    }

    /// Says what the record should hold from now on. Returns at once.
    func desire(_ desired: State.Desired) { inbox.send(.desired(desired)) }

    /// Works until the task is cancelled. A write under way at that moment is abandoned; the record itself tells the next
    /// look whether it was made.
    func run() async {
        var state = initial
        await withDiscardingTaskGroup { group in
            for await input in inbox.inputs {
                for action in state.handle(input, at: clock.now, wallClock: wallClock()) {
                    switch action {
                    case .wakeUp(let instant):
                        inbox.wakeUp(at: instant, with: .timerFired, in: &group)
                    case .tell(let news):
                        tell(news)
                    case .readClaim, .check, .claim, .write, .report:
                        group.addTask { self.inbox.send(await self.perform(action)) }
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func perform(_ action: State.Action) async -> State.Input {
        do throws(ClaimsUnreachable) {
            switch action {
            case .readClaim:
                return .claimRead(try await claims.read(key))
            case .claim(let claim):
                return try await claims.put(claim, under: key) ? .claimWon : .claimLost
            case .check:
                return .checked(await record.check())
            case .write(let addresses, let limit):
                return .written(await write(addresses, within: limit))
            case .report(let claim):
                try await report(claim)
                return .reported
            case .wakeUp, .tell:
                return .reported
            }
        } catch {
            if case .report = action { return .reported }
            return .claimsUnreachable(error.message)
        }
    }

    /// A write must not outlast the claim under which it is made.
    private func write(_ addresses: AddressSet, within limit: Duration) async -> WriteResult {
        await withTaskGroup(of: WriteResult?.self) { group in
            group.addTask { await self.record.bring(to: addresses) }
            group.addTask {
                try? await self.clock.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .failed("no answer within \(limit); whether the write was made will show", retryAfter: nil)
        }
    }

    /// Replaces this node's claim; leaves the entry alone once it is somebody else's.
    private func report(_ claim: RecordClaim) async throws(ClaimsUnreachable) {
        for _ in 0..<5 {
            if try await claims.put(claim, under: key) { return }
            guard let entry = try await claims.read(key), entry.node == claim.node, entry.addresses == claim.addresses
            else {
                return
            }
        }
    }
}
