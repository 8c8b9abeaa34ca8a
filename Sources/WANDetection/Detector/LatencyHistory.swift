/// How long STUN answers have taken lately, so that a round knows when an answer is overdue.
struct LatencyHistory: Sendable {
    private static let capacity = 64
    /// With fewer, a percentile says nothing.
    private static let minimum = 8

    private var recent: [Duration] = []
    private var next = 0

    mutating func record(_ duration: Duration) {
        if recent.count < Self.capacity {
            recent.append(duration)
        } else {
            recent[next] = duration
            next = (next + 1) % Self.capacity
        }
    }

    /// The 95th percentile, by the nearest rank; `nil` while too little is known.
    var percentile95: Duration? {
        guard recent.count >= Self.minimum else { return nil }
        let rank = (recent.count * 95 + 99) / 100
        return recent.sorted()[rank - 1]
    }
}
