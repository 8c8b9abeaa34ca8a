import Logging
import Synchronization

/// Says a failure when it begins and when it is over, not at each of the many attempts in between.
///
/// The same failure said again within the reminder's time goes to the debug level. Reasons that differ only in their
/// digits, such as "after 3 ms", are the same.
final class FailureLog: Sendable {
    private struct Streak {
        let begin: ContinuousClock.Instant
        var attempts = 0
        /// When each reason was last said.
        var said: [String: ContinuousClock.Instant] = [:]
    }

    /// Reasons remembered for each topic; with more, the text of the reason must hold something that always changes.
    private static let maximumReasons = 16

    private let logger: Logger
    private let reminder: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let streaks = Mutex<[String: Streak]>([:])

    /// - Parameter reminder: a failure that lasts is said again this often.
    init(
        logger: Logger, reminder: Duration = .seconds(600),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.logger = logger
        self.reminder = reminder
        self.now = now
    }

    /// Says that an attempt failed, unless that was said already.
    ///
    /// - Parameters:
    ///   - topic: what is attempted again and again; ``passed(_:saying:)`` takes the same.
    ///   - details: logged, but of no influence on whether two failures are the same.
    func failed(
        _ topic: String, saying message: Logger.Message, because reason: String, level: Logger.Level = .warning,
        details: Logger.Metadata = [:]
    ) {
        let time = now()
        let key = "\(message): \(reason)".filter { !$0.isNumber }
        let (isNews, attempts) = streaks.withLock { streaks in
            var streak = streaks[topic] ?? Streak(begin: time)
            streak.attempts += 1
            var isNews = true
            if let last = streak.said[key], time - last < reminder { isNews = false }
            if isNews {
                if streak.said.count >= Self.maximumReasons { streak.said = [:] }
                streak.said[key] = time
            }
            streaks[topic] = streak
            return (isNews, streak.attempts)
        }
        var metadata = details
        metadata["error"] = "\(reason)"
        if attempts > 1 { metadata["attempts"] = "\(attempts)" }
        logger.log(level: isNews ? level : .debug, message, metadata: metadata)
    }

    /// Whether the last attempt failed.
    func isFailing(_ topic: String) -> Bool { streaks.withLock { $0[topic] != nil } }

    /// Says that it works again, where it had failed.
    func passed(_ topic: String, saying message: Logger.Message) {
        guard let streak = streaks.withLock({ $0.removeValue(forKey: topic) }) else { return }
        let whole = Duration.seconds((now() - streak.begin).components.seconds)
        logger.info(
            message, metadata: ["failures": "\(streak.attempts)", "for": "\(DurationText.format(whole))"])
    }
}
