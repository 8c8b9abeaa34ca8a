import MetricsTestKit
import NetworkPrimitives
import Testing

@testable import WANDetection

@Suite struct DetectionMetricsTests {
    private let factory = TestMetrics()

    private func verdict(_ condition: Verdict.Condition) -> Verdict {
        Verdict(
            condition: condition, address: nil, candidate: nil, shares: [], operatorsAsked: 0, votes: [],
            duration: .milliseconds(12))
    }

    private func counted(_ label: String, _ dimensions: [(String, String)] = []) -> Int64? {
        try? factory.expectCounter(label, dimensions).totalValue
    }

    @Test func countsRounds() throws {
        let metrics = DetectionMetrics(factory: factory)
        #expect(counted("esddns_wan_ip_discovery_failures_total") == 0)
        metrics.roundEnded(verdict(.confirmed(globalAddress(1))))
        metrics.roundEnded(verdict(.multipleEgress([globalAddress(1), globalAddress(2)])))
        metrics.roundEnded(verdict(.unconfirmed(.noAnswer("a host name"))))
        metrics.roundEnded(verdict(.unconfirmed(.awaitingSecondRound(globalAddress(1)))))
        metrics.roundEnded(verdict(.unconfirmed(.cancelled)))
        let duration = try factory.expectTimer("esddns_wan_ip_discovery_duration_seconds")
        #expect(duration.values == [12_000_000, 12_000_000, 12_000_000, 12_000_000])
        #expect(counted("esddns_wan_ip_discovery_failures_total") == 1)
        #expect(counted("esddns_wan_ip_verdicts_total", [("condition", "confirmed")]) == 1)
        #expect(counted("esddns_wan_ip_verdicts_total", [("condition", "multiple_egress")]) == 1)
        #expect(counted("esddns_wan_ip_verdicts_total", [("condition", "no_answer")]) == 1)
        #expect(counted("esddns_wan_ip_verdicts_total", [("condition", "cancelled")]) == nil)
    }

    @Test func countsAnswersOfSources() throws {
        let metrics = DetectionMetrics(factory: factory)
        let source = try stunSource("x")
        let results: [Result<IPAddress, SourceError>] = [
            .success(globalAddress(1)), .failure(SourceError(.timedOut, "secret detail")),
            .failure(SourceError(.cancelled, "")),
        ]
        for result in results {
            metrics.sourceAnswered(Observation(source: source, result: result, duration: .zero))
        }
        func labels(_ outcome: String) -> [(String, String)] {
            [("operator", "x"), ("transport", "stun/udp"), ("outcome", outcome)]
        }
        #expect(counted("esddns_wan_ip_source_answers_total", labels("ok")) == 1)
        #expect(counted("esddns_wan_ip_source_answers_total", labels("timed_out")) == 1)
        #expect(counted("esddns_wan_ip_source_answers_total", labels("cancelled")) == nil)
    }
}
