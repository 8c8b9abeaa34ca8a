/// Which of many failures in a row are worth a line. A value without I/O.
///
/// The first is said, then that it still fails, at distances that double. Another reason is said when it first comes, up to a
/// number of reasons. What works for a moment and fails again goes on as the same streak, so that a connection that comes and goes
/// is not said each time.
struct FailureStreak<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    /// What to say about a failure.
    enum Line: Hashable, Sendable {
        case first
        case otherReason
        /// It still fails: so many failures in that time.
        case still(failures: Int, over: Duration)
        case nothing
    }

    /// Distances of lines. The defaults make 6 lines in the first hour, and one an hour from then on.
    struct Settings: Hashable, Sendable {
        var firstReminder: Duration = .seconds(60)
        var longestReminder: Duration = .seconds(3600)
        /// After so long without a failure the next one is news.
        var calm: Duration = .seconds(600)
        /// Longest silence about failures that nothing has ended, after which the next one is news.
        var memory: Duration = .seconds(7200)
        /// Different reasons that are said between two reminders.
        var reasons = 8

        init() {}
    }

    private let settings: Settings
    private var begin: Instant?
    private var failures = 0
    private var reasons: Set<String> = []
    private var last: Instant?
    private var reminder: Duration
    private var nextReminder: Instant?
    /// When it worked again; `nil` while it fails.
    private var passedAt: Instant?
    /// Since when it fails without a success in between.
    private var failingSince: Instant?
    /// Whether the last line about it said that it fails.
    private var isSaid = false

    init(settings: Settings = Settings()) {
        self.settings = settings
        reminder = settings.firstReminder
    }

    var isFailing: Bool { begin != nil && passedAt == nil }

    /// - Parameter reason: equal for failures that are the same to people.
    mutating func failed(_ reason: String, at now: Instant) -> Line {
        if let passedAt, passedAt.duration(to: now) >= settings.calm { self = Self(settings: settings) }
        if let last, passedAt == nil, last.duration(to: now) >= settings.memory { self = Self(settings: settings) }
        last = now
        failures += 1
        guard let begin, let nextReminder else {
            (begin, failingSince, nextReminder) = (now, now, now.advanced(by: reminder))
            reasons = [reason]
            isSaid = true
            return .first
        }
        if passedAt != nil { (passedAt, failingSince) = (nil, now) }
        let since = failingSince ?? begin
        if now >= nextReminder || !isSaid && since.duration(to: now) >= settings.calm {
            reminder = min(reminder * 2, settings.longestReminder)
            self.nextReminder = now.advanced(by: reminder)
            reasons = reasons.count >= settings.reasons ? [reason] : reasons.union([reason])
            isSaid = true
            return .still(failures: failures, over: begin.duration(to: now))
        }
        guard reasons.count < settings.reasons, reasons.insert(reason).inserted else { return .nothing }
        isSaid = true
        return .otherReason
    }

    /// It works.
    ///
    /// - Returns: how many failures there were over which time, if that is to be said.
    mutating func passed(at now: Instant) -> (failures: Int, over: Duration)? {
        guard let begin, isFailing else { return nil }
        passedAt = now
        guard isSaid else { return nil }
        isSaid = false
        return (failures, begin.duration(to: now))
    }
}
