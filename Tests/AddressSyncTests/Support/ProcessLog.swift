import Logging
import StatusServer
import Synchronization

/// The log of one process, kept for tests to read and to wait on.
final class ProcessLog: LogOutput {
    private struct State {
        var lines: [String] = []
        var observers: [AsyncStream<String>.Continuation] = []
    }

    private let state = Mutex(State())

    func write(line: String) {
        let observers = state.withLock { state in
            state.lines.append(line)
            return state.observers
        }
        for observer in observers { observer.yield(line) }
    }

    var lines: [String] { state.withLock { $0.lines } }
    var text: String { lines.joined(separator: "\n") }

    func logger(_ label: String) -> Logger {
        Logger(label: label) { label in LineLogHandler(label: label, format: .text, level: .debug, output: self) }
    }

    /// Waits until a line has all of these texts, looking at past lines first.
    ///
    /// - Returns: the line; `nil` where the task was cancelled.
    @discardableResult
    func waitForLine(after count: Int = 0, with texts: String...) async -> String? {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        let past = state.withLock { state in
            state.observers.append(continuation)
            return state.lines.dropFirst(count)
        }
        let isMeant = { (line: String) in texts.allSatisfy(line.contains) }
        if let line = past.first(where: isMeant) { return line }
        for await line in stream where isMeant(line) { return line }
        return nil
    }
}
