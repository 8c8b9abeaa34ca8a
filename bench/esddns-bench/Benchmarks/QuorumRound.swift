import Logging
import NetworkPrimitives
import WANDetection

/// How long a round of detection takes where the servers answer at once: what is ours of every round.
struct QuorumRound: Benchmark {
    static let name = "quorum-round"
    static let summary = """
        One detector asks three STUN servers on the loopback over UDP, and two have to agree; with all three answering, and \
        with one silent, taking turns. From asking for the round to its verdict, on the thread that a leader's rounds run on. The servers are one thread of \
        this process.
        """
    static let runs = 3000

    private static let warmUp = 200

    func run(_ context: BenchmarkContext) async throws -> [Figure] {
        let (answering, oneSilent) = try await ReflectingServers.run([.answering, .answering, .answering]) { all in
            try await ReflectingServers.run([.silent, .answering, .answering]) { some in
                let detectors = try (Self.detector(all), Self.detector(some))
                // Where a leader's loop runs, too.
                return try await withTaskExecutorPreference(detectors.0.executor) {
                    try await Self.samples(of: detectors, context.runs)
                }
            }
        }
        let what = "quorum of 2 from 3 STUN servers"
        return [
            Figure(what, unit: "ms", .median, of: answering, target: .atMost(0.25)),
            Figure(what, unit: "ms", .percentile(99), of: answering),
            Figure(
                "the same, one server silent", unit: "ms", .median, of: oneSilent,
                target: .ratioAtMost(1.1, of: "all answering"), peers: [.init("all answering", .measured(answering))]),
        ]
    }

    private static func samples(of detectors: (Detector, Detector), _ runs: Int) async throws -> ([Double], [Double]) {
        var samples: ([Double], [Double]) = ([], [])
        for number in 0..<(warmUp + runs) {
            let first = try await round(detectors.0)
            let second = try await round(detectors.1)
            guard number >= warmUp else { continue }
            samples.0.append(first)
            samples.1.append(second)
        }
        return samples
    }

    private static let seen = IPAddress.v4(IPv4Address(127, 0, 0, 1))

    private static func detector(_ servers: ReflectingServers) throws -> Detector {
        try Detector(
            sources: servers.ports.map { .stun(HostPort(host: "127.0.0.1", port: $0)) },
            settings: QuorumSettings(allowNonGlobal: true), http: nil,
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
    }

    /// - Returns: milliseconds.
    private static func round(_ detector: Detector) async throws -> Double {
        let start = ContinuousClock.now
        let verdict = await detector.detect(published: seen)
        let time = start.duration(to: .now)
        guard verdict.condition == .confirmed(seen) else { throw BenchmarkError("no quorum: \(verdict)") }
        return time / .milliseconds(1)
    }
}
