import Synchronization

/// How many requests a service takes from one account.
public struct RequestLimit: Hashable, Sendable {
    public var count: Int
    public var period: Duration

    public init(_ count: Int, per period: Duration) {
        self.count = count
        self.period = period
    }
}

/// Keeps one provider within the limits of its service, so that a mistake here never uses up an account that others share.
final class RequestBudget: Sendable {
    private let limits: [RequestLimit]
    private let uptime: @Sendable () -> Duration
    /// When requests were sent, in ascending order; no more than the largest limit counts.
    private let sent = Mutex<[Duration]>([])

    /// - Parameters:
    ///   - limits: none means that there is no limit.
    ///   - uptime: a clock that never goes backwards.
    init(_ limits: [RequestLimit], uptime: @escaping @Sendable () -> Duration) {
        self.limits = limits
        self.uptime = uptime
    }

    /// A change takes this many requests: a read, in most services a second look, and the write.
    private static let requestsOfAChange = 3

    /// Counts one request.
    ///
    /// - Returns: how long to wait where there is none left; then nothing was counted. It is until there is room for a whole
    ///   change: whoever came back for a single request would spend it on reading, and never get to write.
    func take() -> Duration? {
        let now = uptime()
        return sent.withLock { sent in
            let longest = limits.map(\.period).max() ?? .zero
            sent.removeAll { now - $0 >= longest }
            var wait = Duration.zero
            for limit in limits {
                let recent = sent.filter { now - $0 < limit.period }
                guard recent.count >= limit.count else { continue }
                // The request whose leaving of the window makes room.
                let room = min(Self.requestsOfAChange, limit.count)
                wait = max(wait, recent[recent.count - limit.count + room - 1] + limit.period - now)
            }
            guard wait == .zero else { return wait }
            if !limits.isEmpty { sent.append(now) }
            return nil
        }
    }
}
