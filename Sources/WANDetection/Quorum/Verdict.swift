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
    /// The address that may be published now: the confirmed one; with several egresses the published one while it is
    /// among them (policy `sticky`), else the strongest that may replace it. `nil`: keep what is published.
    public let address: IPAddress?
    /// An address that will be accepted if the next round agrees again; see ``RoundMemory``.
    public let candidate: IPAddress?
    /// The votes, the address with most of them first.
    public let shares: [Share]
    /// How many operators were asked.
    public let operatorsAsked: Int
    /// Every answer, in the order in which they came. Sources that were still being asked are not among them.
    public let votes: [Observation]
    /// From the round's start to the decision.
    public let duration: Duration

    /// Rounds make their verdicts themselves; this is for tests of those who use them.
    public init(
        condition: Condition, address: IPAddress?, candidate: IPAddress? = nil, shares: [Share] = [],
        operatorsAsked: Int = 0, votes: [Observation] = [], duration: Duration = .zero
    ) {
        self.condition = condition
        self.address = address
        self.candidate = candidate
        self.shares = shares
        self.operatorsAsked = operatorsAsked
        self.votes = votes
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
    /// One line for people, such as `198.51.100.7 by 2 of 3 operators`.
    public var description: String {
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

/// Why a round confirmed nothing.
public enum UnconfirmedReason: Hashable, Sendable {
    /// Nobody answered with an address; the first error, for people.
    case noAnswer(String)
    /// Every address was one that must not be published; the first objection.
    case notPublishable(String)
    /// All agree, but they are too few.
    case tooFewVotes(IPAddress, operators: Int, quorum: Int)
    /// Operators disagree, and no address has enough of them behind it. The strongest first.
    case disagreement([IPAddress])
    /// A quorum agrees on a changed address, but no authenticated source does.
    case notAuthenticated(IPAddress)
    /// A quorum agrees on a changed address; as no source is authenticated, the next round has to agree as well.
    case awaitingSecondRound(IPAddress)
    case cancelled

    /// A short name, fit for a metric label.
    public var code: String {
        switch self {
        case .noAnswer: "no_answer"
        case .notPublishable: "not_publishable"
        case .tooFewVotes: "too_few_votes"
        case .disagreement: "disagreement"
        case .notAuthenticated: "not_authenticated"
        case .awaitingSecondRound: "awaiting_second_round"
        case .cancelled: "cancelled"
        }
    }
}

extension UnconfirmedReason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noAnswer(let error): "no source answered with an address: \(error)"
        case .notPublishable(let objection): "no address may be published: \(objection)"
        case .tooFewVotes(let address, let operators, let quorum):
            "\(address) by \(operators) operator\(operators == 1 ? "" : "s"), but the quorum is \(quorum)"
        case .disagreement(let addresses):
            "operators disagree: \(addresses.map(\.description).joined(separator: ", "))"
        case .notAuthenticated(let address):
            "\(address) has a quorum, but no authenticated source confirms the change"
        case .awaitingSecondRound(let address):
            "\(address) has a quorum, but as no source is authenticated, a second round has to confirm the change"
        case .cancelled: "cancelled"
        }
    }
}
