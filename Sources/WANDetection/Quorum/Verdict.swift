public import NetworkPrimitives

/// What a round of detection came to.
public struct Verdict: Hashable, Sendable {
    public enum Condition: Hashable, Sendable {
        /// A quorum agrees on this address.
        case confirmed(IPAddress)
        /// No quorum; whatever is published stays.
        case unconfirmed(UnconfirmedReason)
        /// Several addresses have a quorum each, the one with most votes first: the site has several WAN lines.
        case multipleEgress([IPAddress])

        /// `Confirmed`, `Unconfirmed` or `MultipleEgress`.
        public var name: String {
            switch self {
            case .confirmed: "Confirmed"
            case .unconfirmed: "Unconfirmed"
            case .multipleEgress: "MultipleEgress"
            }
        }
    }

    /// The operators behind one address.
    public struct Share: Hashable, Sendable {
        public let address: IPAddress
        /// How many operators.
        public let operators: Int
        /// Whether one of their votes is authenticated.
        public let isAuthenticated: Bool

        public init(address: IPAddress, operators: Int, isAuthenticated: Bool) {
            self.address = address
            self.operators = operators
            self.isAuthenticated = isAuthenticated
        }
    }

    public let condition: Condition
    /// The one address that may be published now: the confirmed one; with several egresses the published one while it is
    /// among them, else the strongest that may replace it. `nil`: keep what is published.
    public let address: IPAddress?
    /// All addresses that may be published now, sorted: the one of ``address``, or with ``EgressPolicy/all`` those of all
    /// lines, which need not be among the votes of this round. Empty: keep what is published.
    public let addresses: [IPAddress]
    /// An address that will be accepted if the next round agrees again; see ``RoundMemory``.
    public let candidate: IPAddress?
    /// The votes, the address with most of them first.
    public let shares: [Share]
    /// How many operators were asked.
    public let operatorsAsked: Int
    /// Every answer, in the order in which they came.
    public let votes: [Observation]
    /// Sources that were asked and had not answered when the round was over; nobody waits for them.
    public let unanswered: [AddressSource]
    /// From the round's start to the decision.
    public let duration: Duration
    /// The lines as they are known after this round; `nil` where it changed nothing.
    var egresses: EgressSet?

    /// Rounds make their verdicts themselves; this is for tests of those who use them.
    public init(
        condition: Condition, address: IPAddress?, addresses: [IPAddress]? = nil, candidate: IPAddress? = nil,
        shares: [Share] = [], operatorsAsked: Int = 0, votes: [Observation] = [], unanswered: [AddressSource] = [],
        duration: Duration = .zero
    ) {
        self.condition = condition
        self.address = address
        self.addresses = addresses ?? [address].compactMap { $0 }
        self.candidate = candidate
        self.shares = shares
        self.operatorsAsked = operatorsAsked
        self.votes = votes
        self.unanswered = unanswered
        self.duration = duration
    }

    /// All votes in one line, such as `stun.l.google.com:19302/udp=198.51.100.7 stun.example.net:3478/udp=timed_out`.
    ///
    /// - Parameter maximumBytes: votes that do not fit as a whole are left out, which `…` shows.
    public func votesSummary(maximumBytes: Int = 1024) -> String {
        let ellipsis = " …"
        var summary = ""
        for (index, vote) in votes.enumerated() {
            let next = (summary.isEmpty ? "" : " ") + vote.description
            let reserve = index == votes.count - 1 ? 0 : ellipsis.utf8.count
            guard summary.utf8.count + next.utf8.count + reserve <= maximumBytes else {
                return summary.utf8.count + ellipsis.utf8.count <= maximumBytes ? summary + ellipsis : summary
            }
            summary += next
        }
        return summary
    }
}

extension Verdict: CustomStringConvertible {
    /// One line for people, such as `198.51.100.7 by 2 of 3 operators`, with the ``suspicion`` where there is one.
    public var description: String { [outcome, suspicion].compactMap { $0 }.joined(separator: "; ") }

    private var outcome: String {
        switch condition {
        case .confirmed(let address):
            let others = shares.filter { $0.address != address }
            let against = others.map { "\($0.address) by \($0.operators)" }.joined(separator: ", ")
            let votes = shares.first { $0.address == address }?.operators ?? 0
            return "\(address) by \(votes) of \(operatorsAsked) operators"
                + (others.isEmpty ? "" : ", against \(against)")
        case .unconfirmed(let reason):
            return reason.description
        case .multipleEgress(let addresses):
            let listed = addresses.map { address in
                "\(address) by \(shares.first { $0.address == address }?.operators ?? 0)"
            }
            return "several egress addresses: \(listed.joined(separator: ", ")) of \(operatorsAsked) operators"
        }
    }
}
