import AddressSync
import CommandSuite
import Logging
import Synchronization

/// Tells what happens, in plain words and as it happens, each line with its time since the start.
final class Narrator: Sendable {
    private let start = ContinuousClock.now
    private let stream: Output.Stream
    private let isColored: Bool
    private let lock = Mutex(())

    init(toStandardError: Bool) {
        stream = toStandardError ? .error : .standard
        isColored = Terminal(stream).isColored
    }

    func say(_ text: String, by who: String? = nil, tone: Tone = .plain) {
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        let tenths = Int((elapsed * 10).rounded(.down))
        let time = Self.padded("\(tenths / 10).\(tenths % 10)", to: 7, left: true)
        print("\(time) s  \(Self.padded(who ?? "", to: 11))\(text)", tone: tone)
    }

    /// A line without a time.
    func print(_ text: String, tone: Tone = .plain) {
        let line = tone.painted(text, isColored: isColored) + "\n"
        lock.withLock { _ in Output.print(line, to: stream) }
    }

    private static func padded(_ text: String, to width: Int, left: Bool = false) -> String {
        let padding = String(repeating: " ", count: max(0, width - text.count))
        return left ? padding + text : text + padding
    }

    /// A logger whose lines are told under a name.
    func logger(for who: String, level: Logger.Level = .info) -> Logger {
        Logger(label: who) { _ in NarratingLogHandler(who: who, narrator: self, logLevel: level) }
    }
}

/// Turns log lines into the demonstration's narration.
private struct NarratingLogHandler: LogHandler {
    let who: String
    let narrator: Narrator
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        // The votes are on the status page; here they would drown everything else.
        let details = all.filter { $0.key != "votes" }.sorted { $0.key < $1.key }
            .map { "\($0.key) \(Self.shortened("\($0.value)"))" }.joined(separator: ", ")
        let tone: Tone =
            switch event.level {
            case .notice: .good
            case .warning, .error, .critical: .bad
            default: .quiet
            }
        narrator.say(details.isEmpty ? "\(event.message)" : "\(event.message) (\(details))", by: who, tone: tone)
    }

    /// Identities end in a UUID that nobody wants to read.
    private static func shortened(_ value: String) -> String {
        guard let mark = value.lastIndex(of: "_"), value[mark...].count == 37 else { return value }
        return String(value[..<mark])
    }
}
