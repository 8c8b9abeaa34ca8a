public import NetworkPrimitives

/// The rules by which a round of detection decides.
public struct QuorumSettings: Hashable, Sendable {
    /// Which family is detected; each has its own rounds.
    public var family: IPAddress.Family
    /// How many operators have to agree, at least 1. One means to believe the first who answers.
    public var quorum: Int
    /// Lets private and loopback addresses be published and asked, and plain HTTP be used. For tests.
    public var allowNonGlobal: Bool
    /// Whether a changed address needs an authenticated vote, or a second round where no source is authenticated.
    /// Turned off only where nothing is published, such as a command that prints the address.
    public var authenticateChanges: Bool
    /// What to publish where a site has several WAN lines.
    public var egress: EgressPolicy
    public var timing: RoundTiming

    public init(
        family: IPAddress.Family = .ipv4, quorum: Int = 2, allowNonGlobal: Bool = false,
        authenticateChanges: Bool = true, egress: EgressPolicy = .sticky, timing: RoundTiming = RoundTiming()
    ) {
        self.family = family
        self.quorum = quorum
        self.allowNonGlobal = allowNonGlobal
        self.authenticateChanges = authenticateChanges
        self.egress = egress
        self.timing = timing
    }

    /// Votes that an address needs once anybody disagrees.
    var quorumUnderDissent: Int { max(quorum, 3) }

    /// Votes by which an address counts as an egress of its own; a single operator never makes a second egress.
    var quorumOfEgress: Int { max(quorum, 2) }

    /// What is wrong with these settings for these sources: one sentence for each problem, empty where all is well.
    ///
    /// - Parameter besidesLists: there are lists of further servers, so that it cannot be told whether these suffice.
    public func problems(with sources: [AddressSource], besidesLists: Bool = false) -> [String] {
        var problems: [String] = []
        var seen: Set<AddressSource> = []
        var distinct: [AddressSource] = []
        for source in sources {
            // Whoever runs it, it is the same question at the same place.
            if seen.insert(source.withoutOperator).inserted {
                distinct.append(source)
            } else {
                problems.append("the source \(source) is listed twice")
            }
        }
        let operators = Set(sources.map(\.operatorName))
        if sources.isEmpty, !besidesLists {
            problems.append("there is no address source; expected at least one STUN server, URL or DNS question")
        }
        if quorum < 1 {
            problems.append("the quorum is \(quorum); expected 1 or more")
        } else if !sources.isEmpty, !besidesLists, operators.count < quorum {
            problems.append(
                "the quorum is \(quorum), but the sources have only \(operators.count) "
                    + "operator\(operators.count == 1 ? "" : "s") (\(operators.sorted().joined(separator: ", "))); "
                    + "expected sources of \(quorum) operators, or a lower quorum")
        }
        return problems + distinct.compactMap(problem(with:))
    }

    /// Why one source cannot be of use under these settings, as a sentence; `nil` where it may be.
    public func problem(with source: AddressSource) -> String? {
        switch source.endpoint {
        case .server(let server): problem(with: source, called: "STUN server", at: server)
        case .dns(_, let server): problem(with: source, called: "DNS server", at: server)
        case .url(let url), .dnsURL(_, let url):
            url.isSecure || allowNonGlobal
                ? nil : "the source \(source) is plain HTTP, which anybody on the way can forge; expected https"
        case .local: nil
        }
    }

    private func problem(with source: AddressSource, called kind: String, at server: HostPort) -> String? {
        guard !allowNonGlobal, let objection = IPAddress(server.host).flatMap(SpecialPurposeRegistry.objection) else {
            return nil
        }
        return "the \(kind) \(source) cannot see our WAN address: \(objection); expected a global address"
    }
}
