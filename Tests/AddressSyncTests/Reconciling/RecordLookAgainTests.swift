import Testing

@testable import AddressSync

@Suite struct RecordLookAgainTests {
    private typealias State = RecordState<ContinuousClock.Instant>

    @Test func afterARefusalTheNextAttemptNeedNotWait() {
        let now = ContinuousClock.now
        var state = State(node: "box", provider: "gandi", settings: ReconcilingSettings(), jitter: 1)
        func handle(_ input: State.Input) -> [State.Action] { state.handle(input, at: now, wallClock: wallTime()) }
        // Nothing is wanted yet.
        #expect(handle(.lookAgain).isEmpty)
        _ = handle(
            .desired(.init(addresses: addressA, generation: generation(1, 1), origin: .ownDetection)))
        #expect(handle(.timerFired) == [.readClaim])
        #expect(handle(.claimRead(nil)) == [.check])
        _ = handle(.checked(.absent))
        _ = handle(.claimWon)
        // A write under way is not disturbed.
        #expect(handle(.lookAgain).isEmpty)
        _ = handle(.written(.refused("the token is not accepted")))
        _ = handle(.reported)
        #expect(handle(.lookAgain) == [.check])
    }

    @Test func whereNobodyElseWorksOnItTheRecordIsLookedAtFirst() {
        let now = ContinuousClock.now
        var state = State(node: "box", provider: "gandi", settings: ReconcilingSettings(), jitter: 1)
        state.looksFirst = true
        func handle(_ input: State.Input) -> [State.Action] { state.handle(input, at: now, wallClock: wallTime()) }
        _ = handle(
            .desired(.init(addresses: addressA, generation: generation(1, 1), origin: .ownDetection)))
        #expect(handle(.timerFired) == [.check])
        #expect(handle(.checked(.holds(addressA))).first == .tell(.inStep(addressA, by: nil)))
    }
}
