import NetworkPrimitives
import OperatorCore
import StatusServer
import Synchronization
import TestSupport
import Testing

@testable import AddressSync

/// The driver: what the state machine asks for is done, within its bounds.
@Suite struct RecordReconcilerTests {
    private typealias Reconciler = RecordReconciler<VirtualClock>

    /// A record that takes as long as a test wants.
    private final class FakeRecord: RecordAccess {
        private let state = Mutex<(holds: AddressSet?, writes: Int)>((nil, 0))
        let hangs: Bool

        init(hangs: Bool) { self.hangs = hangs }

        var writes: Int { state.withLock { $0.writes } }

        func check() async -> RecordCheck { state.withLock { $0.holds }.map(RecordCheck.holds) ?? .absent }

        func bring(to address: AddressSet, while mayWrite: @escaping @Sendable () -> Bool) async -> WriteResult {
            state.withLock { $0.writes += 1 }
            if hangs {
                // Until cancelled.
                let (never, _) = AsyncStream.makeStream(of: Never.self)
                for await _ in never {}
                return .failed("cancelled", retryAfter: nil)
            }
            state.withLock { $0.holds = address }
            return .done("changed")
        }
    }

    /// Claims whose writes lose against somebody else so often.
    private final class FakeClaims: ClaimStore {
        private let state: Mutex<(entry: RecordClaim?, losses: Int, puts: [RecordClaim])>
        private let thief: RecordClaim?

        init(losses: Int = 0, thief: RecordClaim? = nil) {
            state = Mutex((nil, losses, []))
            self.thief = thief
        }

        var puts: [RecordClaim] { state.withLock { $0.puts } }

        func read(_ key: String) async throws(ClaimsUnreachable) -> ClaimReading {
            state.withLock { ClaimReading(claim: $0.entry, version: ClaimVersion()) }
        }

        func put(
            _ claim: RecordClaim, under key: String, over version: ClaimVersion?
        ) async throws(ClaimsUnreachable) -> ClaimPut {
            state.withLock { state in
                if claim.phase != .claimed {
                    if let thief {
                        state.entry = thief
                        return .lost(ClaimReading(claim: thief, version: ClaimVersion()))
                    }
                    if state.losses > 0 {
                        state.losses -= 1
                        return .lost(ClaimReading(claim: state.entry, version: ClaimVersion()))
                    }
                }
                state.entry = claim
                state.puts.append(claim)
                return .done(ClaimVersion())
            }
        }
    }

    private struct Running {
        var reconciler: Reconciler
        var news: AsyncStream<RecordNews>
    }

    private func make(_ record: FakeRecord, _ claims: FakeClaims, _ clock: VirtualClock) -> Running {
        let (news, feed) = AsyncStream.makeStream(of: RecordNews.self)
        let reconciler = Reconciler(
            key: "home.example.com_A",
            state: .init(node: "node-1", provider: "fake", settings: ReconcilingSettings(), jitter: 1),
            claims: claims, record: record, clock: clock, wallClock: { wallTime() }, tell: { feed.yield($0) })
        return Running(reconciler: reconciler, news: news)
    }

    private var spread: VirtualInstant {
        .start.advanced(
            by: SpreadDelay.delay(node: "node-1", change: "\(addressA) ", within: ReconcilingSettings().spread))
    }

    /// Runs a reconciler that wants A, until the news is told.
    private func run(
        _ running: Running, _ clock: VirtualClock, advancing instants: [VirtualInstant],
        until isMeant: @escaping @Sendable (RecordNews) -> Bool
    ) async -> RecordNews? {
        await withTaskGroup(of: RecordNews?.self) { group in
            group.addTask {
                await running.reconciler.run()
                return nil
            }
            group.addTask { await running.news.first(where: isMeant) }
            running.reconciler.desire(.init(addresses: addressA, generation: generation(1, 1), origin: .leader))
            for instant in instants { await clock.advance(toAlarmAt: instant) }
            let news = await group.next() ?? nil
            group.cancelAll()
            return news
        }
    }

    @Test func aDifferenceIsClaimedWrittenAndReported() async {
        let (record, claims, clock) = (FakeRecord(hangs: false), FakeClaims(losses: 2), VirtualClock())
        let verify = spread.advanced(by: .seconds(5))
        // In step again only once the report is through and the write was looked at.
        let news = await run(make(record, claims, clock), clock, advancing: [spread, verify]) {
            if case .inStep = $0 { true } else { false }
        }
        #expect(news == .inStep(addressA, by: nil))
        #expect(record.writes == 1)
        #expect(claims.puts.map(\.phase) == [.claimed, .synced], "a report that lost races is repeated")
    }

    @Test func aWriteThatHangsIsAbandonedBeforeItsClaimEnds() async {
        let (record, claims, clock) = (FakeRecord(hangs: true), FakeClaims(), VirtualClock())
        let limit = spread.advanced(by: .seconds(24))
        let news = await run(make(record, claims, clock), clock, advancing: [spread, limit]) {
            if case .failed = $0 { true } else { false }
        }
        guard case .failed(let why, let wait, _) = news else { return }
        #expect(why.contains("no answer within 24"))
        #expect(wait == .seconds(5))
        #expect(claims.puts.first?.holdSeconds == 30)
    }

    @Test func anEntryThatIsSomebodyElsesByNowIsLeftAlone() async {
        let thief = RecordClaim(
            addresses: addressB, phase: .claimed, node: "node-2", generation: generation(1, 2), holdSeconds: 30,
            provider: "fake", time: wallTime())
        let (record, claims, clock) = (FakeRecord(hangs: false), FakeClaims(thief: thief), VirtualClock())
        let news = await run(
            make(record, claims, clock), clock, advancing: [spread, spread.advanced(by: .seconds(5))]
        ) { if case .inStep = $0 { true } else { false } }
        #expect(news != nil)
        #expect(claims.puts.map(\.phase) == [.claimed])
    }
}
