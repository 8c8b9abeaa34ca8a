import CurlHTTP
import OperatorCore
import TestSupport
import Testing

@Suite struct BackoffTests {
    /// Draws the upper end of every range.
    private struct Highest: RandomNumberGenerator {
        mutating func next() -> UInt64 { .max }
    }

    @Test func theBoundDoublesUpToItsMaximum() {
        var backoff = Backoff()
        var generator = Highest()
        let waits = (0..<8).map { _ in backoff.next(using: &generator) }
        let seconds = [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30]
        for (wait, expected) in zip(waits, seconds) { #expect(abs(wait / .seconds(1) - expected) < 0.001) }
        backoff.reset()
        #expect(backoff.next(using: &generator) <= .milliseconds(800))
        for _ in 0..<1000 { #expect(backoff.next(using: &generator) <= .seconds(30)) }
    }

    @Test func waitsAreSpreadOverTheWholeRange() {
        var generator = SeededGenerator(seed: 7)
        let waits = (0..<2000).map { _ in
            var backoff = Backoff()
            return backoff.next(using: &generator)
        }
        #expect(waits.allSatisfy { $0 >= .zero && $0 <= .milliseconds(800) })
        let low = waits.count { $0 < .milliseconds(400) }
        #expect((900...1100).contains(low))
    }

    @Test func theServersWishIsTheLeast() {
        var backoff = Backoff()
        var generator = SeededGenerator(seed: 1)
        #expect(backoff.next(retryAfter: .seconds(20), using: &generator) == .seconds(20))
        // But nobody can send us away for a day.
        #expect(backoff.next(retryAfter: .seconds(86400), using: &generator) == .seconds(300))
    }

    @Test(arguments: [401, 403])
    func aRefusalIsWaitedForSlowly(code: Int) {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<100 {
            var backoff = Backoff()
            let wait = backoff.next(
                after: KubernetesError(.status(code, reason: ""), message: ""), using: &generator)
            #expect((.seconds(30) ... .seconds(60)).contains(wait))
        }
    }
}

@Suite struct RetryPolicyTests {
    enum Kind: Sendable { case retry, readFirst, absent, giveUp }

    @Test(
        arguments: [
            (.status(429, reason: "TooManyRequests"), .retry, .retry),
            (.status(500, reason: "InternalError"), .retry, .readFirst),
            (.status(503, reason: ""), .retry, .readFirst), (.status(504, reason: "Timeout"), .retry, .readFirst),
            (.transport(.connectFailed), .retry, .retry), (.transport(.connectionLost), .retry, .readFirst),
            (.transport(.timedOut), .retry, .readFirst), (.transport(.cancelled), .giveUp, .giveUp),
            (.status(401, reason: ""), .retry, .retry), (.status(403, reason: ""), .retry, .retry),
            (.status(404, reason: "NotFound"), .absent, .absent),
            (.status(409, reason: "Conflict"), .readFirst, .readFirst),
            (.status(409, reason: "AlreadyExists"), .readFirst, .readFirst),
            (.status(400, reason: ""), .giveUp, .giveUp), (.status(415, reason: ""), .giveUp, .giveUp),
            (.status(422, reason: "Invalid"), .giveUp, .giveUp), (.unexpectedAnswer, .retry, .readFirst),
            (.configuration, .retry, .retry),
        ] as [(KubernetesError.Failure, Kind, Kind)])
    func everyFailureHasItsAnswer(failure: KubernetesError.Failure, read: Kind, write: Kind) {
        var generator = SeededGenerator(seed: 1)
        for (operation, expected) in [(RetryPolicy.Operation.read, read), (.write, write)] {
            var policy = RetryPolicy()
            let decision = policy.failed(
                KubernetesError(failure, message: ""), of: operation, using: &generator)
            let kind: Kind =
                switch decision {
                case .retry: .retry
                case .readFirst: .readFirst
                case .absent: .absent
                case .giveUp: .giveUp
                }
            #expect(kind == expected, "\(operation)")
        }
    }

    @Test func aServerThatPutsOffIsAskedTenTimes() {
        var generator = SeededGenerator(seed: 1)
        var policy = RetryPolicy()
        let error = KubernetesError(
            .status(503, reason: "ServiceUnavailable"), message: "", retryAfter: .seconds(2))
        let decisions = (0..<10).map { _ in policy.failed(error, of: .read, using: &generator) }
        #expect(decisions.prefix(9).allSatisfy { $0 != .giveUp })
        #expect(decisions.last == .giveUp)
        policy.succeeded()
        #expect(policy.failed(error, of: .read, using: &generator) == .retry(after: .seconds(2)))
    }
}
