import CurlHTTP
import TestSupport
import Testing

@testable import OperatorCore

@Suite struct WatchStateTests {
    private func machine(seed: UInt64 = 1) -> WatchState {
        WatchState(settings: WatchSettings(), generator: SeededGenerator(seed: seed))
    }

    /// A machine that has listed version 10 and opened its watch at that time.
    private func watching(at now: Duration = .zero, seed: UInt64 = 1) -> WatchState {
        var state = machine(seed: seed)
        _ = state.resumed()
        _ = state.listed(version: "10")
        _ = state.opened(at: now)
        return state
    }

    private func error(_ failure: KubernetesError.Failure, retryAfter: Duration? = nil) -> KubernetesError {
        KubernetesError(failure, message: "", retryAfter: retryAfter)
    }

    private let lost = KubernetesError.Failure.transport(.connectionLost)

    private func version(_ action: WatchState.Action) -> String? {
        if case .open(let version, _, _) = action { version } else { nil }
    }

    private func wait(_ action: WatchState.Action) -> Duration? {
        if case .wait(let wait, _) = action { wait } else { nil }
    }

    @Test func itListsAndThenWatchesFromTheListsVersion() {
        for seed in 0..<50 {
            var state = machine(seed: UInt64(seed))
            #expect(state.resumed() == .list)
            guard case .open(let version, let seconds, let silence) = state.listed(version: "10") else {
                Issue.record("does not watch")
                return
            }
            #expect(version == "10")
            #expect((300...600).contains(seconds))
            #expect((.seconds(75) ... .seconds(90)).contains(silence))
            #expect(state.opened(at: .seconds(5)) == .read(until: .seconds(5) + silence))
        }
    }

    @Test func everyVersionIsRemembered() {
        var state = watching()
        _ = state.received(version: "11", isBookmark: false, at: .seconds(10))
        #expect(version(state.ended(at: .seconds(20))) == "11")
        _ = state.opened(at: .seconds(20))
        _ = state.received(version: "15", isBookmark: true, at: .seconds(30))
        _ = state.received(version: nil, isBookmark: false, at: .seconds(31))
        #expect(version(state.ended(at: .seconds(40))) == "15")
        #expect(state.lastRestart == .ended)
    }

    @Test func eachEventPutsOffTheSilence() {
        var state = watching()
        guard case .read(let first) = state.received(version: "11", isBookmark: false, at: .seconds(50)),
            case .read(let second) = state.received(version: "12", isBookmark: true, at: .seconds(60))
        else {
            Issue.record("does not read on")
            return
        }
        #expect(second - first == .seconds(10))
        #expect(first >= .seconds(125))
    }

    @Test func anEndAtOnceWithoutEventIsAFailure() {
        var state = watching()
        #expect(wait(state.ended(at: .milliseconds(999))) != nil)
        var later = watching()
        #expect(version(later.ended(at: .seconds(1))) == "10")
        var busy = watching()
        _ = busy.received(version: "11", isBookmark: false, at: .milliseconds(1))
        #expect(version(busy.ended(at: .milliseconds(2))) == "11")
    }

    @Test func aWholeSessionWithoutAnythingIsFollowedByAList() {
        var state = watching()
        #expect(state.ended(at: .seconds(300)) == .list)
    }

    @Test func anExpiredVersionLeadsToAListAtOnceButNotInALoop() {
        for failure in [KubernetesError.Failure.status(410, reason: "Expired"), .status(410, reason: "Gone")] {
            var state = watching()
            #expect(state.failed(error(failure), at: .seconds(2)) == .list)
            #expect(state.lastRestart == .expired)
            #expect(version(state.listed(version: "20")) == "20")
            // HTTP 410 on the request itself, right after the list.
            #expect(wait(state.openFailed(error(failure), at: .seconds(3))) != nil)
            #expect(state.resumed() == .list)
            _ = state.listed(version: "30")
            _ = state.opened(at: .seconds(10))
            _ = state.received(version: "31", isBookmark: false, at: .seconds(11))
            #expect(state.failed(error(failure), at: .seconds(12)) == .list)
        }
    }

    @Test func silenceLeadsToAList() {
        var state = watching()
        #expect(state.fellSilent(at: .seconds(90)) == .list)
        #expect(state.lastRestart == .silent)
        // The connection's own idle time-out is the same thing.
        var timedOut = watching()
        #expect(timedOut.failed(error(.transport(.timedOut)), at: .seconds(80)) == .list)
    }

