/// Sources of one kind that a round has not asked yet, and when the next of them are due.
struct SourceTier: Sendable {
    /// The kinds, in the order in which they come to their turn.
    enum Kind: Sendable, CaseIterable {
        /// STUN over UDP: one round trip, no connection.
        case datagram
        /// STUN over TCP and TLS, for networks that let no UDP through.
        case stream
        case web
        case dns
        /// What this machine says of itself. Costs nobody anything, so it never waits.
        case local

        init(of transport: AddressSource.Transport) {
            switch transport {
            case .stunUDP: self = .datagram
            case .stunTCP, .stunTLS: self = .stream
            case .https, .http: self = .web
            case .dnsUDP, .dnsHTTPS: self = .dns
            case .interface, .command, .file, .given: self = .local
            }
        }
    }

    let kind: Kind
    private(set) var waiting: [AddressSource]
    /// When the next wave is due.
    private(set) var dueAt: Duration
    private let firstWave: Int
    private let furtherWave: Int
    /// From the first wave to the second, and from there on.
    private let delays: (first: Duration, further: Duration)
    private var waves = 0

    init(
        _ kind: Kind, _ sources: [AddressSource], dueAt: Duration, waves: (first: Int, further: Int),
        delays: (first: Duration, further: Duration)
    ) {
        self.kind = kind
        waiting = sources
        self.dueAt = dueAt
        firstWave = waves.first
        furtherWave = waves.further
        self.delays = delays
    }

    /// The tiers of a round, without empty ones. The first starts at once, whatever it is.
    static func all(
        of sources: [AddressSource], quorum: Int, timing: RoundTiming, usualLatency: Duration?
    ) -> [SourceTier] {
        let hedge = timing.hedgeDelay(usualLatency: usualLatency)
        // One more than the quorum needs, so that a single silent operator costs no time.
        let full = (first: max(timing.firstWave, quorum + 1), further: timing.furtherWave)
        var tiers: [SourceTier] = []
        for kind in Kind.allCases {
            let members = sources.filter { Kind(of: $0.transport) == kind }
            guard !members.isEmpty else { continue }
            let dueAt: Duration
            let delays: (first: Duration, further: Duration)
            switch kind {
            case .datagram: (dueAt, delays) = (.zero, (hedge, timing.hedgeDelay.upperBound))
            // With the second wave over UDP.
            case .stream: (dueAt, delays) = (hedge, (timing.hedgeDelay.upperBound, timing.hedgeDelay.upperBound))
            case .web: (dueAt, delays) = (timing.webDelay, (timing.webHedgeDelay, timing.webHedgeDelay))
            case .dns: (dueAt, delays) = (timing.dnsDelay, (timing.webHedgeDelay, timing.webHedgeDelay))
            case .local: (dueAt, delays) = (.zero, (hedge, timing.hedgeDelay.upperBound))
            }
            let isFurtherSTUN = kind == .stream && !tiers.isEmpty
            tiers.append(
                SourceTier(
                    kind, members, dueAt: tiers.isEmpty ? .zero : dueAt,
                    waves: isFurtherSTUN ? (full.further, full.further) : full, delays: delays))
        }
        return tiers
    }

    /// The next wave must not wait longer than until `time`.
    mutating func hasten(to time: Duration) { dueAt = min(dueAt, time) }

    /// Whether a definite failure of a source with `transport` is a reason to ask these at once: others of its kind, and those
    /// who take the place of its kind.
    func isHastened(byFailureOf transport: AddressSource.Transport) -> Bool {
        switch (Kind(of: transport), kind) {
        case (.datagram, .datagram), (.datagram, .stream), (.stream, .stream), (.web, .web), (.web, .dns), (.dns, .dns):
            true
        default: false
        }
    }

    /// Takes the next wave: sources that `isUseful`, each of another operator, those of operators whose answer is not
    /// already on its way first.
    mutating func next(
        at time: Duration, pendingOperators: Set<String>, isUseful: (AddressSource) -> Bool
    ) -> [AddressSource] {
        let size = waves == 0 ? firstWave : furtherWave
        let useful = waiting.filter(isUseful)
        let fresh = useful.filter { !pendingOperators.contains($0.operatorName) }
        let repeated = useful.filter { pendingOperators.contains($0.operatorName) }
        var operators: Set<String> = []
        var wave: [AddressSource] = []
        for source in fresh + repeated where wave.count < size && operators.insert(source.operatorName).inserted {
            wave.append(source)
        }
        waiting.removeAll { wave.contains($0) }
        dueAt = time + (waves == 0 ? delays.first : delays.further)
        waves += 1
        return wave
    }
}
