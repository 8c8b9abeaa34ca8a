import DNSRecords
import Logging
import OperatorCore
import StatusServer

/// Reads and writes one record: the name servers and the provider behind it.
protocol RecordAccess: Sendable {
    /// Asks the zone's own name servers, never the provider.
    func check() async -> RecordCheck
    /// Reads the record through the provider and changes it only if it differs.
    ///
    /// - Parameter mayWrite: asked right before a write is sent; `false` where the claim has run out, as in a process that was
    ///   stopped in between.
    func bring(to addresses: AddressSet, while mayWrite: @escaping @Sendable () -> Bool) async -> WriteResult
    /// What the provider's secrets are now. Must not block for longer than it takes to read a small file.
    func secretRevision() -> SecretRevision
}

extension RecordAccess {
    /// Without secrets.
    func secretRevision() -> SecretRevision { .unchanging }
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
    private let inbox: TimedInbox<Event, C>
    /// For the liveness check.
    let pulse: LoopPulse

    private enum Event: Sendable {
        case input(State.Input)
        /// With the version of the entry that it tells of.
        case claim(State.Input, ClaimVersion)
        case sight(ClaimSight)
    }

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
        pulse: LoopPulse = LoopPulse(),
        tell: @escaping @Sendable (RecordNews) -> Void
    ) {
        self.pulse = pulse
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
    func desire(_ desired: State.Desired) { inbox.send(.input(.desired(desired))) }

    /// Looks at the record now, if it is at rest. Returns at once.
    func lookAgain() { inbox.send(.input(.lookAgain)) }

    /// Works until the task is cancelled. A write under way at that moment is abandoned; the record itself tells the next
    /// look whether it was made.
    func run() async {
        var state = initial
        // The entry as the state knows it: whatever it decides to put replaces that and nothing later.
        var version: ClaimVersion?
        // Taken before the write reads them: one that is replaced in between is only tried once more.
        var secrets = SecretRevision.unchanging
        defer { pulse.woke() }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.claims.follow(self.key) { self.inbox.send(.sight($0)) } }
            for await event in inbox.inputs {
                guard let input = Self.input(of: event, &version) else { continue }
                if case .timerFired = input { pulse.woke() }
                for action in state.handle(input, at: clock.now, wallClock: wallClock()) {
                    switch action {
                    case .wakeUp(let instant):
                        pulse.sleeps(for: clock.now.duration(to: instant))
                        inbox.wakeUp(at: instant, with: .input(.timerFired), in: &group)
                    case .tell(let news):
                        tell(news)
                    case .compareSecrets:
                        if record.secretRevision() != secrets { inbox.send(.input(.secretsReplaced)) }
                    case .readClaim, .check, .claim, .write, .report:
                        if case .write = action { secrets = record.secretRevision() }
                        group.addTask { [version] in
                            let event = await self.pulse.step("work on \(self.key)") {
                                await self.perform(action, over: version)
                            }
                            self.inbox.send(event)
                        }
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// What the state is told, in the order in which it is true: `nil` for a sight that is older than what is known.
    private static func input(of event: Event, _ version: inout ClaimVersion?) -> State.Input? {
        switch event {
        case .input(let input): return input
        case .claim(let input, let new):
            version = new
            return input
        case .sight(.hidden): return .claimsHidden
        case .sight(.entry(let reading, let isAnew)):
            // An event may come after the answer to a later request.
            if !isAnew, let known = version, reading.version.isEarlier(than: known) { return nil }
            version = reading.version
            return .claimSeen(reading.claim)
        }
    }

    private func perform(_ action: State.Action, over version: ClaimVersion?) async -> Event {
        do throws(ClaimsUnreachable) {
            switch action {
            case .readClaim:
                let reading = try await claims.read(key)
                return .claim(.claimRead(reading.claim), reading.version)
            case .claim(let claim):
                switch try await claims.put(claim, under: key, over: version) {
                case .done(let version): return .claim(.claimWon, version)
                case .lost(let reading): return .claim(.claimLost(to: reading.claim), reading.version)
                }
            case .check:
                return .input(.checked(await record.check()))
            case .write(let addresses, let limit):
                return .input(.written(await write(addresses, within: limit)))
            case .report(let claim):
                return try await report(claim, over: version)
            case .wakeUp, .tell, .compareSecrets:
                return .input(.reported)
            }
        } catch {
            if case .report = action { return .input(.reportLost) }
            return .input(.claimsUnreachable(error.message))
        }
    }

    /// A write must not outlast the claim under which it is made.
    private func write(_ addresses: AddressSet, within limit: Duration) async -> WriteResult {
        let clock = clock
        let end = clock.now.advanced(by: limit)
        return await withTaskGroup(of: WriteResult?.self) { group in
            group.addTask {
                await self.record.bring(to: addresses) { !Task.isCancelled && clock.now < end }
            }
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
    private func report(_ claim: RecordClaim, over version: ClaimVersion?) async throws(ClaimsUnreachable) -> Event {
        var known = version
        for attempt in 1...5 {
            do throws(ClaimsUnreachable) {
                switch try await claims.put(claim, under: key, over: known) {
                case .done(let version): return .claim(.reported, version)
                case .lost(let reading):
                    known = reading.version
                    guard let entry = reading.claim, entry.node == claim.node, entry.addresses == claim.addresses
                    else { return .claim(.reportLost, reading.version) }
                }
            } catch {
                // Without it the others wait for the claim's end, and ask a provider that named a time too early.
                guard attempt < 5, !Task.isCancelled else { throw error }
                try? await clock.sleep(for: .seconds(1))
            }
        }
        return .input(.reportLost)
    }
}
