import Synchronization

/// The right to act as leader, for as long as the clock says so.
///
/// Handed to the leading work when a term begins and extended behind its back by each renewal. Every question is
/// answered from the clock at the moment it is asked, so that the answer is right even after the process was paused.
public struct LeadershipTerm: Sendable {
    /// Grows from leader to leader; goes into everything that this leader writes.
    public let epoch: Epoch
    /// Who leads, as the Lease names it.
    public let identity: String
    private let remainder: @Sendable () -> Duration

    /// - Parameter remaining: time to the end of the term, measured when called; zero or less when it is over.
    public init(epoch: Epoch, identity: String, remaining: @escaping @Sendable () -> Duration) {
        self.epoch = epoch
        self.identity = identity
        remainder = remaining
    }

    /// Time until the term ends unless it is renewed; never negative.
    public var remaining: Duration { max(.zero, remainder()) }
    /// Whether this process leads at this very moment.
    public var isValid: Bool { remaining > .zero }
}

/// The end of a term, shared between the elector that moves it and everybody who asks.
final class TermEnd<C: Clock>: Sendable where C.Duration == Duration, C.Instant: Sendable {
    private let clock: C
    private let end = Mutex<C.Instant?>(nil)

    init(clock: C) { self.clock = clock }

    /// `nil`: no term.
    ///
    /// - Returns: what was set before.
    @discardableResult
    func set(_ instant: C.Instant?) -> C.Instant? {
        end.withLock { end in
            defer { end = instant }
            return end
        }
    }

    /// Time since the term ended while nobody took notice of it; `nil` where there is no term.
    var overdue: Duration? { end.withLock { $0 }.map { $0.duration(to: clock.now) } }

    var remaining: Duration {
        guard let instant = end.withLock({ $0 }) else { return .zero }
        return clock.now.duration(to: instant)
    }
}
