import NetworkPrimitives
import StatusServer
import Synchronization
import TestSupport
import Testing

@testable import AddressSync

@Suite struct LoopPulseTests {
    private let clock = VirtualClock()

    private func makePulse() -> LoopPulse { LoopPulse(uptime: { [clock] in clock.now.offset }) }

    @Test func aStepThatDoesNotEndIsNamed() async {
        let pulse = makePulse()
        await pulse.step("a round") {
            #expect(pulse.failure == nil)
            clock.advance(by: .seconds(300))
            #expect(pulse.failure == nil)
            clock.advance(by: .seconds(1))
            #expect(pulse.failure == "a round has not ended for 5m1s")
            // Others that come to their end change nothing.
            await pulse.step("a look") {}
            #expect(pulse.failure != nil)
        }
        #expect(pulse.failure == nil)
    }

    @Test func anAlarmThatIsSleptThroughIsNamed() {
        let pulse = makePulse()
        pulse.sleeps(for: .seconds(3600))
        clock.advance(by: .seconds(3660))
        #expect(pulse.failure == nil)
        clock.advance(by: .seconds(1))
        #expect(pulse.failure == "what was to be done 1m1s ago has not begun")
        pulse.sleeps(for: .seconds(10))
        #expect(pulse.failure == nil, "another alarm was set in its place")
        clock.advance(by: .seconds(1000))
        pulse.woke()
        #expect(pulse.failure == nil)
    }

    /// A record whose name servers never answer, against all limits.
    private struct HungRecord: RecordAccess {
        func check() async -> RecordCheck {
            let (never, _) = AsyncStream.makeStream(of: Never.self)
            for await _ in never {}
            return .absent
        }
        func bring(to addresses: AddressSet, while mayWrite: @escaping @Sendable () -> Bool) async -> WriteResult {
            .failed("", retryAfter: nil)
        }
    }

    @Test func aWedgedReconcilerFailsTheLivenessCheck() async {
        let time = VirtualTime()
        let pulse = LoopPulse(uptime: { [clock = time.clock] in clock.now.offset })
        var state = RecordState<VirtualInstant>(
            node: "box", provider: "gandi", settings: ReconcilingSettings(), jitter: 1)
        state.looksFirst = true
        let reconciler = RecordReconciler(
            key: "home.example.com_A", state: state, claims: OwnClaims(), record: HungRecord(), clock: time.clock,
            wallClock: { wallTime() }, pulse: pulse, tell: { _ in })
        let running = time.start { await reconciler.run() }
        reconciler.desire(.init(addresses: addressA, generation: generation(1, 1), origin: .ownDetection))
        time.run(for: .seconds(290))
        #expect(pulse.failure == nil)
        time.run(for: .seconds(20))
        #expect(pulse.failure?.hasPrefix("work on home.example.com_A has not ended for 5m") == true)
        running.cancel()
        time.settle()
        await running.value
        #expect(pulse.failure == nil)
    }

    @Test func aBoardShowsIt() {
        let board = StatusBoard(role: .updater, identity: "node-1")
        let pulse = makePulse()
        board.watch(pulse, as: "detection", .ipv4)
        board.watch(makePulse(), as: "detection", .ipv6)
        #expect(board.health() == [.passed("detection"), .passed("detection-ipv6")])
        pulse.sleeps(for: .zero)
        clock.advance(by: .seconds(100))
        #expect(board.health().first?.failure != nil)
        #expect(board.readiness().map(\.name) == ["detection"])
    }
}
