public import NetworkPrimitives
public import StatusServer

/// What is believed about the address and the records: of a cluster, or of one process. What `esddns status` shows.
public struct Overview: Sendable, Hashable {
    /// The address of one family.
    public struct Address: Sendable, Hashable {
        public var family: IPAddress.Family
        /// `nil` until the first verdict.
        public var address: String?
        /// `Confirmed`, `Unconfirmed` or `MultipleEgress`; `nil` where nobody has said.
        public var condition: String?
        /// Since when it is the address.
        public var since: Timestamp?
        /// When a quorum last agreed.
        public var confirmedAt: Timestamp?
        public var votes: [Vote] = []
    }

    /// What one source said in the last round.
    public struct Vote: Sendable, Hashable {
        public var source: String
        /// An address, or the code of an error.
        public var answer: String
    }

    public struct Leader: Sendable, Hashable {
        /// `nil` where nobody leads.
        public var holder: String?
        /// As in ``OperatorCore/LeaseObservation/State``; `nil` where no Lease was read.
        public var state: String?
        /// By the holder's clock.
        public var since: Timestamp?
        public var transitions: Int?
    }

    /// What was done last about one record.
    public struct Record: Sendable, Hashable {
        public var name: String
        public var type: String
        public var provider: String?
        /// `Claimed`, `Synced` or `Failed`, of a process also `Pending`.
        public var outcome: String
        public var address: String?
        /// Who did it.
        public var node: String?
        /// When, by the node's clock.
        public var time: Timestamp?
        public var error: String?
        /// In a row.
        public var failures = 0
    }

    /// What one node did last, out of the records.
    public struct Node: Sendable, Hashable {
        public var name: String
        public var synced = 0
        public var claimed = 0
        public var failed = 0
        public var lastReport: Timestamp?
    }

    /// Where it is from, for people: `namespace esddns-system`.
    public var origin: String
    public var addresses: [Address] = []
    /// `nil` where there is no such thing.
    public var leader: Leader?
    public var epoch: UInt64?
    public var records: [Record] = []
    /// What could not be read or understood, one sentence for each.
    public var problems: [String] = []
    /// Whether something could not be read because it is not permitted.
    public var isRefused = false

    public init(origin: String) { self.origin = origin }

    /// Who has an entry among the records, by name.
    public var nodes: [Node] {
        var nodes: [String: Node] = [:]
        for record in records {
            guard let name = record.node, !name.isEmpty else { continue }
            var node = nodes[name] ?? Node(name: name)
            switch record.outcome {
            case RecordClaim.Phase.synced.rawValue: node.synced += 1
            case RecordClaim.Phase.failed.rawValue: node.failed += 1
            default: node.claimed += 1
            }
            let latest = [node.lastReport, record.time].compactMap { $0 }
            node.lastReport = latest.max { $0.secondsSinceEpoch < $1.secondsSinceEpoch }
            nodes[name] = node
        }
        return nodes.values.sorted { $0.name < $1.name }
    }
}

extension Overview.Record {
    /// An entry of the ConfigMap `esddns-records`.
    ///
    /// - Parameter key: `home.example.com_A`; see ``RecordClaim/key(name:type:)``.
    init(key: String, claim: RecordClaim) {
        let mark = key.lastIndex(of: "_") ?? key.endIndex
        let name = key[..<mark]
        self.init(
            // A hyphen alone is no label, so that it stands for the asterisk.
            name: name.hasPrefix("-.") ? "*" + name.dropFirst() : String(name),
            type: String(key[mark...].dropFirst()), provider: claim.provider, outcome: claim.phase.rawValue,
            address: claim.addresses.description, node: claim.node, time: claim.time,
            error: claim.error.isEmpty ? nil : claim.error, failures: claim.failures)
    }
}
