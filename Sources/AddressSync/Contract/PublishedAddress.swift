public import NetworkPrimitives
public import OperatorCore
public import StatusServer

/// What the ConfigMap `esddns-wan-address` holds: the leader's word, and how fresh it is.
///
/// Flat string keys, so that `kubectl get configmap -o yaml` reads well.
public struct PublishedAddress: Hashable, Sendable {
    /// What the leader's last full round of detection said.
    public enum Condition: String, Hashable, Sendable {
        /// A quorum agrees on the address.
        case confirmed = "Confirmed"
        /// No quorum; the address is the last one that had one.
        case unconfirmed = "Unconfirmed"
        /// Several addresses have a quorum each.
        case multipleEgress = "MultipleEgress"
    }

    /// Which addresses the ConfigMap is about; each family has a ConfigMap of its own.
    public let family: IPAddress.Family
    /// The confirmed address, or with several WAN lines those of all that are to be published; `nil` until the first verdict.
    public var addresses: AddressSet?
    public var condition: Condition?
    /// RFC 3339 in UTC: when a quorum last agreed. For people, and for readers that have just started.
    public var confirmedAt: Timestamp?
    /// RFC 3339 in UTC: since when the addresses are these. For people.
    public var since: Timestamp?
    /// Grows with every write of any leader.
    public var heartbeat: UInt64
    /// The writer's term.
    public var epoch: Epoch?
    /// Identity of the writer.
    public var leader: String
    /// Who said what, at most 1 KiB, for people.
    public var votes: String

    public init(
        family: IPAddress.Family = .ipv4,
        addresses: AddressSet? = nil,
        condition: Condition? = nil,
        confirmedAt: Timestamp? = nil,
        since: Timestamp? = nil,
        heartbeat: UInt64 = 0,
        epoch: Epoch? = nil,
        leader: String = "",
        votes: String = ""
    ) {
        self.family = family
        self.addresses = addresses
        self.condition = condition
        self.confirmedAt = confirmedAt
        self.since = since
        self.heartbeat = heartbeat
        self.epoch = epoch
        self.leader = leader
        self.votes = votes
    }

    /// The addresses where the last round confirmed them.
    var confirmedAddresses: AddressSet? {
        switch condition {
        case .confirmed, .multipleEgress: addresses
        case .unconfirmed, nil: nil
        }
    }

    /// Orders what leaders published: by term, then by heartbeat.
    public var generation: Generation { Generation(epoch: epoch ?? Epoch(rawValue: 0), heartbeat: heartbeat) }
}

/// A point in the sequence of everything that leaders published, and of what nodes found out after it by themselves.
public struct Generation: Hashable, Comparable, Sendable, LosslessStringConvertible {
    public var epoch: Epoch
    public var heartbeat: UInt64
    /// Whether a node's own quorum found the address after that publication, because the leader was silent since. It is
    /// later than the publication itself, and earlier than the leader's next.
    public var isOwnDetection: Bool

    public init(epoch: Epoch, heartbeat: UInt64, isOwnDetection: Bool = false) {
        self.epoch = epoch
        self.heartbeat = heartbeat
        self.isOwnDetection = isOwnDetection
    }

    /// Before anything was published.
    public static let none = Generation(epoch: Epoch(rawValue: 0), heartbeat: 0)

