public import Metrics

/// The metrics of detection.
///
/// | name | kind | labels |
/// |---|---|---|
/// | `esddns_wan_ip_discovery_duration_seconds` | timer | |
/// | `esddns_wan_ip_discovery_failures_total` | counter | |
/// | `esddns_wan_ip_verdicts_total` | counter | `condition`: `confirmed`, `multiple_egress` or an ``UnconfirmedReason/code`` |
/// | `esddns_wan_ip_source_answers_total` | counter | `operator`, `transport`, `outcome`: `ok` or a ``SourceError/Code`` |
///
/// Labels are bounded by the configured sources and by closed sets of outcomes; no address and no error text gets into one.
public struct DetectionMetrics: Sendable {
    private let factory: any MetricsFactory

    public init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
        // Made at once, so that a scrape before the first round already shows them as zero.
        _ = durations
        failures.increment(by: 0)
    }

    private var durations: Metrics.Timer {
        Timer(
            label: "esddns_wan_ip_discovery_duration_seconds", preferredDisplayUnit: .seconds, factory: factory)
    }

    private var failures: Counter {
        Counter(label: "esddns_wan_ip_discovery_failures_total", factory: factory)
    }

    /// A round ended. A cancelled one says nothing about detection and is not counted.
    func roundEnded(_ verdict: Verdict) {
        guard verdict.condition != .unconfirmed(.cancelled) else { return }
        durations.record(duration: verdict.duration)
        let condition: String
        switch verdict.condition {
        case .confirmed: condition = "confirmed"
        case .multipleEgress: condition = "multiple_egress"
        case .unconfirmed(let reason):
            condition = reason.code
            // The first of two agreeing rounds is how detection works without authenticated sources, not a failure.
            if case .awaitingSecondRound = reason { break }
            failures.increment()
        }
        Counter(label: "esddns_wan_ip_verdicts_total", dimensions: [("condition", condition)], factory: factory)
            .increment()
    }

    /// A source answered or failed. One that was not needed any more is not counted.
    func sourceAnswered(_ observation: Observation) {
        let outcome: String
        switch observation.result {
        case .success: outcome = "ok"
        case .failure(let error) where error.code == .cancelled: return
        case .failure(let error): outcome = error.code.description
        }
        let dimensions = [
            ("operator", observation.operatorName),
            ("transport", observation.transport.rawValue),
            ("outcome", outcome),
        ]
        Counter(label: "esddns_wan_ip_source_answers_total", dimensions: dimensions, factory: factory).increment()
    }
}
