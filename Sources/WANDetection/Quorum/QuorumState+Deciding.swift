import NetworkPrimitives

extension QuorumState {
    /// A condition and what follows from it.
    struct Decision {
        var condition: Verdict.Condition
        var address: IPAddress?
        var candidate: IPAddress?

        init(_ condition: Verdict.Condition, address: IPAddress? = nil, candidate: IPAddress? = nil) {
            self.condition = condition
            self.address = address
            self.candidate = candidate
        }
    }

    /// Whether an address that has enough votes may be published.
    private enum Admission {
        case admitted
        /// An authenticated vote is missing, and a source could still give it.
        case needsAuthentication
        case needsSecondRound
    }

    /// The addresses with a quorum each, where there are several.
    private var egresses: [Verdict.Share] {
        let found = tally.shares.filter { $0.operators >= settings.quorumOfEgress }
        return found.count > 1 ? found : []
    }

    /// The one address that has enough votes: a quorum where all agree, otherwise a quorum of three or more and a
    /// strict majority.
    private var winner: Verdict.Share? {
        guard let first = tally.shares.first, egresses.isEmpty else { return nil }
        guard tally.hasDissent else { return first.operators >= settings.quorum ? first : nil }
        let isMajority = first.operators * 2 > tally.operators
        return first.operators >= settings.quorumUnderDissent && isMajority ? first : nil
    }

    /// With several egresses: the published address while it is among them, otherwise the strongest, authenticated ones
    /// first.
    private var stickyEgress: Verdict.Share? {
        let permitted = egresses.filter { settings.egress.permits($0.address) }
        return permitted.first { published.contains($0.address) } ?? permitted.first { $0.isAuthenticated }
            ?? permitted.first
    }

    /// Whether the round has a quorum, but the policy wants to know of other lines: with ``EgressPolicy/all`` of every one,
    /// with ``EgressPolicy/pinned(_:)`` of one that it permits.
    var isLookingForEgresses: Bool {
        let winners = Set((egresses + [winner].compactMap { $0 }).map(\.address))
        guard !winners.isEmpty else { return false }
        switch settings.egress {
        case .sticky: return false
        case .all:
            let expected = memory.egresses.expected
            return expected.count < 2 || !winners.isSuperset(of: expected)
        case .pinned: return !winners.contains(where: settings.egress.permits)
        }
    }

    /// Whether an address has enough votes, and only waits for a source to vouch for it.
    var hasUnauthenticatedWinner: Bool { winner.map { admission(of: $0) == .needsAuthentication } ?? false }

    private func admission(of share: Verdict.Share) -> Admission {
        if published.contains(share.address) || share.isAuthenticated || !settings.authenticateChanges {
            return .admitted
        }
        if canAuthenticate { return .needsAuthentication }
        return memory.candidate == share.address ? .admitted : .needsSecondRound
    }

    /// The decision that the votes allow.
    ///
    /// - Parameter isLast: no further vote will come, so that waiting for one is no use.
    /// - Returns: `nil` while there is none.
    func decide(at time: Duration, isLast: Bool) -> Decision? {
        let canWait = !isLast && !isExhausted && time < gatheringUntil ?? .zero
        if canWait, isLookingForEgresses { return nil }
        if let share = winner {
            if canWait, tally.hasDissent, mustHearDissent(from: share.address) { return nil }
            guard settings.egress.permits(share.address) else {
                return Decision(.unconfirmed(.notPinned(share.address)))
            }
            switch admission(of: share) {
            case .admitted:
                return Decision(.confirmed(share.address), address: share.address)
            case .needsSecondRound:
                return Decision(.unconfirmed(.awaitingSecondRound(share.address)), candidate: share.address)
            case .needsAuthentication:
                return isLast ? Decision(.unconfirmed(.notAuthenticated(share.address))) : nil
            }
        }
        if canWait, tally.hasDissent { return nil }
        guard !egresses.isEmpty else { return nil }
        let condition = Verdict.Condition.multipleEgress(egresses.map(\.address))
        guard let share = stickyEgress else { return Decision(condition) }
        switch admission(of: share) {
        case .admitted: return Decision(condition, address: share.address)
        case .needsSecondRound: return Decision(condition, candidate: share.address)
        case .needsAuthentication: return isLast ? Decision(condition) : nil
        }
    }

    /// Whether those who disagree with an address that has enough votes get the time to say more.
    ///
    /// For an address that is published already they do not: a single liar must not delay every round. They do for a change,
    /// since what they see may turn out to be a second line, which keeps the published address in its place.
    private func mustHearDissent(from address: IPAddress) -> Bool {
        settings.egress == .all || (!published.contains(address) && settings.authenticateChanges)
    }

    /// The lines after this round; `nil` where it changes nothing.
    func egressSet(after decision: Decision) -> EgressSet? {
        guard settings.egress == .all, let address = decision.address else { return nil }
        let shares = tally.shares
        var set = memory.egresses
        set.assume(published)
        set.roundEnded(
            EgressSet.Round(
                winners: egresses.isEmpty ? shares.filter { $0.address == address } : egresses,
                seen: Set(shares.map(\.address)), confirmed: address,
                needsAuthentication: canAuthenticate && settings.authenticateChanges))
        return set
    }

    /// The decision at the end: what the votes allow, or why they allow nothing.
    func lastDecision(at time: Duration) -> Decision {
        if let decision = decide(at: time, isLast: true) { return decision }
        return Decision(.unconfirmed(shortcoming))
    }

    private var shortcoming: UnconfirmedReason {
        let shares = tally.shares
        if tally.hasDissent { return .disagreement(shares.map(\.address)) }
        if let share = shares.first {
            return .tooFewVotes(share.address, operators: share.operators, quorum: settings.quorum)
        }
        var errors = votes.compactMap { vote -> (AddressSource, SourceError)? in
            guard case .failure(let error) = vote.result else { return nil }
            return (vote.source, error)
        }
        if let index = errors.firstIndex(where: { $0.1.code == .notPublishable }) {
            return .notPublishable(errors.remove(at: index).1.detail)
        }
        return .noAnswer(errors.first.map { "\($0.0): \($0.1)" } ?? "none answered in time")
    }
}
