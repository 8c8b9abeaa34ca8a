/// When a round asks whom, and how long it waits.
public struct RoundTiming: Hashable, Sendable {
    /// Operators asked at once in the beginning; at least one more than the quorum are asked in any case.
    public var firstWave: Int
    /// Operators asked in each further wave, and those asked over TCP and TLS with the second.
    public var furtherWave: Int
    /// Bounds of the wait between the first wave and the second, which is 1.5 times the usual 95th percentile of the
    /// answers' durations. Later waves follow at the upper bound.
    public var hedgeDelay: ClosedRange<Duration>
    /// When web sources are asked, if there is no quorum without them.
    public var webDelay: Duration
    /// When DNS servers are asked, if there is no quorum without them.
    public var dnsDelay: Duration
    /// Between waves of web sources, and of DNS servers.
    public var webHedgeDelay: Duration
    /// Shortest wait for further votes once operators disagree; later in a round it is twice the time so far.
    public var dissentWait: Duration
    /// When a round without a quorum ends.
    public var deadline: Duration

    public init(
        firstWave: Int = 3, furtherWave: Int = 2,
        hedgeDelay: ClosedRange<Duration> = .milliseconds(5) ... .milliseconds(250),
        webDelay: Duration = .milliseconds(300), dnsDelay: Duration = .milliseconds(800),
        webHedgeDelay: Duration = .seconds(1),
        dissentWait: Duration = .milliseconds(250), deadline: Duration = .seconds(10)
    ) {
        self.firstWave = firstWave
        self.furtherWave = furtherWave
        self.hedgeDelay = hedgeDelay
        self.webDelay = webDelay
        self.dnsDelay = dnsDelay
        self.webHedgeDelay = webHedgeDelay
        self.dissentWait = dissentWait
        self.deadline = deadline
    }

    func hedgeDelay(usualLatency: Duration?) -> Duration {
        guard let usualLatency else { return hedgeDelay.upperBound }
        return min(max(usualLatency * 1.5, hedgeDelay.lowerBound), hedgeDelay.upperBound)
    }
}
