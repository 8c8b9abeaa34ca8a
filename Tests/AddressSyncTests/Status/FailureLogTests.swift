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

    @Test func itIsSaidAgainAfterALongTime() {
        let log = Sample()
        log.fail("no connection")
        log.advance(by: .seconds(599))
        log.fail("no connection")
        log.advance(by: .seconds(1))
        log.fail("no connection")
        #expect(log.lines == ["warning it failed", "warning it failed"])
    }

    @Test func itsEndIsSaidOnceAndTheNextFailureIsNews() {
        let log = Sample()
        log.failures.passed("topic", saying: "it works again")
        log.fail("no connection")
        log.fail("no connection")
        log.failures.passed("other", saying: "the other works again")
        log.failures.passed("topic", saying: "it works again")
        log.failures.passed("topic", saying: "it works again")
        log.fail("no connection")
        #expect(log.lines == ["warning it failed", "info it works again", "warning it failed"])
    }

    @Test func aReasonThatAlwaysChangesIsForgotten() {
        let log = Sample()
        let letters = "abcdefghijklmnopqrstuvwxyz"
        for letter in letters { log.fail("reason \(letter)") }
        #expect(log.lines.count == letters.count)
    }

    /// A failure log with a clock to set, and its lines above the debug level.
    private final class Sample: LogHandler, Sendable {
        private let written = Mutex<[String]>([])
        private let elapsed = Mutex(Duration.zero)
        private let start = ContinuousClock.now

        var lines: [String] { written.withLock { $0 } }
        var failures: FailureLog { made.withLock { $0 } ?? make() }
        private let made = Mutex<FailureLog?>(nil)

        func fail(_ reason: String) { failures.failed("topic", saying: "it failed", because: reason) }
        func advance(by duration: Duration) { elapsed.withLock { $0 += duration } }

        private func make() -> FailureLog {
            let log = FailureLog(logger: Logger(label: "test") { _ in self }) { [start, weak self] in
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
        func log(event: LogEvent) { written.withLock { $0.append("\(event.level) \(event.message)") } }
    }
}
