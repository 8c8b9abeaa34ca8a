import NetworkPrimitives

/// How each server has done, and when it was asked last: who may be asked now, and who had better not.
///
/// A value without I/O; times count from any fixed point. Two rules:
///
/// - No server is asked twice within ``spacing``, by a probe or by a round. Public servers are a gift.
/// - One that fails is asked less and less often, at distances that double up to an hour, and like the others again once
///   it has answered. It is not forgotten: its next turn comes, and it is asked at once where the others do not suffice.
///
/// A failure counts only once another server has answered after it: while none does, it is the line that is down.
struct SourceHealth: Sendable {
    /// Whom to ask in a round that is to begin now.
    enum Plan: Hashable, Sendable {
        case ask([AddressSource])
        /// Too few may be asked; not before then.
        case wait(until: Duration)
    }

    private struct Record {
        var lastAsked: Duration
        /// Orders servers that were asked at the same time.
        var turn: Int
        var failures = 0
        /// Not to be asked before, if it can be avoided.
        var shunnedUntil: Duration = .zero
    }

    /// Shortest time between two questions to one server; zero for no limit.
    let spacing: Duration
    private var records: [Server: Record] = [:]
    /// Failures that nobody else's answer has made count yet, and when they were.
    private var unproven: [(server: Server, time: Duration)] = []
    private var turns = 0

    private static let mostRecords = 1024
    private static let longestShunning = Duration.seconds(3600)

    init(spacing: Duration) { self.spacing = spacing }

    // MARK: What happens

    mutating func asked(_ source: AddressSource, at time: Duration) {
        guard let server = Server(of: source) else { return }
        turns += 1
        records[server, default: Record(lastAsked: time, turn: turns)].lastAsked = time
        records[server]?.turn = turns
        // Lists of servers change; those that were asked long ago make room.
        guard records.count > Self.mostRecords, let oldest = records.min(by: { $0.value.turn < $1.value.turn }) else {
            return
        }
        records[oldest.key] = nil
    }

    /// It gave an address, and nothing speaks against it.
    mutating func succeeded(_ source: AddressSource) {
        if let server = Server(of: source) {
            records[server]?.failures = 0
            records[server]?.shunnedUntil = .zero
            unproven.removeAll { $0.server == server }
        }
        let proven = unproven
        unproven = []
        for failure in proven { shun(failure.server, at: failure.time) }
    }

    /// It gave no address, or one that the others refute.
    mutating func failed(_ source: AddressSource, at time: Duration) {
        guard let server = Server(of: source) else { return }
        unproven.removeAll { $0.server == server }
        unproven.append((server, time))
    }

    private mutating func shun(_ server: Server, at time: Duration) {
        guard var record = records[server] else { return }
        record.failures = min(record.failures + 1, 16)
        let distance = max(spacing, .seconds(10)) * (1 << record.failures)
        record.shunnedUntil = time + min(distance, Self.longestShunning)
        records[server] = record
    }

    // MARK: Whom to ask

    /// When this source may be asked again.
    func restedAt(_ source: AddressSource) -> Duration {
        guard spacing > .zero, let record = Server(of: source).flatMap({ records[$0] }) else { return .zero }
        return record.lastAsked + spacing
    }

    func isShunned(_ source: AddressSource, at time: Duration) -> Bool {
        Server(of: source).flatMap { records[$0] }.map { time < $0.shunnedUntil } ?? false
    }

    /// Whose turn a probe is: of those in good standing the one that has not been asked for longest, otherwise the one that
    /// is back in good standing soonest.
    ///
    /// - Parameter sources: not empty, in the order of preference.
    /// - Returns: the source, and when it may be asked; `nil` where there are no sources.
    func nextProbe(of sources: [AddressSource], at time: Duration) -> (source: AddressSource, at: Duration)? {
        let healthy = sources.filter { !isShunned($0, at: time) }
        let chosen =
            healthy.isEmpty
            ? sources.min { shunnedUntil($0) < shunnedUntil($1) } : healthy.min { lastTurn($0) < lastTurn($1) }
        return chosen.map { ($0, max(time, restedAt($0))) }
    }

    /// Whom a round asks.
    ///
    /// - Parameters:
    ///   - held: a source whose answer is at hand already, so that it need not be asked.
    ///   - isThorough: asks those in bad standing, too, because a round without them came to nothing.
    func plan(
        for sources: [AddressSource], quorum: Int, held: AddressSource? = nil, isThorough: Bool, at time: Duration
    ) -> Plan {
        let enough = Needs(of: sources, quorum: quorum + 1)
        let justEnough = Needs(of: sources, quorum: quorum)
        // Where there are few operators, those that cannot be asked may be just those that a quorum needs.
        let rested = askable(sources, held: held, at: time)
        let healthy = rested.filter { $0 == held || !isShunned($0, at: time) }
        if !isThorough, justEnough.areMet(by: healthy) { return .ask(healthy) }
        let shunned = rested.filter { !healthy.contains($0) }
        if enough.areMet(by: rested) { return .ask(healthy + shunned) }
        let times = Set(sources.map(restedAt)).filter { $0 > time }.sorted()
        guard let next = times.first(where: { enough.areMet(by: askable(sources, held: held, at: $0)) }) else {
            return .ask(healthy + shunned)
        }
        return .wait(until: next)
    }

    /// Those that may be asked by then, of each server only the first of its sources.
    private func askable(_ sources: [AddressSource], held: AddressSource?, at time: Duration) -> [AddressSource] {
        var seen: Set<Server> = []
        return sources.filter { source in
            guard source == held || restedAt(source) <= time else { return false }
            guard spacing > .zero, let server = Server(of: source) else { return true }
            return seen.insert(server).inserted
        }
    }

    private func shunnedUntil(_ source: AddressSource) -> Duration {
        Server(of: source).flatMap { records[$0] }?.shunnedUntil ?? .zero
    }

    private func lastTurn(_ source: AddressSource) -> Int {
        Server(of: source).flatMap { records[$0] }?.turn ?? 0
    }
}

/// What a round needs of the sources that it may ask, as far as the configured ones have it at all.
private struct Needs {
    let operators: Int
    let authentication: Bool

    init(of sources: [AddressSource], quorum: Int) {
        operators = min(quorum, Set(sources.map(\.operatorName)).count)
        authentication = sources.contains(where: \.isAuthenticated)
    }

    func areMet(by sources: [AddressSource]) -> Bool {
        Set(sources.map(\.operatorName)).count >= operators
            && (!authentication || sources.contains(where: \.isAuthenticated))
    }
}

/// Whose packets are counted: one host by name, whatever it is asked by; at a bare address, each port is one.
private struct Server: Hashable, Sendable {
    private let name: String

    /// `nil` for what is no server.
    init?(of source: AddressSource) {
        let host: HostPort
        switch source.endpoint {
        case .server(let server), .dns(_, let server): host = server
        case .url(let url), .dnsURL(_, let url): host = url.host
        case .local: return nil
        }
        let isName = IPAddress(host.host) == nil && host.host.contains(".")
        name = isName ? host.host.lowercased() : host.description.lowercased()
    }
}
