import Logging
import Synchronization
import Testing

@testable import AddressSync

struct FailureLogTests {
    @Test func aLastingFailureIsSaidOnce() {
        let log = Sample()
        for milliseconds in [0, 3, 12] { log.fail("no connection after \(milliseconds) ms") }
        #expect(log.lines == ["warning it failed"])
    }

    @Test func anotherReasonIsSaidAndOldOnesStaySaid() {
        let log = Sample()
        for reason in ["no connection", "wrong certificate", "no connection", "wrong certificate"] { log.fail(reason) }
        #expect(log.lines == ["warning it failed", "warning it failed"])
    }

    @Test func itIsSaidAgainAtGrowingDistances() {
        let log = Sample()
        for _ in 0..<3600 {
            log.fail("no connection")
            log.advance(by: .seconds(1))
        }
        #expect(log.lines == ["warning it failed"] + Array(repeating: "warning still: it failed", count: 5))
        #expect(log.metadataOfLines.map { $0["failures"] } == [nil, "61", "181", "421", "901", "1861"])
        #expect(log.metadataOfLines.map { $0["for"] } == [nil, "1m", "3m", "7m", "15m", "31m"])
        #expect(log.metadataOfLines.allSatisfy { $0["error"] == "no connection" })
    }

    @Test func itsEndIsSaidOnceWithHowLongItTook() {
        let log = Sample()
        log.failures.passed("topic", saying: "it works again")
        log.fail("no connection")
        log.advance(by: .seconds(30))
        log.fail("no connection")
        log.failures.passed("other", saying: "the other works again")
        log.failures.passed("topic", saying: "it works again")
        log.failures.passed("topic", saying: "it works again")
        #expect(log.lines == ["warning it failed", "info it works again"])
        #expect(log.metadataOfLines.last?["failures"] == "2" && log.metadataOfLines.last?["for"] == "30s")
        log.advance(by: .seconds(600))
        log.fail("no connection")
        #expect(log.lines.last == "warning it failed", "after a calm time it is news")
    }

    @Test func aConnectionThatComesAndGoesIsNotSaidEachTime() {
        let log = Sample()
        for _ in 0..<360 {
            log.fail("no connection")
            log.advance(by: .seconds(5))
            log.failures.passed("topic", saying: "it works again")
            log.advance(by: .seconds(5))
        }
        #expect(log.lines.count == 12, "\(log.lines)")
        #expect(log.lines.last == "info it works again")
    }

    /// What was said to work must not fail in silence.
    @Test func whatFailsForGoodAfterComingAndGoingIsSaid() {
        let log = Sample()
        for _ in 0..<360 {
            log.fail("no connection")
            log.failures.passed("topic", saying: "it works again")
            log.advance(by: .seconds(10))
        }
        let lines = log.lines.count
        for _ in 0..<61 {
            log.fail("no connection")
            log.advance(by: .seconds(10))
        }
        #expect(log.lines.count == lines + 1 && log.lines.last == "warning still: it failed")
    }

    @Test func anotherReasonIsSaidEvenRightAfterItWorked() {
        let log = Sample()
        log.fail("no connection")
        log.failures.passed("topic", saying: "it works again")
        log.fail("wrong certificate")
        #expect(log.lines == ["warning it failed", "info it works again", "warning it failed"])
    }

    @Test func reasonsThatAlwaysChangeAreBounded() {
        let log = Sample()
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        for second in 0..<3600 {
            log.fail("reason \(letters[second % 26])\(letters[second / 26 % 26])")
            log.advance(by: .seconds(1))
        }
        #expect(log.lines.count <= 8 * 6, "\(log.lines.count)")
    }

    @Test func whatIsForgottenIsNewsAgain() {
        let log = Sample()
        log.fail("no connection")
        log.failures.forget("topic")
        #expect(!log.failures.isFailing("topic"))
        log.fail("no connection")
        #expect(log.lines == ["warning it failed", "warning it failed"])
    }

    @Test func aFailureThatNothingHasEndedIsNewsAfterHours() {
        let log = Sample()
        log.fail("no connection")
        log.advance(by: .seconds(7200))
        log.fail("no connection")
        #expect(log.lines == ["warning it failed", "warning it failed"])
    }

    /// A failure log with a clock to set, and its lines above the debug level.
    private final class Sample: LogHandler, Sendable {
        private let written = Mutex<[(line: String, metadata: Logger.Metadata)]>([])
        private let elapsed = Mutex(Duration.zero)
        private let start = ContinuousClock.now

        var lines: [String] { written.withLock { $0.map(\.line) } }
        var metadataOfLines: [Logger.Metadata] { written.withLock { $0.map(\.metadata) } }
        var failures: FailureLog { made.withLock { $0 } ?? make() }
        private let made = Mutex<FailureLog?>(nil)

        func fail(_ reason: String) { failures.failed("topic", saying: "it failed", because: reason) }
        func advance(by duration: Duration) { elapsed.withLock { $0 += duration } }

        private func make() -> FailureLog {
            let logger = Logger(label: "test") { _ in self }
            let log = FailureLog(logger: logger) { [start, weak self] in
                start + (self?.elapsed.withLock { $0 } ?? .zero)
            }
            made.withLock { $0 = log }
            return log
        }

        var metadata: Logger.Metadata {
            get { [:] }
            set {}
        }
        var logLevel: Logger.Level {
            get { .info }
            set {}
        }
        subscript(metadataKey _: String) -> Logger.Metadata.Value? {
            get { nil }
            set {}
        }
        func log(event: LogEvent) {
            written.withLock { $0.append(("\(event.level) \(event.message)", event.metadata ?? [:])) }
        }
    }
}
