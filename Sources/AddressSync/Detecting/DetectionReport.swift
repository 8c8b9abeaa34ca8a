public import NetworkPrimitives
import OperatorCore
public import WANDetection

/// What a round of detection came to, and what became of every vote, for people and for machines.
public struct DetectionReport: Sendable {
    /// One source that was to be asked.
    public struct Vote: Sendable, Hashable {
        public var source: AddressSource
        public var address: IPAddress?
        /// Why there is no address, or why it does not count.
        public var error: String?
        /// From asking to knowing; `nil` where the source was not asked.
        public var duration: Duration?
        /// Whether it is one of the votes by which the address was confirmed.
        public var counts: Bool
    }

    /// The confirmed address.
    public let address: IPAddress?
    /// With several egress addresses: all of them.
    public let egresses: [IPAddress]
    /// `Confirmed`, `Unconfirmed` or `MultipleEgress`.
    public let condition: String
    /// The decision in one sentence.
    public let explanation: String
    public let votes: [Vote]
    public let quorum: Int
    public let duration: Duration
    /// What is wrong with lists of servers, one sentence for each.
    public let problems: [String]

    /// Whether there is one address that a quorum agrees on.
    public var isConfirmed: Bool { address != nil }

    /// - Parameters:
    ///   - asked: everybody who was asked, and when. Those without a vote were still being asked when the round ended.
    ///   - refused: sources that were not asked.
    ///   - problems: what is wrong with lists of servers.
    init(
        _ verdict: Verdict, quorum: Int, asked: [(source: AddressSource, at: Duration)] = [],
        refused: [(source: AddressSource, why: String)] = [], problems: [String] = []
    ) {
        self.problems = problems
        switch verdict.condition {
        case .confirmed(let confirmed): (address, egresses) = (confirmed, [])
        // Nothing is published that could stay, so there is no reason to prefer one of them.
        case .multipleEgress(let addresses): (address, egresses) = (nil, addresses)
        case .unconfirmed: (address, egresses) = (nil, [])
        }
        condition = verdict.condition.name
        explanation = verdict.description
        self.quorum = quorum
        duration = verdict.duration
        var counted: Set<String> = []
        var votes: [Vote] = []
        for vote in verdict.votes {
            var row = Vote(
                source: vote.source, address: vote.address, error: vote.errorDescription, duration: vote.duration,
                counts: false)
            if let seen = vote.address {
                (row.counts, row.error) = Self.judge(
                    seen, of: vote.source, confirmed: address, egresses: egresses, counted: &counted)
            }
            votes.append(row)
        }
        votes += asked.filter { entry in !verdict.votes.contains { $0.source == entry.source } }.map {
            Vote(
                source: $0.source, error: "had not answered when the round ended",
                duration: max(.zero, verdict.duration - $0.at), counts: false)
        }
        votes += refused.map { Vote(source: $0.source, error: $0.why, duration: nil, counts: false) }
        self.votes = votes
    }

    private static func judge(
        _ seen: IPAddress, of source: AddressSource, confirmed: IPAddress?, egresses: [IPAddress],
        counted: inout Set<String>
    ) -> (Bool, String?) {
        if egresses.contains(seen) { return (false, "one of several egress addresses") }
        guard let confirmed else { return (false, "nothing was confirmed") }
        guard seen == confirmed else { return (false, "outvoted") }
        guard counted.insert(source.operatorName).inserted else {
            return (false, "\(source.operatorName) has voted already")
        }
        return (true, nil)
    }

    /// One JSON document on one line: `address`, `condition`, `reason`, `quorum`, `seconds`, and `votes` with `source`,
    /// `operator`, `transport`, `address`, `error`, `seconds` and `counted` each. What is not there is `null`.
    public var json: String {
        let document: JSONValue = [
            "address": text(address),
            "condition": .string(condition),
            "egresses": .array(egresses.map { .string($0.description) }),
            "quorum": .integer(Int64(quorum)),
            "reason": .string(explanation),
            "seconds": .number(seconds(duration)),
            "votes": .array(
                votes.map { vote in
                    [
                        "source": .string(vote.source.description),
                        "operator": .string(vote.source.operatorName),
                        "transport": .string(vote.source.transport.rawValue),
                        "address": text(vote.address),
                        "error": vote.error.map(JSONValue.string) ?? .null,
                        "seconds": vote.duration.map { .number(seconds($0)) } ?? .null,
                        "counted": .bool(vote.counts),
                    ]
                }),
        ]
        return String(decoding: document.serialized(), as: UTF8.self)
    }

    private func text(_ address: IPAddress?) -> JSONValue { address.map { .string($0.description) } ?? .null }

    /// To the microsecond: more digits would only look exact.
    private func seconds(_ duration: Duration) -> Double {
        (duration / .seconds(1) * 1_000_000).rounded() / 1_000_000
    }
}
