import DNSRecords
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import AddressSync

/// Credentials that are refused, and replaced.
@Suite struct RecordSecretTests {
    private typealias State = RecordState<VirtualInstant>

    /// A record whose write was refused and reported, with the time at which it happened.
    private func refused(_ settings: ReconcilingSettings = ReconcilingSettings()) -> (State, VirtualInstant) {
        var state = State(node: "box", provider: "gandi", settings: settings, jitter: 1)
        let now = VirtualInstant.seconds(100)
        func handle(_ input: State.Input) -> [State.Action] { state.handle(input, at: now, wallClock: wallTime()) }
        _ = handle(.desired(.init(addresses: addressA, generation: generation(1, 1), origin: .leader)))
        _ = handle(.timerFired)
        _ = handle(.claimRead(nil))
        _ = handle(.checked(.absent))
        _ = handle(.claimWon)
        let actions = handle(.written(.refused("the token is not accepted", cause: .credentials)))
        #expect(
            actions.first
                == .tell(
                    .refused("the token is not accepted", wait: .seconds(300), cause: .credentials, times: 1)))
        #expect(actions.contains { if case .report(let claim) = $0 { claim.holdSeconds == 300 } else { false } })
        #expect(actions.last == .wakeUp(at: now.advanced(by: .seconds(5))))
        return (state, now)
    }

    @Test func secretsAreComparedEveryFiveSecondsUntilTheWaitIsOver() {
        var (state, now) = refused()
        let end = now.advanced(by: .seconds(300))
        #expect(state.handle(.reported, at: now, wallClock: wallTime()).isEmpty)
        var looks = 0
        while true {
            now = now.advanced(by: .seconds(5))
            let actions = state.handle(.timerFired, at: now, wallClock: wallTime())
            guard now < end else {
                #expect(actions == [.check], "the provider is asked again after its time, as ever")
                break
            }
            looks += 1
            #expect(actions == [.compareSecrets, .wakeUp(at: min(end, now.advanced(by: .seconds(5))))])
        }
        #expect(looks == 59)
    }

    @Test func replacedSecretsEndTheWait() {
        var (state, now) = refused()
        _ = state.handle(.reported, at: now, wallClock: wallTime())
        now = now.advanced(by: .seconds(5))
        _ = state.handle(.timerFired, at: now, wallClock: wallTime())
        #expect(
            state.handle(.secretsReplaced, at: now, wallClock: wallTime()) == [.tell(.secretsReplaced), .check])
        // Said once more by a look that came late: the attempt goes on.
        #expect(state.handle(.secretsReplaced, at: now, wallClock: wallTime()).isEmpty)
        let entry = RecordClaim(
            addresses: addressA, phase: .failed, node: "box", generation: generation(1, 1), holdSeconds: 300,
            provider: "gandi", time: wallTime())
        #expect(state.handle(.checked(.absent), at: now, wallClock: wallTime()) == [.readClaim])
        let actions = state.handle(.claimRead(entry), at: now, wallClock: wallTime())
        #expect(actions.contains { if case .claim = $0 { true } else { false } }, "the hold is this node's own")
    }

    @Test func aReportComesBeforeTheSecrets() {
        var (state, now) = refused()
        now = now.advanced(by: .seconds(5))
        #expect(
            state.handle(.timerFired, at: now, wallClock: wallTime()) == [.wakeUp(at: now.advanced(by: .seconds(5)))])
        #expect(state.handle(.secretsReplaced, at: now, wallClock: wallTime()).isEmpty)
    }

    @Test func otherFailuresAreNoReasonToLookAtSecrets() {
        var state = State(node: "box", provider: "gandi", settings: ReconcilingSettings(), jitter: 1)
        let now = VirtualInstant.seconds(100)
        func handle(_ input: State.Input) -> [State.Action] { state.handle(input, at: now, wallClock: wallTime()) }
        _ = handle(.desired(.init(addresses: addressA, generation: generation(1, 1), origin: .leader)))
        _ = handle(.timerFired)
        _ = handle(.claimRead(nil))
        _ = handle(.checked(.absent))
        _ = handle(.claimWon)
        #expect(
            handle(.written(.failed("busy", retryAfter: .seconds(60)))).last
                == .wakeUp(at: now.advanced(by: .seconds(60))))
        _ = handle(.reported)
        #expect(handle(.secretsReplaced).isEmpty)
    }

    // MARK: The driver

    /// A record whose provider accepts one token.
    private final class GuardedRecord: RecordAccess {
        let secret: SecretSource
        let attempts = Mutex<[String]>([])
        init(_ secret: SecretSource) { self.secret = secret }

        func check() async -> RecordCheck { .absent }

        func bring(to addresses: AddressSet, while mayWrite: @escaping @Sendable () -> Bool) async -> WriteResult {
            let token = secret.current().exposed
            attempts.withLock { $0.append(token) }
            return token == "good" ? .done("created") : .refused("401")
        }

        func secretRevision() -> SecretRevision { SecretRevision(secret) }
    }

    private struct NoClaims: ClaimStore {
        func read(_ key: String) async throws(ClaimsUnreachable) -> ClaimReading {
            ClaimReading(claim: nil, version: ClaimVersion())
        }
        func put(
            _ claim: RecordClaim, under key: String, over version: ClaimVersion?
        ) async throws(ClaimsUnreachable) -> ClaimPut { .done(ClaimVersion()) }
    }

    @Test func aReplacedFileIsUsedWithinFiveSeconds() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("bad".utf8).write(to: file)
        let (record, time) = (GuardedRecord(try SecretSource(file: file.path)), VirtualTime())
        let news = Mutex<[RecordNews]>([])
        let reconciler = RecordReconciler(
            key: "home.example.com_A",
            state: .init(node: "box", provider: "gandi", settings: ReconcilingSettings(), jitter: 1),
            claims: NoClaims(),
            record: record, clock: time.clock, wallClock: { wallTime() },
            tell: { said in news.withLock { $0.append(said) } })
        let running = time.start { await reconciler.run() }
        reconciler.desire(.init(addresses: addressA, generation: generation(1, 1), origin: .leader))
        time.run(for: .seconds(61))
        #expect(record.attempts.withLock { $0 } == ["bad"], "as long as nothing changes, the provider is left alone")
        // The same once more, as the kubelet may write it.
        try Data("bad\n".utf8).write(to: file)
        time.run(for: .seconds(60))
        #expect(record.attempts.withLock { $0 } == ["bad"])
        try Data("worse".utf8).write(to: file)
        time.run(for: .seconds(5))
        #expect(record.attempts.withLock { $0 } == ["bad", "worse"])
        time.run(for: .seconds(60))
        #expect(record.attempts.withLock { $0 } == ["bad", "worse"])
        try Data("good".utf8).write(to: file)
        time.run(for: .seconds(5))
        #expect(record.attempts.withLock { $0 } == ["bad", "worse", "good"])
        #expect(news.withLock { $0 }.filter { $0 == .secretsReplaced }.count == 2)
        running.cancel()
        time.settle()
        await running.value
    }
}
