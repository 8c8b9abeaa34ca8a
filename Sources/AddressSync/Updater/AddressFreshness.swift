import NetworkPrimitives
import OperatorCore
import StatusServer

/// Judges what the leader published: is it a later word than the last, and is the leader still alive?
///
/// A value without I/O. Liveness is judged by watching the heartbeat move on this node's own monotonic clock; wall clocks
/// are compared once only, for an address found at start.
struct AddressFreshness<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    /// What to do about the WAN address now.
    enum Judgement: Hashable, Sendable {
        /// The leader's word holds.
        case follow(AddressSet, Generation)
        /// Nothing to act upon yet: an address of unknown age was found, or none at all.
        case wait(String)
        /// The leader has been silent too long: find the address without it.
        case detect(String)
    }

    private let staleAfter: Duration
    /// The leader's last word.
    private(set) var latest: PublishedAddress?
    /// When the heartbeat was last seen to move, or when waiting began.
    private var aliveAt: Instant
    /// Whether the address counts: a leader has confirmed it, and none was silent for too long since. An address of unknown
    /// age does not, nor does one to which a leader that found no quorum has only clung.
    private var isTrusted = false
    /// How often the cluster's store turned out to be another than before, so that generations count anew.
    private(set) var beginnings = 0

    /// - Parameter staleAfter: silence after which a leader is taken for dead.
    init(staleAfter: Duration, now: Instant) {
        self.staleAfter = staleAfter
        aliveAt = now
    }

    /// The ConfigMap was seen. A word of an earlier term, or an earlier one of the same term, is ignored.
    ///
    /// Versions of one store only grow, and a leader's epoch is lower than the version of what it writes. Where a version is
    /// lower than an epoch that was seen before, the store was set back, as by restoring a backup of the cluster: what was
    /// seen before counts for nothing. An old version that was merely held up somewhere looks the same, hence the address is
    /// not trusted before its heartbeat moves.
    ///
    /// - Parameter version: of the ConfigMap; `nil` where it is no number.
    /// - Returns: whether it was news.
    mutating func observed(
        _ published: PublishedAddress, version: Epoch? = nil, at now: Instant, wallClock: Timestamp
    ) -> Bool {
        if let version, let seen = latest?.epoch, seen > version {
            beginnings += 1
            latest = published
            aliveAt = now
            isTrusted = false
            return true
        }
        guard let previous = latest else {
            latest = published
            aliveAt = now
            if let confirmedAt = published.confirmedAt {
                let age = wallClock.secondsSinceEpoch - confirmedAt.secondsSinceEpoch
                isTrusted = age >= 0 && .seconds(age) < staleAfter
            }
            return true
        }
        guard published.generation > previous.generation else { return false }
        latest = published
        // A new leader's claim changes the epoch and nothing else: it has not looked at the address yet.
        guard published.heartbeat != previous.heartbeat else { return true }
        if aliveAt.duration(to: now) >= staleAfter { isTrusted = false }
        aliveAt = now
        switch published.condition {
        case .confirmed, .multipleEgress: isTrusted = true
        case .unconfirmed, nil: break
        }
        return true
    }

    func judge(at now: Instant) -> Judgement {
        let silence = aliveAt.duration(to: now)
        guard silence < staleAfter else {
            return .detect("the leader has not been heard of for \(staleAfter)")
        }
        guard let latest, let address = latest.addresses else {
            return .wait("no address has been published yet")
        }
        guard isTrusted else {
            return .wait("\(address) may be old; waiting for a leader to confirm an address")
        }
        return .follow(address, latest.generation)
    }

    /// When ``judge(at:)`` changes by itself.
    var staleAt: Instant { aliveAt.advanced(by: staleAfter) }

    /// The newest publication that was seen; orders claims.
    var generation: Generation { latest?.generation ?? .none }
}
