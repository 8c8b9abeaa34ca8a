import NetworkPrimitives

/// What the servers of a zone have said so far about one record set, and which of it rules. No I/O.
///
/// The zone's primary rules where it answers, since that is where changes arrive first: a secondary that does not have the
/// newest one yet must not lead to another write, nor one that still has what somebody took back keep it from being written
/// again. Without the primary, all servers that answer have to agree.
///
/// Servers that the user named are asked in their order, and the first that answers rules.
struct AnswerTally: Sendable {
    private struct Answer {
        var server: HostPort
        var observation: RecordObservation
        var offersRecursion: Bool
    }

    let name: RecordName
    /// Found servers by their names; empty where the user named them.
    private let hosts: [HostPort: RecordName]
    private let primary: RecordName?
    private let isVouchedFor: Bool

    private var answers: [Answer] = []
    private var notAuthoritative: [String] = []
    private var erring: [String] = []
    private var silent: [(server: HostPort, why: String)] = []
    /// The first server that knows more than it has, and what it knows.
    private(set) var delegation: (server: HostPort, to: Delegation)?

    /// - Parameter zone: `nil` where the user named the servers.
    init(_ name: RecordName, in zone: AuthoritativeZone?) {
        self.name = name
        hosts = zone?.hosts ?? [:]
        primary = zone?.primary
        isVouchedFor = zone == nil
    }

    // MARK: Inputs

    mutating func answered(_ server: HostPort, _ finding: AnswerFinding, offersRecursion: Bool) {
        silent.removeAll { $0.server == server }
        switch finding {
        case .observation(let observation):
            answers.append(Answer(server: server, observation: observation, offersRecursion: offersRecursion))
        case .delegation(let to): if delegation == nil { delegation = (server, to) }
        case .lame(let why): erring.append("\(server) (\(why))")
        case .notAuthoritative: notAuthoritative.append("\(server)")
        case .error(let code): erring.append("\(server) (\(code))")
        case .malformed: erring.append("\(server) (malformed record)")
        }
    }

    mutating func wasSilent(_ server: HostPort, _ error: ExchangeError) {
        silent.removeAll { $0.server == server }
        silent.append((server, error.description))
    }

    // MARK: Outputs

    var hasAnswers: Bool { !answers.isEmpty }

    /// Those that did not answer, in the order of asking.
    var silentServers: [HostPort] { silent.map(\.server) }

    /// What rules whatever the servers say that were not asked yet.
    var earlyDecision: RecordObservation? {
        if isVouchedFor { return answers.first?.observation }
        guard let ruling = primaryAnswer else { return nil }
        let mayBeIntercepted = Set(hosts.values).count > 1 && answers.allSatisfy(\.offersRecursion)
        return mayBeIntercepted ? nil : ruling.observation
    }

    /// What rules once everybody was asked.
    func conclusion() throws(LookupFailure) -> RecordObservation {
        guard let first = answers.first else { throw failure }
        if let earlyDecision { return earlyDecision }
        // A home server may well offer recursion and have a zone. That servers of different names all do, and nobody else
        // answers, is what it looks like when somebody between us and them answers for them.
        let answering = Set(answers.map { hosts[$0.server]?.description ?? $0.server.description })
        if answering.count > 1, answers.allSatisfy(\.offersRecursion) {
            throw LookupFailure(
                .notAuthoritative,
                "all name servers for \(name.shownText) offer recursion (\(list(answers.map { "\($0.server)" }))): something "
                    + "seems to intercept port 53 and answer in their place; if they really are so, name them in the settings"
            )
        }
        if let primaryAnswer { return primaryAnswer.observation }
        guard answers.allSatisfy({ $0.observation.agrees(with: first.observation) }) else {
            throw LookupFailure(
                .serversDisagree,
                "the name servers for \(name.shownText) disagree, so that a change is on its way or some do not get it: "
                    + list(answers.map { "\($0.server) says \(brief($0.observation))" }))
        }
        return first.observation
    }

    private var primaryAnswer: Answer? {
        answers.first { answer in primary != nil && hosts[answer.server] == primary }
    }

    private var failure: LookupFailure {
        if !notAuthoritative.isEmpty {
            return LookupFailure(
                .notAuthoritative,
                "the answer from \(list(notAuthoritative)) for \(name.shownText) was not authoritative: something "
                    + "intercepts port 53, or the server does not serve the zone")
        }
        let silent = silent.map { "\($0.server) (\($0.why))" }
        if !erring.isEmpty {
            return LookupFailure(
                .serversRefused, "the name servers do not answer for \(name.shownText): \(list(erring + silent))")
        }
        return LookupFailure(.serversSilent, "no name server answers for \(name.shownText): \(list(silent))")
    }

    private func brief(_ observation: RecordObservation) -> String {
        switch observation {
        case .present(let set):
            set.presentations.prefix(3).map { String($0.prefix(60)) }.joined(separator: ", ")
                + (set.values.count > 3 ? ", …" : "")
        case .absent: "nothing"
        case .alias(let target): "an alias of \(target)"
        case .unknown(let failure): failure.message
        }
    }

    private func list(_ texts: [String]) -> String {
        texts.prefix(4).joined(separator: ", ") + (texts.count > 4 ? ", …" : "")
    }
}
