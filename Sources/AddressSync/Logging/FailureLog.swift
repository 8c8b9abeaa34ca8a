import Logging
import Synchronization

/// Says a failure when it begins, at growing distances while it lasts, and when it is over, not at each of the many attempts in
/// between: the log's side of ``FailureStreak``.
///
/// All other failures go to the debug level. Reasons that differ only in their digits, such as "after 3 ms", are the same.
final class FailureLog: Sendable {
    typealias Streak = FailureStreak<ContinuousClock.Instant>

    private let logger: Logger
    private let settings: Streak.Settings
    private let now: @Sendable () -> ContinuousClock.Instant
    private let streaks = Mutex<[String: Streak]>([:])

    init(
        logger: Logger, settings: Streak.Settings = .init(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.logger = logger
        self.settings = settings
        self.now = now
    }

    /// Says that an attempt failed, unless that was said already.
    ///
    /// - Parameters:
    ///   - topic: what is attempted again and again; ``passed(_:saying:details:)`` takes the same. There have to be few.
    ///   - details: logged, but of no influence on whether two failures are the same.
    func failed(
        _ topic: String, saying message: Logger.Message, because reason: String, level: Logger.Level = .warning,
        details: Logger.Metadata = [:]
    ) {
        let time = now()
        let key = "\(message): \(reason)".filter { !$0.isNumber }
        let line = streaks.withLock { streaks in
            streaks[topic, default: Streak(settings: settings)].failed(key, at: time)
        }
        var metadata = details
        metadata["error"] = "\(reason)"
        switch line {
        case .first, .otherReason: logger.log(level: level, message, metadata: metadata)
        case .nothing: logger.debug(message, metadata: metadata)
        case .still(let failures, let duration):
            metadata.merge(Self.summary(failures, duration)) { _, new in new }
            logger.log(level: level, "still: \(message)", metadata: metadata)
        }
    }

    /// Whether the last attempt failed.
    func isFailing(_ topic: String) -> Bool { streaks.withLock { $0[topic]?.isFailing ?? false } }

    /// It is not attempted any more; the next failure is news.
    func forget(_ topic: String) { streaks.withLock { $0[topic] = nil } }

    /// Says that it works again, where it was said that it does not.
    func passed(_ topic: String, saying message: Logger.Message, details: Logger.Metadata = [:]) {
        let time = now()
        guard let (failures, duration) = streaks.withLock({ $0[topic]?.passed(at: time) }) else { return }
        logger.info(message, metadata: details.merging(Self.summary(failures, duration)) { _, new in new })
    }

    private static func summary(_ failures: Int, _ duration: Duration) -> Logger.Metadata {
        let whole = Duration.seconds(duration.components.seconds)
        return ["failures": "\(failures)", "for": "\(DurationText.format(whole))"]
    }
}
