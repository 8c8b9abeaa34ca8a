import Synchronization
import Testing
import UnixSignals

@testable import AddressSync

@Suite struct SignalHandlingTests {
    /// What became of some signals, in order.
    private func outcome(of signals: [UnixSignal]) async -> [String] {
        let log = Log()
        let (stream, continuation) = AsyncStream.makeStream(of: UnixSignal.self)
        for signal in signals { continuation.yield(signal) }
        continuation.finish()
        await SignalHandling(
            stop: { log.add("stop") }, lookAgain: { log.add("look") }, end: { log.add("end \($0)") }
        ).follow(stream)
        return log.lines
    }

    private final class Log: Sendable {
        private let state = Mutex<[String]>([])
        var lines: [String] { state.withLock { $0 } }
        func add(_ line: String) { state.withLock { $0.append(line) } }
    }

    @Test func theFirstStopsInGoodOrderAndTheSecondAtOnce() async {
        #expect(await outcome(of: [.sigterm]) == ["stop"])
        #expect(await outcome(of: [.sigterm, .sigint]) == ["stop", "end 130"])
        #expect(await outcome(of: [.sigint, .sigterm]) == ["stop", "end 143"])
    }

    @Test func aHangUpIsNoReasonToStop() async {
        #expect(await outcome(of: [.sighup, .sighup]) == ["look", "look"])
        #expect(await outcome(of: [.sighup, .sigterm, .sighup]) == ["look", "stop", "look"])
    }
}
