/// Decides what is sent when, and what is given up. A value without I/O.
///
/// One announcement is under way at a time, the oldest first, so that they arrive in order. What waits is bounded: where nothing can
/// be delivered for long, the oldest are dropped.
struct DeliveryState<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    struct Settings: Hashable, Sendable {
        /// How many wait beside the one that is under way.
        var capacity = 32
        /// How often one is tried. With the waits below, for about half an hour.
        var tries = 12
        var firstWait: Duration = .seconds(2)
        var longestWait: Duration = .seconds(300)
        /// A longer `Retry-After` counts as this.
        var longestRetryAfter: Duration = .seconds(3600)
        /// How long deliveries go on after the process was told to stop.
        var drain: Duration = .seconds(2)

        init() {}
    }

    enum Input: Hashable, Sendable {
        case announced(Announcement)
        case timerFired
        case accepted
        /// It may be accepted later.
        case failed(retryAfter: Duration?)
        /// It will not be accepted.
        case refused
        case stopped
    }

    enum Action: Hashable, Sendable {
        case send(Announcement)
        /// Replaces any earlier timer.
        case wakeUp(at: Instant)
        case tell(News)
        case end
    }

    enum News: Hashable, Sendable {
        case delivered(Announcement)
        case willRetry(Announcement, after: Duration)
        case givenUp(Announcement)
        /// - Parameter total: how many since the start.
        case dropped(Announcement, total: Int)
    }

    private enum Step: Hashable {
        case idle
        case sending
        case waiting(until: Instant)
    }

    private let settings: Settings
    private var queue: [Announcement] = []
    private var current: Announcement?
    private var step = Step.idle
    private var tries = 0
    private var dropped = 0
    private var end: Instant?

    init(settings: Settings = Settings()) { self.settings = settings }

    mutating func handle(_ input: Input, at now: Instant) -> [Action] {
        switch input {
        case .announced(let new): return announced(new)
        case .accepted: return over { .delivered($0) }
        case .refused: return over { .givenUp($0) }
        case .failed(let retryAfter): return failed(retryAfter, at: now)
        case .timerFired:
            if let end, now >= end { return [.end] }
            guard case .waiting(let instant) = step, now >= instant, let current else { return [] }
            step = .sending
            return [.send(current)]
        case .stopped:
            // Whatever waits for another attempt has waited long enough.
            guard step == .sending else { return [.end] }
            let end = now.advanced(by: settings.drain)
            self.end = end
            return [.wakeUp(at: end)]
        }
    }

    private mutating func announced(_ new: Announcement) -> [Action] {
        queue.append(new)
        guard step == .idle else {
            guard queue.count > settings.capacity else { return [] }
            dropped += 1
            return [.tell(.dropped(queue.removeFirst(), total: dropped))]
        }
        return next()
    }

    private mutating func next() -> [Action] {
        tries = 0
        guard !queue.isEmpty else {
            (current, step) = (nil, .idle)
            return end == nil ? [] : [.end]
        }
        let first = queue.removeFirst()
        (current, step) = (first, .sending)
        return [.send(first)]
    }

    private mutating func over(_ news: (Announcement) -> News) -> [Action] {
        guard step == .sending, let current else { return [] }
        return [.tell(news(current))] + next()
    }

    private mutating func failed(_ retryAfter: Duration?, at now: Instant) -> [Action] {
        guard step == .sending, let current else { return [] }
        tries += 1
        guard tries < settings.tries, end == nil else { return over { .givenUp($0) } }
        let backoff = min(settings.longestWait, settings.firstWait * Double(1 << min(16, tries - 1)))
        let wait = max(backoff, min(retryAfter ?? .zero, settings.longestRetryAfter))
        step = .waiting(until: now.advanced(by: wait))
        return [.tell(.willRetry(current, after: wait)), .wakeUp(at: now.advanced(by: wait))]
    }
}
