import NetworkPrimitives
import WANDetection

extension EventSubject {
    /// Longest list of votes in a message, which the API server limits as a whole.
    private static let maximumVotes = 600

    /// Events about the published address.
    func tell(_ announcement: AddressAnnouncement) {
        switch announcement {
        case .changed(nil, let after, let verdict):
            record(
                .addressChanged,
                "the WAN address is \(after), the first that was found: \(verdict); votes: "
                    + verdict.votesSummary(maximumBytes: Self.maximumVotes))
        case .changed(let before?, let after, let verdict):
            record(
                .addressChanged,
                "the WAN address changed from \(before) to \(after): \(verdict); votes: "
                    + verdict.votesSummary(maximumBytes: Self.maximumVotes))
        case .unconfirmed(let since, let held, let verdict):
            record(
                .addressUnconfirmed,
                "no quorum since \(since), \(held.map { "\($0) is kept" } ?? "nothing is published"): \(verdict)")
        case .confirmed(let addresses, let since, let verdict):
            record(.addressConfirmed, "\(addresses) is confirmed, after no quorum since \(since): \(verdict)")
        case .several(let verdict, let published):
            record(
                .egressDiffers,
                "\(verdict); published: \(published?.description ?? "nothing"). ESDDNS_EGRESS says what is published "
                    + "where a site has several lines")
        }
    }
}
