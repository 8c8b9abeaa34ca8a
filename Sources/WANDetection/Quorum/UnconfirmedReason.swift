public import NetworkPrimitives

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
    /// A quorum agrees on an address that ``EgressPolicy/pinned(_:)`` does not permit.
    case notPinned(IPAddress)
    /// There are too few operators for a quorum, whatever they may say: lists of servers could not be had, or hold too few.
    case tooFewOperators(known: Int, quorum: Int)
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
        case .notPinned: "not_pinned"
        case .tooFewOperators: "too_few_operators"
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
        case .notPinned(let address): "\(address) has a quorum, but is not one of the pinned addresses"
        case .tooFewOperators(let known, let quorum):
            "the quorum is \(quorum), but the sources and lists that could be had name \(known) "
                + "operator\(known == 1 ? "" : "s")"
        case .cancelled: "cancelled"
        }
    }
}
