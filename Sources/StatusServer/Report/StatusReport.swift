/// What one process knows at one moment, for people and for programs: the body of `/api/v1/status`.
///
/// Field names in JSON are those of the properties. What is not known is left out.
public struct StatusReport: Codable, Hashable, Sendable {
    /// What kind of process reports.
    public enum Role: String, Codable, Sendable, CaseIterable {
        /// Detects the WAN address and publishes it while it holds the Lease.
        case leader
        /// Keeps records at the published address.
        case updater
        /// Both in one process, without Kubernetes.
        case standalone
    }

    /// What the last round of questions said about the address.
    public enum Condition: String, Codable, Sendable, CaseIterable {
        /// No round has ended yet.
        case unknown = "Unknown"
        /// A quorum agrees on ``StatusReport/address``.
        case confirmed = "Confirmed"
        /// No quorum; ``StatusReport/address`` is the last one that was confirmed.
        case unconfirmed = "Unconfirmed"
        /// The sources see different addresses, as behind several uplinks.
        case multipleEgress = "MultipleEgress"
    }

    /// What one source answered in the last round.
    public struct Vote: Codable, Hashable, Sendable {
        /// Server or interface, such as `stun.example.net:3478`.
        public var source: String
        /// Such as `udp`, `tcp`, `https` or `dns`.
        public var transport: String
        /// Who runs the source: answers of one operator count once. `operator` in JSON.
        public var operatorName: String
        public var address: String?
        public var error: String?
        /// How long the answer took, in seconds.
        public var seconds: Double?

        private enum CodingKeys: String, CodingKey {
            case source, transport, address, error, seconds
            case operatorName = "operator"
        }

        public init(
            source: String, transport: String, operatorName: String,
            address: String? = nil, error: String? = nil, seconds: Double? = nil
        ) {
            self.source = source
            self.transport = transport
            self.operatorName = operatorName
            self.address = address
            self.error = error
            self.seconds = seconds
        }
    }

    /// One DNS record that is kept at the address.
    public struct Record: Codable, Hashable, Sendable {
        /// How far the record is.
        public enum Phase: String, Codable, Sendable, CaseIterable {
            /// Not looked at yet.
            case pending = "Pending"
            /// Some node is about to write it.
            case claimed = "Claimed"
            case synced = "Synced"
            case failed = "Failed"
        }

        /// Fully qualified, without the final dot.
        public var name: String
        /// `A` or `AAAA`.
        public var type: String
        public var phase: Phase
        /// The address that the record is to hold.
        public var desired: String?
        /// The address that it was last seen to hold.
        public var observed: String?
        /// Time to live in seconds, where it is known.
        public var ttl: Int?
        public var provider: String
        /// Which node wrote or claimed it.
        public var node: String?
        /// Why it failed, without secrets.
        public var error: String?
        /// When the phase was last reported.
        public var updated: Timestamp?

        public init(
            name: String, type: String, phase: Phase, desired: String? = nil, observed: String? = nil, ttl: Int? = nil,
            provider: String, node: String? = nil, error: String? = nil, updated: Timestamp? = nil
        ) {
            self.name = name
            self.type = type
            self.phase = phase
            self.desired = desired
            self.observed = observed
            self.ttl = ttl
            self.provider = provider
            self.node = node
            self.error = error
            self.updated = updated
        }
    }

    /// One change of the confirmed address.
    public struct AddressChange: Codable, Hashable, Sendable {
        public var address: String
        public var time: Timestamp

        public init(address: String, time: Timestamp) {
            self.address = address
            self.time = time
        }
    }

    /// How many changes of the address are remembered.
    public static let maximumHistory = 20

    public var role: Role
    /// Name of the process: a pod's name, a host's name.
    public var identity: String
    /// Whether this process is the one that detects and publishes. Always true of a standalone process.
    public var leading: Bool
    /// Who leads, where it is known.
    public var leader: String?
    /// The leadership's number in the published address; grows with each new leader.
    public var epoch: UInt64?
    /// The confirmed address; absent until the first verdict.
    public var address: String?
    /// Since when ``address`` is the address.
    public var addressSince: Timestamp?
    public var condition: Condition
    /// When a quorum last agreed.
    public var confirmedAt: Timestamp?
    /// The last full round.
    public var votes: [Vote]
    public var records: [Record]
    /// Who reported on records, by name. A leader knows of all that did; absent where there is nobody else.
    public var nodes: [Node]?
    /// The last ``maximumHistory`` changes, newest first.
    public internal(set) var history: [AddressChange]
    /// The same of IPv6, where it is looked for.
    public var ipv6: Finding?
    /// When the process started.
    public var started: Timestamp
    /// When this report was made.
    public var time: Timestamp
    public var version: String

    public init(
        role: Role, identity: String, leading: Bool, version: String, started: Timestamp, time: Timestamp = .now(),
        condition: Condition = .unknown, leader: String? = nil, epoch: UInt64? = nil, address: String? = nil,
        addressSince: Timestamp? = nil, confirmedAt: Timestamp? = nil, votes: [Vote] = [], records: [Record] = [],
        nodes: [Node]? = nil, history: [AddressChange] = []
    ) {
        self.role = role
        self.identity = identity
        self.leading = leading
        self.version = version
        self.started = started
        self.time = time
        self.condition = condition
        self.leader = leader
        self.epoch = epoch
        self.address = address
        self.addressSince = addressSince
        self.confirmedAt = confirmedAt
        self.votes = votes
        self.records = records
        self.nodes = nodes
        self.history = Array(history.prefix(Self.maximumHistory))
    }
}