    @Test func aServerWithoutBookmarksIsGivenTheWholeSession() {
        var state = watching()
        for round in 1...2 {
            _ = state.fellSilent(at: .seconds(round * 100))
            let action = state.listed(version: "10")
            guard case .open(_, let seconds, let silence) = action else {
                Issue.record("does not watch")
                return
            }
            #expect(round == 1 ? silence <= .seconds(90) : silence == .seconds(seconds + 5))
            _ = state.opened(at: .seconds(round * 100 + 1))
        }
        // Until it sends one after all.
        _ = state.received(version: "11", isBookmark: true, at: .seconds(250))
        guard case .open(_, _, let silence) = state.ended(at: .seconds(300)) else {
            Issue.record("does not watch")
            return
        }
        #expect(silence <= .seconds(90))
    }

    @Test func anOrdinaryEventIsNoBookmark() {
        var state = watching()
        _ = state.fellSilent(at: .seconds(100))
        _ = state.listed(version: "10")
        _ = state.opened(at: .seconds(100))
        _ = state.received(version: "11", isBookmark: false, at: .seconds(101))
        _ = state.fellSilent(at: .seconds(200))
        guard case .open(_, let seconds, let silence) = state.listed(version: "12") else {
            Issue.record("does not watch")
            return
        }
        #expect(silence == .seconds(seconds + 5))
    }

    @Test func failuresBackOffAndThenGoOnFromTheSameVersion() {
        var state = watching()
        let first = wait(state.failed(error(lost), at: .seconds(10)))
        #expect(first.map { $0 <= .milliseconds(800) } == true)
        #expect(state.lastRestart == .failed)
        #expect(version(state.resumed()) == "10")
        let second = wait(state.openFailed(error(.transport(.connectFailed)), at: .seconds(11)))
        #expect(second.map { $0 <= .milliseconds(1600) } == true)
        #expect(version(state.resumed()) == "10")
        // The third in a row casts doubt on the version.
        _ = state.openFailed(error(.status(503, reason: "")), at: .seconds(13))
        #expect(state.resumed() == .list)
    }

    @Test func aFailedListIsTriedAgain() {
        var state = machine()
        _ = state.resumed()
        #expect(wait(state.listFailed(error(lost), at: .zero)) != nil)
        #expect(state.resumed() == .list)
    }

    @Test(
        arguments: [
            .status(400, reason: "BadRequest"), .status(422, reason: "Invalid"), .status(404, reason: "NotFound"),
            .unexpectedAnswer, .transport(.streamOverflow),
        ] as [KubernetesError.Failure])
    func whatTheVersionMayHaveCausedLeadsToAList(failure: KubernetesError.Failure) {
        var state = watching()
        #expect(wait(state.failed(error(failure), at: .seconds(10))) != nil)
        #expect(state.resumed() == .list)
    }

    @Test(arguments: [401, 403])
    func refusalsAreWaitedForSlowly(code: Int) throws {
        var state = watching()
        let waited = try #require(wait(state.openFailed(error(.status(code, reason: "")), at: .seconds(1))))
        #expect((.seconds(30) ... .seconds(60)).contains(waited))
        #expect(version(state.resumed()) == "10")
    }

    @Test func theServersWishIsHonoured() {
        var state = watching()
        let failure = error(.status(429, reason: "TooManyRequests"), retryAfter: .seconds(17))
        #expect(wait(state.openFailed(failure, at: .seconds(1))) == .seconds(17))
    }

    @Test func twoMinutesOfHealthForgiveThePast() throws {
        func waits(healthyFor length: Duration) throws -> [Duration] {
            try (0..<40).map { seed in
                var state = watching(seed: UInt64(seed))
                for round in 0..<6 {
                    _ = state.failed(error(lost), at: .seconds(round))
                    if case .list = state.resumed() { _ = state.listed(version: "10") }
                }
                _ = state.opened(at: .seconds(100))
                // A clean end on the way does not interrupt health.
                _ = state.received(version: "11", isBookmark: true, at: .seconds(110))
                _ = state.ended(at: .seconds(115))
                _ = state.opened(at: .seconds(116))
                return try #require(wait(state.failed(error(lost), at: .seconds(100) + length)))
            }
        }
        #expect(try waits(healthyFor: .seconds(120)).allSatisfy { $0 <= .milliseconds(800) })
        #expect(try waits(healthyFor: .seconds(119)).contains { $0 > .seconds(5) })
    }
}
