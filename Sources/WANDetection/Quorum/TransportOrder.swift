/// Keeps a round from asking one server by two transports at once.
///
/// The further transports of a server stand in for the first: they come to their turn when that has failed, or has been silent
/// for as long as makes a round go on without it. A value without I/O; times count from the round's start.
struct TransportOrder: Sendable {
    private struct Question {
        var source: AddressSource
        /// From then on the answer is overdue.
        var overdueAt: Duration
    }

    /// Only sources that share their server with others.
    private let servers: [AddressSource: AskedServer]
    private let patience: (stun: Duration, others: Duration)
    /// The last question to each server, while it has no answer.
    private var open: [AskedServer: Question] = [:]

    init(of sources: [AddressSource], timing: RoundTiming, usualLatency: Duration?) {
        patience = (timing.hedgeDelay(usualLatency: usualLatency), timing.webHedgeDelay)
        var all: [AskedServer: [AddressSource]] = [:]
        for source in sources {
            if let server = AskedServer(of: source) { all[server, default: []].append(source) }
        }
        var servers: [AddressSource: AskedServer] = [:]
        for (server, sources) in all where sources.count > 1 {
            for source in sources { servers[source] = server }
        }
        self.servers = servers
    }

    mutating func asked(_ source: AddressSource, at time: Duration) {
        guard let server = servers[source] else { return }
        let wait = source.transport.method == .stun ? patience.stun : patience.others
        open[server] = Question(source: source, overdueAt: time + wait)
    }

    /// It answered, or failed for good.
    mutating func ended(_ source: AddressSource) {
        guard let server = servers[source], open[server]?.source == source else { return }
        open[server] = nil
    }

    /// When a source may be asked; zero where nothing stands in its way.
    func turn(of source: AddressSource) -> Duration {
        guard !open.isEmpty, let server = servers[source] else { return .zero }
        return open[server]?.overdueAt ?? .zero
    }
}
