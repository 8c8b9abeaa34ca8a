import Synchronization
import Testing

@testable import CommandSuite

@Suite(.timeLimit(.minutes(1))) struct ProgressTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
        let (arrivals, arrive) = AsyncStream.makeStream(of: String.self)

        func write(_ text: String) {
            all.withLock { $0.append(text) }
            arrive.yield(text)
        }
    }

    private func terminal(_ isInteractive: Bool) -> Terminal { Terminal(isTerminal: isInteractive) { _ in nil } }

    @Test func saysWhatIsWaitedForAndGoesAway() async throws {
        let lines = Lines()
        let value = await Progress.during("first", on: terminal(true), write: { lines.write($0) }) { progress in
            for await line in lines.arrivals where line.hasSuffix(" first") { break }
            progress.say("then " + String(repeating: "x", count: 100))
            for await line in lines.arrivals where line.contains(" then ") {
                // Longer lines would wrap.
                #expect(line.count < 80)
                break
            }
            return 7
        }
        #expect(value == 7)
        #expect(lines.all.withLock { $0.last } == "\r\u{1B}[K")
    }

    @Test func nobodyIsTroubledWithWhatIsOverAtOnceOrNotWatched() async throws {
        for isInteractive in [true, false] {
            let lines = Lines()
            await Progress.during("first", on: terminal(isInteractive), write: { lines.write($0) }) { _ in }
            #expect(lines.all.withLock { $0.isEmpty })
        }
    }

    @Test func errorsPassThrough() async {
        struct Broken: Error {}
        await #expect(throws: Broken.self) {
            try await Progress.during("first", on: terminal(true), write: { _ in }) { _ in throw Broken() }
        }
    }
}
