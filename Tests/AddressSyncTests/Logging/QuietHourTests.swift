import Foundation
import Logging
import NetworkPrimitives
import OperatorCore
import StatusServer
import Synchronization
import TestSupport
import Testing
import WANDetection

@testable import AddressSync

/// An hour in which nothing works, in virtual time: what is in the log afterwards.
@Suite struct QuietHourTests {
    /// A log whose clock is that of the test.
    private struct Hour {
        let time = VirtualTime()
        let log = ProcessLog()
        let failures: FailureLog
        let logger: Logger

        init() {
            let (clock, start) = (time.clock, ContinuousClock.now)
            let log = log
            logger = log.logger("test")
            failures = FailureLog(logger: logger) { start + clock.now.offset }
        }

        /// Lines above the debug level.
        var lines: [String] { log.lines.filter { !$0.contains(" debug ") } }

        func count(_ text: String) -> Int { lines.count { $0.contains(text) } }
    }

    /// Answers every round and every probe by a function of how many there were.
    private final class Scripted: AddressDetecting {
        private let counts = Mutex((rounds: 0, probes: 0))
        private let round: @Sendable (Int) -> Verdict
        private let question: @Sendable (Int) -> Observation

        init(_ round: @escaping @Sendable (Int) -> Verdict, _ question: @escaping @Sendable (Int) -> Observation) {
            self.round = round
            self.question = question
        }

        func detect(published: Set<IPAddress>) async -> Verdict {
            round(
                counts.withLock {
                    $0.rounds += 1
                    return $0.rounds
                })
        }

        func probe() async -> Observation {
            question(
                counts.withLock {
                    $0.probes += 1
                    return $0.probes
                })
        }
    }

    private func detectFor(
        _ duration: Duration, _ hour: Hour, _ detector: Scripted,
        publish: @escaping @Sendable (PublishedAddress) async -> PublishResult = { _ in .done }
    ) {
        let log = AddressLog(family: .ipv4, logger: hour.logger, failures: hour.failures)
        let loop = AddressLoop(
            settings: PublishingSettings(), detector: detector, clock: hour.time.clock, wallClock: { wallTime() },
            tell: { log.tell($0) }, decided: { _ in }, publish: publish)
        let task = hour.time.start { await loop.run(previous: PublishedAddress(), leader: "me") }
        hour.time.run(for: duration)
        task.cancel()
        hour.time.settle()
    }

    @Test func aLeaderWhoseSourcesAreAllSilent() throws {
        let hour = Hour()
        let source = try stun("one")
        let reasons = ["no answer in 203 ms", "no answer in 251 ms", "no route to host"]
        detectFor(.seconds(3600), hour, Scripted({ .unconfirmed(reasons[$0 % 3]) }, { _ in failure(source) }))
        #expect(hour.count("the address is not confirmed, nothing is changed") <= 8, "\(hour.lines)")
        #expect(hour.lines.count <= 16, "\(hour.lines.joined(separator: "\n"))")
        #expect(hour.lines.contains { $0.contains("still: the address is not confirmed") && $0.contains("failures=") })
        #expect(hour.count(" error ") == 0)
    }

    @Test func aLeaderWithOneSourceThatIsSilentAndOneThatLies() throws {
        let hour = Hour()
        let (good, silent, liar) = (try stun("good"), try stun("silent"), try stun("liar"))
        detectFor(
            .seconds(3600), hour,
            Scripted({ _ in .confirmed(addressA) }) { number in
                switch number % 3 {
                case 0: observation(good, addressA)
                case 1: failure(silent)
                default: observation(liar, addressB)
                }
            })
        #expect(hour.count("silent") <= 8 && hour.count("liar") <= 8, "\(hour.lines.joined(separator: "\n"))")
        #expect(hour.lines.allSatisfy { $0.contains(" info ") || $0.contains(" notice ") })
        #expect(hour.lines.count <= 20)
    }

    /// Source and quorum come and go all the time.
    @Test func aLeaderWhoseLineComesAndGoes() throws {
        let hour = Hour()
        let source = try stun("one")
        detectFor(
            .seconds(3600), hour,
            Scripted({ $0.isMultiple(of: 2) ? .confirmed(addressA) : .unconfirmed() }) {
                $0.isMultiple(of: 2) ? observation(source, addressA) : failure(source)
            })
        #expect(hour.lines.count <= 32, "\(hour.lines.joined(separator: "\n"))")
    }

