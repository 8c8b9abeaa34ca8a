import NetworkPrimitives

/// How each source has done, and when each server was asked last: who may be asked now, and who had better not.
///
/// A value without I/O; times count from any fixed point. Two rules:
///
/// - No server is asked twice within ``spacing``, by a probe or by a round. Public servers are a gift. Within one round its
///   further transports may stand in for one that gives no answer.
/// - A source that fails is asked less and less often, at distances that double up to an hour, and like the others again once
///   it has answered. It is not forgotten: its next turn comes, and it is asked at once where the others do not suffice.
///   Each transport of a server is a source, so that where no UDP gets through, TCP takes its place.
///
/// A failure counts only once another source has answered after it: while none does, it is the line that is down.
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
        var standings: [AddressSource: Standing] = [:]
    }

    /// How one source has done.
    private struct Standing {
        var lastAsked: Duration
        var failures = 0
        /// Not to be asked before, if it can be avoided.
        var shunnedUntil: Duration = .zero
    }

    /// Shortest time between two questions to one server; zero for no limit.
    let spacing: Duration
    private var records: [AskedServer: Record] = [:]
    /// Failures that nobody else's answer has made count yet, and when they were.
    private var unproven: [(source: AddressSource, time: Duration)] = []
    private var turns = 0

    private static let mostRecords = 1024
    private static let longestShunning = Duration.seconds(3600)

    init(spacing: Duration) { self.spacing = spacing }

    // MARK: What happens

    mutating func asked(_ source: AddressSource, at time: Duration) {
        guard let server = AskedServer(of: source) else { return }
        turns += 1
        var record = records[server] ?? Record(lastAsked: time, turn: turns)
        (record.lastAsked, record.turn) = (time, turns)
        record.standings[source, default: Standing(lastAsked: time)].lastAsked = time
        records[server] = record
        // Lists of servers change; those that were asked long ago make room.
        guard records.count > Self.mostRecords, let oldest = records.min(by: { $0.value.turn < $1.value.turn }) else {
            return
        }
        records[oldest.key] = nil
    }

    /// It gave an address, and nothing speaks against it.
    mutating func succeeded(_ source: AddressSource) {
        if let server = AskedServer(of: source) {
            records[server]?.standings[source]?.failures = 0
            records[server]?.standings[source]?.shunnedUntil = .zero
            unproven.removeAll { $0.source == source }
        }
        let proven = unproven
        unproven = []
        for failure in proven { shun(failure.source, at: failure.time) }
    }

    /// It gave no address, or one that the others refute.
    mutating func failed(_ source: AddressSource, at time: Duration) {
        guard AskedServer(of: source) != nil else { return }
        unproven.removeAll { $0.source == source }
        unproven.append((source, time))
    }

    private mutating func shun(_ source: AddressSource, at time: Duration) {
        guard let server = AskedServer(of: source), var standing = records[server]?.standings[source] else { return }
        standing.failures = min(standing.failures + 1, 16)
        let distance = max(spacing, .seconds(10)) * (1 << standing.failures)
        standing.shunnedUntil = time + min(distance, Self.longestShunning)
        records[server]?.standings[source] = standing
    }

    // MARK: Whom to ask

    /// When this source may be asked again.
    func restedAt(_ source: AddressSource) -> Duration {
        guard spacing > .zero, let record = AskedServer(of: source).flatMap({ records[$0] }) else { return .zero }
        return record.lastAsked + spacing
    }

    func isShunned(_ source: AddressSource, at time: Duration) -> Bool { time < shunnedUntil(source) }

    /// For how long a source has been waited for; `nil` where it was never asked.
    func wait(for source: AddressSource, at time: Duration) -> Duration? {
        AskedServer(of: source).flatMap { records[$0]?.standings[source] }.map { time - $0.lastAsked }
    }

    /// Whose turn a probe is: of those in good standing one of the cheapest kind, the one that has not been asked for longest.
    /// Where nobody is in good standing, the one that is back in it soonest.
    ///
    /// - Parameter sources: in the order of preference.
    /// - Returns: the source, and when it may be asked; `nil` where there are no sources.
    func nextProbe(of sources: [AddressSource], at time: Duration) -> (source: AddressSource, at: Duration)? {
        let healthy = sources.filter { !isShunned($0, at: time) }
        let kinds = Set(healthy.map { SourceTier.Kind(of: $0.transport) })
        let chosen =
            if let cheapest = SourceTier.Kind.allCases.first(where: kinds.contains) {
                healthy.filter { SourceTier.Kind(of: $0.transport) == cheapest }.min { lastTurn($0) < lastTurn($1) }
            } else {
                sources.min { shunnedUntil($0) < shunnedUntil($1) }
            }
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
        if !isThorough, let next = nextRest(of: sources, enough, justEnough, held: held, at: time) {
            return .wait(until: next)
        }
        let shunned = rested.filter { !healthy.contains($0) }
        if enough.areMet(by: rested) { return .ask(healthy + shunned) }
        let times = Set(sources.map(restedAt)).filter { $0 > time }.sorted()
        guard let next = times.first(where: { enough.areMet(by: askable(sources, held: held, at: $0)) }) else {
            return .ask(healthy + shunned)
        }
        return .wait(until: next)
    }

    /// When those in good standing may be asked again and suffice without those in bad standing, who would be asked in vain. That
    /// is soon, since nobody rests for longer than ``spacing``. `nil` where they do not suffice, or where all are in good standing.
    private func nextRest(
        of sources: [AddressSource], _ enough: Needs, _ justEnough: Needs, held: AddressSource?, at time: Duration
    ) -> Duration? {
        let sound = sources.filter { $0 == held || !isShunned($0, at: time) }
        guard sound.count < sources.count, justEnough.areMet(by: sound) else { return nil }
        let needs = enough.areMet(by: sound) ? enough : justEnough
        let times = Set(sound.map(restedAt)).filter { $0 > time }.sorted()
        return times.first { needs.areMet(by: askable(sound, held: held, at: $0)) }
    }

    /// Those that may be asked by then. With one of which the answer is at hand, the other transports of its server may stand in
    /// for it in the same round.
    private func askable(_ sources: [AddressSource], held: AddressSource?, at time: Duration) -> [AddressSource] {
        let heldServer = held.flatMap(AskedServer.init(of:))
        return sources.filter { source in
            if source == held || restedAt(source) <= time { return true }
            return heldServer.map { AskedServer(of: source) == $0 } ?? false
        }
    }

    private func shunnedUntil(_ source: AddressSource) -> Duration {
        AskedServer(of: source).flatMap { records[$0]?.standings[source] }?.shunnedUntil ?? .zero
    }

    private func lastTurn(_ source: AddressSource) -> Int {
        AskedServer(of: source).flatMap { records[$0] }?.turn ?? 0
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
