import NetworkPrimitives

/// The votes of one round: one for each operator, whatever number of its servers answered.
struct Tally: Sendable {
    /// How an operator votes.
    private struct Ballot {
        /// `nil` where the operator's own servers contradict each other: it then votes for nobody, but is a dissenter.
        var address: IPAddress?
        var isAuthenticated: Bool
    }

    private var ballots: [String: Ballot] = [:]

    /// Counts an answer. An authenticated one replaces what was said in the operator's name without authentication.
    mutating func record(_ address: IPAddress, from source: AddressSource) {
        let new = Ballot(address: address, isAuthenticated: source.isAuthenticated)
        guard let old = ballots[source.operatorName], old.isAuthenticated || !new.isAuthenticated else {
            ballots[source.operatorName] = new
            return
        }
        guard old.isAuthenticated == new.isAuthenticated, old.address != address else { return }
        ballots[source.operatorName]?.address = nil
    }

    /// Whether an answer of `source` could still change its operator's vote for the better.
    func wants(_ source: AddressSource) -> Bool {
        guard let ballot = ballots[source.operatorName] else { return true }
        return source.isAuthenticated && !ballot.isAuthenticated
    }

    /// How many operators have voted.
    var operators: Int { ballots.count }

    /// The addresses with their votes, the strongest first, equally strong ones in the order of addresses.
    var shares: [Verdict.Share] {
        var groups: [IPAddress: (operators: Int, isAuthenticated: Bool)] = [:]
        for ballot in ballots.values {
            guard let address = ballot.address else { continue }
            let group = groups[address] ?? (0, false)
            groups[address] = (group.operators + 1, group.isAuthenticated || ballot.isAuthenticated)
        }
        return
            groups
            .map { Verdict.Share(address: $0, operators: $1.operators, isAuthenticated: $1.isAuthenticated) }
            .sorted { ($1.operators, $0.address) < ($0.operators, $1.address) }
    }

    /// Whether not all who voted said the same.
    var hasDissent: Bool {
        let addresses = Set(ballots.values.map(\.address))
        return addresses.count > 1 || addresses.contains(nil)
    }
}