    @Test func aLeaderThatCannotPublishAndHearsNothingOfItsLease() throws {
        let hour = Hour()
        let board = StatusBoard(role: .leader, identity: "me", metrics: PrometheusRegistry())
        let error = KubernetesError(.status(503, reason: ""), message: "the server is away", request: "get lease")
        for second in 0..<1800 {
            hour.time.clock.advance(to: .seconds(Double(second * 2)))
            LeaderService.note(
                .requestFailed(error), identity: "me", board: board, logger: hour.logger, failures: hour.failures)
            LeaderService.note(
                .unexpected("the Lease went back in time"), identity: "me", board: board, logger: hour.logger,
                failures: hour.failures)
        }
        #expect(hour.lines.count == 12, "\(hour.lines.joined(separator: "\n"))")
        LeaderService.note(.requestAnswered, identity: "me", board: board, logger: hour.logger, failures: hour.failures)
        #expect(hour.lines.last?.contains("requests for the Lease are answered again") == true)
        #expect(hour.lines.last?.contains("failures=1800") == true && hour.lines.last?.contains("for=59m58s") == true)
    }

    @Test func anUpdaterThatCannotReadAndThenReadsNonsense() throws {
        let hour = Hour()
        let board = StatusBoard(role: .updater, identity: "me", metrics: PrometheusRegistry())
        let source = try stun("one")
        let follower = AddressFollower(
            family: .ipv4, api: NoAPI(), namespace: "esddns", configMap: "esddns-wan-address", node: "me",
            staleAfter: .seconds(180), publishing: PublishingSettings(),
            detector: Scripted({ _ in .unconfirmed() }, { _ in failure(source) }), board: board,
            logger: hour.logger, failures: hour.failures
        ) { _ in }
        let inbox = TimedInbox<AddressFollower.State.Input, ContinuousClock>(clock: ContinuousClock())
        var isAbsent = false
        var malformed = ConfigMap(name: "esddns-wan-address")
        malformed.data = ["ipv4": "not an address", "heartbeat": "many"]
        let error = KubernetesError(.status(500, reason: ""), message: "the server is away", request: "watch")
        for second in 0..<3600 {
            hour.time.clock.advance(to: .seconds(Double(second)))
            // A connection that comes and goes, an object that comes and goes, and nonsense in it.
            follower.note(.disconnected(error, retryIn: .seconds(1)), &isAbsent, into: inbox)
            follower.note(.connected, &isAbsent, into: inbox)
            follower.note(.absent, &isAbsent, into: inbox)
            follower.note(.present(malformed), &isAbsent, into: inbox)
        }
        #expect(hour.lines.count <= 40, "\(hour.lines.joined(separator: "\n"))")
    }

    /// A record whose provider refuses, and one that never answers, through the whole driver.
    @Test(arguments: [
        WriteResult.refused("HTTP 401 after 3 ms"), .failed("no answer", retryAfter: nil),
        .failed("HTTP 429", retryAfter: .seconds(1)),
    ])
    func anUpdaterWhoseProviderRefuses(_ result: WriteResult) throws {
        let hour = Hour()
        let board = StatusBoard(role: .updater, identity: "me", metrics: PrometheusRegistry())
        let declaration = try #require(try SettingsFixture.updater().records.records.first)
        let (logger, failures) = (hour.logger, hour.failures)
        let reconciler = RecordReconciler(
            key: declaration.key,
            state: RecordState<VirtualInstant>(
                node: "me", provider: "gandi", settings: ReconcilingSettings(), jitter: 1),
            claims: OwnClaims(), record: Refused(result: result), clock: hour.time.clock,
            wallClock: { [clock = hour.time.clock] in wallTime(clock.now.offset.components.seconds) },
            tell: { news in
                RecordKeeper.tell(
                    news, of: declaration, provider: "gandi", node: "me", board: board, logger: logger,
                    failures: failures)
            })
        let task = hour.time.start { await reconciler.run() }
        reconciler.desire(.init(addresses: addressA, generation: generation(1, 1), origin: .leader))
        hour.time.run(for: .seconds(3600))
        task.cancel()
        hour.time.settle()
        #expect((2...8).contains(hour.lines.count), "\(hour.lines.joined(separator: "\n"))")
        // Only what nobody but a person can put right is an error.
        let isRefusal = if case .refused = result { true } else { false }
        #expect((hour.count(" error ") > 0) == isRefusal)
    }

    private struct Refused: RecordAccess {
        let result: WriteResult
        func check() async -> RecordCheck { .absent }
        func bring(to addresses: AddressSet, while mayWrite: @escaping @Sendable () -> Bool) async -> WriteResult {
            result
        }
    }
}
