/// How an election on a Lease is run. Immutable and checked: an instance holds settings under which terms cannot overlap.
public struct ElectionSettings: Hashable, Sendable {
    /// Name of the Lease object.
    public let leaseName: String
    public let namespace: String
    /// Who this candidate is. Must never be used again by another process, not even after a restart under the same host name.
    public let identity: String
    /// How long the others leave a Lease alone after they saw its last change. Whole seconds, as the Lease stores it.
    public let leaseDuration: Duration
    /// How long after the send time of its last successful renewal a leader may lead.
    public let renewDeadline: Duration
    /// Time between two renewals, and between two looks of a standby.
    public let retryPeriod: Duration

    /// What must lie between the end of a term and the earliest takeover, for what the network and the scheduler take.
    static let margin: Duration = .milliseconds(500)

    /// A Lease keeps its duration in 32 bits.
    private static let longest: Duration = .seconds(Int64(Int32.max))

    /// - Throws: ``InvalidElectionSettings`` that names every bad value and what it would have to be.
    public init(
        leaseName: String,
        namespace: String,
        identity: String,
        leaseDuration: Duration = .seconds(15),
        renewDeadline: Duration = .seconds(10),
        retryPeriod: Duration = .seconds(2)
    ) throws(InvalidElectionSettings) {
        var problems: [String] = []
        if leaseName.isEmpty { problems.append("the name of the Lease is empty") }
        if namespace.isEmpty { problems.append("the namespace of the Lease is empty") }
        if identity.isEmpty { problems.append("the identity of the candidate is empty") }
        let named: [(String, Duration)] = [
            ("lease duration", leaseDuration), ("renew deadline", renewDeadline), ("retry period", retryPeriod),
        ]
        for (name, value) in named where value <= .zero || value > Self.longest {
            problems.append("\(name) \(value) must be more than zero and at most \(Self.longest)")
        }
        if leaseDuration > .zero, leaseDuration.components.attoseconds != 0 {
            problems.append("lease duration \(leaseDuration) must be a whole number of seconds")
        }
        if problems.isEmpty {
            if renewDeadline * 5 <= retryPeriod * 6 {
                problems.append(
                    "renew deadline \(renewDeadline) must be more than 1.2 x the retry period \(retryPeriod)")
            }
            if renewDeadline + retryPeriod + Self.margin >= leaseDuration {
                problems.append(
                    """
                    lease duration \(leaseDuration) must be more than renew deadline + retry period + \(Self.margin) \
                    = \(renewDeadline + retryPeriod + Self.margin), or two leaders could overlap
                    """)
            }
        }
        guard problems.isEmpty else { throw InvalidElectionSettings(problems: problems) }
        self.leaseName = leaseName
        self.namespace = namespace
        self.identity = identity
        self.leaseDuration = leaseDuration
        self.renewDeadline = renewDeadline
        self.retryPeriod = retryPeriod
    }

    /// Bound on each of the elector's requests: half a term, so that one that hangs leaves time for another.
    public var requestTimeout: Duration { max(.seconds(1), renewDeadline / 2) }

    /// When the watchdog ends a process that did not notice the end of its term: after the term, before a successor can start.
    var watchdogDelay: Duration { (leaseDuration - renewDeadline) / 2 }
}

/// Settings of an election that would not work, each problem as a sentence.
public struct InvalidElectionSettings: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and what would be right; without a final full stop.
    public let problems: [String]
    /// All problems in one line.
    public var description: String { problems.joined(separator: "; ") }
}
