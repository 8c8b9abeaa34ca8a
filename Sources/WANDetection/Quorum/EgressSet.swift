import NetworkPrimitives

/// The addresses of several WAN lines over the rounds, as ``EgressPolicy/all`` publishes them.
struct EgressSet: Hashable, Sendable {
    /// What the rounds so far say of one address.
    private struct Record: Hashable, Sendable {
        /// Rounds in a row in which it had a quorum.
        var seen = 0
        /// Rounds in a row in which nobody saw it.
        var missed = 0
        /// Whether one of the rounds in which it was seen had an authenticated vote for it.
        var isAuthenticated = false
    }

    /// What one round found.
    struct Round {
        /// The addresses with a quorum each.
        var winners: [Verdict.Share]
        /// Every address that anybody saw.
        var seen: Set<IPAddress>
        /// The one address on which the round agreed and which may be published now, if there is one.
        var confirmed: IPAddress?
        /// Whether a new address needs an authenticated vote.
        var needsAuthentication: Bool
    }

    /// The addresses that are published.
    private(set) var members: Set<IPAddress> = []
    private var records: [IPAddress: Record] = [:]

    /// The addresses that a round has to look for: those that are published, and those that may come to be.
    var expected: Set<IPAddress> { members.union(records.filter { $0.value.seen > 0 }.keys) }

    /// Takes over what was published before there was any round.
    mutating func assume(_ published: Set<IPAddress>) {
        if members.isEmpty { members = published }
    }

    mutating func roundEnded(_ round: Round) {
        for share in round.winners {
            var record = records[share.address] ?? Record()
            record.seen += 1
            record.missed = 0
            record.isAuthenticated = record.isAuthenticated || share.isAuthenticated
            records[share.address] = record
        }
        let winners = Set(round.winners.map(\.address))
        for address in members.union(records.keys).subtracting(winners) {
            var record = records[address] ?? Record()
            record.seen = 0
            record.isAuthenticated = false
            // Too few votes are no quorum, but they are no absence either.
            record.missed = round.seen.contains(address) ? 0 : record.missed + 1
            records[address] = record
        }
        if let confirmed = round.confirmed, !members.contains(confirmed) {
            // A site with one line has one address: the new one takes the place of an old one that nobody sees any more.
            if members.count == 1, members.isDisjoint(with: round.seen) { members = [] }
            members.insert(confirmed)
        }
        for (address, record) in records where record.seen >= EgressPolicy.roundsForChange {
            if record.isAuthenticated || !round.needsAuthentication { members.insert(address) }
        }
        let gone = members.filter { (records[$0]?.missed ?? 0) >= EgressPolicy.roundsForChange }
        // Nothing is unpublished for want of anything better.
        if gone != members { members.subtract(gone) }
        records = records.filter { members.contains($0.key) || $0.value.seen > 0 }
    }
}
