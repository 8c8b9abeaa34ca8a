import TestSupport

/// Requests to servers since a moment: how many in all, and the most within a tenth of a second.
struct RecordLoad {
    enum Server: Hashable {
        case api, nameServer, provider
    }

    private var start = VirtualInstant.start
    private var counts: [Server: [Int: Int]] = [:]

    mutating func begin(at now: VirtualInstant) { self = RecordLoad(start: now, counts: [:]) }

    init() {}

    private init(start: VirtualInstant, counts: [Server: [Int: Int]]) {
        self.start = start
        self.counts = counts
    }

    mutating func count(_ server: Server, at now: VirtualInstant) {
        let parts = start.duration(to: now).components
        let tenth = Int(parts.seconds) * 10 + Int(parts.attoseconds / 100_000_000_000_000_000)
        counts[server, default: [:]][tenth, default: 0] += 1
    }

    func total(_ server: Server) -> Int { counts[server]?.values.reduce(0, +) ?? 0 }
    func peak(_ server: Server) -> Int { counts[server]?.values.max() ?? 0 }

    /// The most within any second.
    func peakSecond(_ server: Server) -> Int {
        var seconds: [Int: Int] = [:]
        for (tenth, count) in counts[server] ?? [:] { seconds[tenth / 10, default: 0] += count }
        return seconds.values.max() ?? 0
    }
}
