import NetworkPrimitives
import Testing

@testable import WANDetection

@Suite struct QuorumSettingsTests {
    @Test func findsNothingWrongWithTheDefaults() {
        #expect(QuorumSettings().problems(with: AddressSource.defaultSTUN).isEmpty)
        #expect(QuorumSettings().problems(with: AddressSource.defaultHTTPS).isEmpty)
    }

    @Test func namesEveryProblem() throws {
        let loopback = try AddressSource(parsingSTUN: "127.0.0.1:3478")
        let plain = try AddressSource(parsingHTTP: "127.0.0.1_3478=http://192.0.2.1/", allowNonGlobal: true)
        let problems = QuorumSettings(quorum: 3).problems(with: [loopback, loopback, plain])
        #expect(problems.count == 4)
        #expect(problems[0] == "the source 127.0.0.1:3478/udp is listed twice")
        #expect(problems[1].hasPrefix("the quorum is 3, but the sources have only 2 operators (127.0.0.1:3478, "))
        #expect(problems[2].contains("127.0.0.1 is in 127.0.0.0/8, the loopback range"))
        #expect(problems[3].contains("http://192.0.2.1/ is plain HTTP"))
        #expect(QuorumSettings(quorum: 2, allowNonGlobal: true).problems(with: [loopback, plain]).isEmpty)
    }

    @Test func wantsSourcesAndAQuorum() throws {
        #expect(
            QuorumSettings().problems(with: []) == [
                "there is no address source; expected at least one STUN server, URL or DNS question"
            ])
        #expect(
            QuorumSettings(quorum: 0).problems(with: [try stunSource("x")]) == ["the quorum is 0; expected 1 or more"])
        #expect(QuorumSettings(quorum: 1).problems(with: [try stunSource("x")]).isEmpty)
    }

    @Test func hedgesByTheUsualLatencyWithinBounds() {
        let timing = RoundTiming()
        #expect(timing.hedgeDelay(usualLatency: nil) == .milliseconds(250))
        #expect(timing.hedgeDelay(usualLatency: .milliseconds(40)) == .milliseconds(60))
        #expect(timing.hedgeDelay(usualLatency: .microseconds(100)) == .milliseconds(5))
        #expect(timing.hedgeDelay(usualLatency: .seconds(2)) == .milliseconds(250))
    }
}

@Suite struct RoundRetryPolicyTests {
    @Test func doublesUpToItsBounds() {
        let standard = RoundRetryPolicy()
        #expect((1...4).map(standard.delay(afterRounds:)) == [.seconds(5), .seconds(10), nil, nil])
        let long = RoundRetryPolicy(attempts: 100, delay: .seconds(5), maximumDelay: .seconds(60))
        #expect((1...6).map(long.delay(afterRounds:)) == [5, 10, 20, 40, 60, 60].map { .seconds($0) })
        #expect(RoundRetryPolicy(attempts: 1).delay(afterRounds: 1) == nil)
    }
}

@Suite struct LatencyHistoryTests {
    @Test func knowsThePercentileOfWhatIsRecent() {
        var history = LatencyHistory()
        (1...7).forEach { history.record(.milliseconds($0)) }
        #expect(history.percentile95 == nil)
        (8...20).forEach { history.record(.milliseconds($0)) }
        #expect(history.percentile95 == .milliseconds(19))
        for _ in 0..<64 { history.record(.milliseconds(3)) }
        #expect(history.percentile95 == .milliseconds(3))
    }
}
