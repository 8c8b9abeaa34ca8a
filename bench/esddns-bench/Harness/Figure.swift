/// One result: samples, the number that they are summed up in, what it should be, and what others reach.
struct Figure: Sendable {
    /// What was measured, such as "takeover after SIGKILL".
    let what: String
    /// Of all samples, such as `ms`.
    let unit: String
    let statistic: Statistic
    let samples: [Double]
    let target: Target?
    let peers: [Peer]

    init(
        _ what: String, unit: String, _ statistic: Statistic, of samples: [Double], target: Target? = nil,
        peers: [Peer] = []
    ) {
        self.what = what
        self.unit = unit
        self.statistic = statistic
        self.samples = samples
        self.target = target
        self.peers = peers
    }

    /// `nil` where there are no samples.
    var value: Double? { statistic.of(samples) }

    /// Whether the target is met; `nil` where there is none. What has no value, or no peer to be compared with, meets none.
    var meetsTarget: Bool? {
        guard let target else { return nil }
        guard let value else { return false }
        switch target {
        case .atMost(let bound): return value <= bound
        case .atLeast(let bound): return value >= bound
        case .ratioAtMost(let bound, let name):
            return peers.first { $0.name == name }.flatMap(ratio).map { $0 <= bound } ?? false
        }
    }

    /// The value in parts of a peer's; `nil` where the peer is missing.
    func ratio(to peer: Peer) -> Double? {
        guard let value, let other = self.value(of: peer), other != 0 else { return nil }
        return value / other
    }

    /// A peer's samples, summed up in the same way.
    func value(of peer: Peer) -> Double? {
        if case .measured(let samples) = peer.outcome { statistic.of(samples) } else { nil }
    }

    /// Another program that was measured in the same way in the same run.
    struct Peer: Sendable {
        enum Outcome: Sendable {
            /// Samples in the figure's unit.
            case measured([Double])
            /// Why there are none.
            case missing(String)
        }

        let name: String
        let outcome: Outcome

        init(_ name: String, _ outcome: Outcome) {
            self.name = name
            self.outcome = outcome
        }
    }

    /// What the value has to be.
    enum Target: Sendable, CustomStringConvertible {
        case atMost(Double)
        case atLeast(Double)
        /// In parts of what the peer of that name reaches.
        case ratioAtMost(Double, of: String)

        var description: String {
            switch self {
            case .atMost(let bound): "<= \(Number.text(bound))"
            case .atLeast(let bound): ">= \(Number.text(bound))"
            case .ratioAtMost(let bound, let peer): "<= \(Number.text(bound)) x \(peer)"
            }
        }
    }
}