    /// Reads `EPOCH.HEARTBEAT`, with a plus sign behind it for a node's own detection.
    public init?(_ text: String) {
        let isOwnDetection = text.hasSuffix("+")
        let parts = text.dropLast(isOwnDetection ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let epoch = Epoch(String(parts[0])), let heartbeat = Epoch(String(parts[1]))?.rawValue
        else { return nil }
        self.init(epoch: epoch, heartbeat: heartbeat, isOwnDetection: isOwnDetection)
    }

    public var description: String { "\(epoch).\(heartbeat)\(isOwnDetection ? "+" : "")" }

    public static func < (a: Generation, b: Generation) -> Bool {
        (a.epoch, a.heartbeat, a.isOwnDetection ? 1 : 0) < (b.epoch, b.heartbeat, b.isOwnDetection ? 1 : 0)
    }
}

extension PublishedAddress {
    /// Keys of the ConfigMap's data. `epoch` is written by ``OperatorCore/FencedConfigMap``.
    enum Key {
        static func addresses(_ family: IPAddress.Family) -> String {
            switch family {
            case .ipv4: "ipv4"
            case .ipv6: "ipv6"
            }
        }
        static let condition = "condition"
        static let confirmedAt = "confirmedAt"
        static let since = "since"
        static let heartbeat = "heartbeat"
        static let epoch = "epoch"
        static let leader = "leader"
        static let votes = "votes"
    }

    /// Longest `votes` that is written, in bytes.
    static let maximumVotesLength = 1024

    /// Largest heartbeat that is believed: nobody comes near it by counting, and counting on from it cannot overflow.
    static let maximumHeartbeat: UInt64 = 1 << 62

    /// Reads the ConfigMap. An epoch that no leader of this cluster can have written counts for none, so that the next leader's
    /// is later: the ConfigMap was restored from a backup, or copied from another cluster.
    init(in map: ConfigMap, family: IPAddress.Family = .ipv4, problems: inout [String]) {
        self.init(data: map.data, family: family, problems: &problems)
        guard let found = epoch, EpochLocation.isImpossible(found, in: map) else { return }
        problems.append(
            """
            epoch is \(found), higher than the ConfigMap's own version \(map.resourceVersion ?? ""), as after restoring it \
            from a backup; expected a lower number
            """)
        epoch = nil
    }

    /// Reads the ConfigMap's data. What is missing is empty; what is malformed is listed in `problems` and left empty, so
    /// that a hand-edited key never becomes an address.
    init(data: [String: String], family: IPAddress.Family = .ipv4, problems: inout [String]) {
        self.init(family: family)
        func parse<Value>(_ key: String, _ expected: String, _ read: (String) -> Value?) -> Value? {
            guard let text = data[key] else { return nil }
            if let value = read(text) { return value }
            problems.append("\(key) is \"\(text.prefix(60))\", expected \(expected)")
            return nil
        }
        let expected = family == .ipv4 ? "an IPv4 address" : "an IPv6 address"
        addresses = parse(Key.addresses(family), "\(expected), or several between commas") { text in
            AddressSet(text).flatMap { $0.family == family ? $0 : nil }
        }
        condition = parse(Key.condition, "Confirmed, Unconfirmed or MultipleEgress", Condition.init(rawValue:))
        confirmedAt = parse(Key.confirmedAt, "an RFC 3339 time", Timestamp.init(rfc3339:))
        since = parse(Key.since, "an RFC 3339 time", Timestamp.init(rfc3339:))
        heartbeat = parse(Key.heartbeat, "a whole number", Self.heartbeat(parsing:)) ?? 0
        epoch = parse(Key.epoch, "a whole number", Epoch.init)
        leader = data[Key.leader] ?? ""
        votes = data[Key.votes] ?? ""
    }

    private static func heartbeat(parsing text: String) -> UInt64? {
        Epoch(text).flatMap { $0.rawValue <= maximumHeartbeat ? $0.rawValue : nil }
    }

    /// The keys to write, without the epoch. An address that is not known leaves the key alone: nothing that failed ever
    /// removes an address.
    var data: [String: String?] {
        var data: [String: String?] = [
            Key.heartbeat: String(heartbeat),
            Key.leader: leader,
            Key.votes: votes,
        ]
        if let addresses { data[Key.addresses(family)] = addresses.description }
        if let condition { data[Key.condition] = condition.rawValue }
        if let confirmedAt { data[Key.confirmedAt] = confirmedAt.description }
        if let since { data[Key.since] = since.description }
        return data
    }
}
