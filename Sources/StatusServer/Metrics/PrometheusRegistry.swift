public import Metrics
import Synchronization

/// Collects what swift-metrics is told and writes it as Prometheus reads it.
///
/// Names are made acceptable: `.` and other foreign characters become `_`, a counter's name ends in `_total` and a
/// timer's in `_seconds`, whichever way it was given. Counters are counters; meters and gauges are gauges; recorders
/// and timers are histograms.
///
/// The number of series is bounded. What does not fit is counted in `esddns_metrics_dropped_series_total` and otherwise
/// ignored, so that a label whose values come from outside can exhaust neither this process nor the monitoring system.
///
/// The registry is not global by itself: an executable hands it to `MetricsSystem.bootstrap`, a test to one component.
public final class PrometheusRegistry: MetricsFactory, Sendable {
    /// Buckets, bounds and the program's version.
    public struct Configuration: Sendable {
        /// Upper bounds for timers in seconds.
        public var timerBuckets: [Double] = [
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
        ]
        /// Upper bounds for recorders.
        public var recorderBuckets: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000]
        /// Upper bounds for single metrics, by the label that swift-metrics is given.
        public var buckets: [String: [Double]] = [:]
        /// Most series of one metric.
        public var maximumSeriesPerMetric = 200
        /// Most metrics.
        public var maximumMetrics = 500
        /// Labels of `esddns_build_info`, such as `version`.
        public var buildInfo: [String: String] = [:]

        public init() {}
    }

    private struct Family {
        var kind: MetricKind
        /// The label that swift-metrics was given, made acceptable: what ``describe(_:_:)`` may have been told.
        var label: String
        var series: [LabelSet: (series: any MetricSeries, references: Int)]
    }

    private struct State: ~Copyable {
        var families: [String: Family] = [:]
        var help: [String: String] = [:]
        var dropped: [DropReason: UInt64] = [:]
    }

    private let configuration: Configuration
    private let process: ProcessMetrics
    private let state = Mutex(State())

    public convenience init(configuration: Configuration = Configuration()) {
        self.init(configuration: configuration, process: ProcessMetrics())
    }

    init(configuration: Configuration, process: ProcessMetrics) {
        self.configuration = configuration
        self.process = process
    }

    /// Sets the text of a metric's HELP line.
    ///
    /// - Parameter label: as swift-metrics is given it.
    public func describe(_ label: String, _ help: String) {
        state.withLock { $0.help[MetricNames.metric(label)] = help }
    }

    /// Writes all metrics in a fixed order.
    public func exposition(_ format: ExpositionFormat = .prometheusText) -> String { exposition(format, adding: []) }

    /// - Parameter others: metrics that the registry does not keep; their names are reserved.
    func exposition(_ format: ExpositionFormat, adding others: [MetricSnapshot]) -> String {
        var snapshots = state.withLock { state in
            var snapshots = state.families.map { name, family in
                MetricSnapshot(
                    name: name,
                    kind: family.kind,
                    help: state.help[family.label] ?? state.help[family.kind.sampleName(name)],
                    samples: family.series.map { MetricSnapshot.Sample(labels: $0.key, value: $0.value.series.value) }
                )
            }
            snapshots.append(
                MetricSnapshot(
                    name: Self.droppedName,
                    kind: .counter,
                    help:
                        "Attempts to create a series that the registry had no room for, or another kind under the name.",
                    samples: DropReason.allCases.map {
                        .init(
                            labels: LabelSet([("reason", $0.rawValue)]), value: .number(Double(state.dropped[$0] ?? 0)))
                    }
                )
            )
            return snapshots
        }
        snapshots.append(
            MetricSnapshot(
                name: Self.buildInfoName,
                kind: .gauge,
                help: "Always 1; the labels tell which program this is.",
                samples: [
                    .init(labels: LabelSet(configuration.buildInfo.map { ($0.key, $0.value) }), value: .number(1))
                ]
            )
        )
        snapshots += process.snapshots()
        snapshots += others
        return format.rendered(snapshots)
    }

    // MARK: Creating series

    private static let droppedName = "esddns_metrics_dropped_series"
    private static let buildInfoName = "esddns_build_info"

    /// Why a series is not shown.
    private enum DropReason: String, CaseIterable {
        case cardinality
        case typeConflict = "type_conflict"
    }

    /// Finds or creates the series; one that has no place gets a home of its own that nothing reads.
    private func series<Series: MetricSeries>(
        _ kind: MetricKind, label: String, dimensions: [(String, String)], make: (SeriesIdentity?) -> Series
    ) -> Series {
        let label = MetricNames.metric(label)
        let name = kind.familyName(label)
        let labels = LabelSet(dimensions, reservingLE: kind == .histogram)
        return state.withLock { state in
            guard name != Self.droppedName, name != Self.buildInfoName, !ProcessMetrics.names.contains(name),
                !StatusMetrics.names.contains(name)
            else {
                state.dropped[.typeConflict, default: 0] += 1
                return make(nil)
            }
            guard state.families[name] != nil || state.families.count < configuration.maximumMetrics else {
                state.dropped[.cardinality, default: 0] += 1
                return make(nil)
            }
            var family = state.families[name] ?? Family(kind: kind, label: label, series: [:])
            if let known = family.series[labels] {
                guard family.kind == kind, let series = known.series as? Series else {
                    state.dropped[.typeConflict, default: 0] += 1
                    return make(nil)
                }
                family.series[labels]?.references += 1
                state.families[name] = family
                return series
            }
            guard family.kind == kind else {
                state.dropped[.typeConflict, default: 0] += 1
                return make(nil)
            }
            guard family.series.count < configuration.maximumSeriesPerMetric else {
                state.dropped[.cardinality, default: 0] += 1
                return make(nil)
            }
            let series = make(SeriesIdentity(family: name, labels: labels))
            family.series[labels] = (series, 1)
            state.families[name] = family
            return series
        }
    }

    /// Lets go of one reference to a series; the last one removes it.
    private func release(_ handler: any Sendable) {
        guard let series = handler as? any MetricSeries, let identity = series.identity else { return }
        state.withLock { state in
            guard var family = state.families[identity.family], let known = family.series[identity.labels],
                known.series === series
            else { return }
            if known.references > 1 {
                family.series[identity.labels]?.references -= 1
            } else {
                family.series[identity.labels] = nil
            }
            state.families[identity.family] = family.series.isEmpty ? nil : family
        }
    }

    private func bounds(for label: String, default bounds: [Double]) -> [Double] {
        Array(Set((configuration.buckets[label] ?? bounds).filter(\.isFinite))).sorted()
    }
}

// MARK: - What swift-metrics asks for

extension PrometheusRegistry {
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(.counter, label: label, dimensions: dimensions, make: CounterSeries.init)
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(.counter, label: label, dimensions: dimensions, make: CounterSeries.init)
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(.gauge, label: label, dimensions: dimensions, make: GaugeSeries.init)
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else {
            return series(.gauge, label: label, dimensions: dimensions, make: GaugeSeries.init)
        }
        let bounds = bounds(for: label, default: configuration.recorderBuckets)
        return series(.histogram, label: label, dimensions: dimensions) {
            HistogramSeries(identity: $0, bounds: bounds)
        }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let bounds = bounds(for: label, default: configuration.timerBuckets)
        let label = label.hasSuffix("_seconds") ? label : label + "_seconds"
        return series(.histogram, label: label, dimensions: dimensions) {
            HistogramSeries(identity: $0, bounds: bounds)
        }
    }

    public func destroyCounter(_ handler: any CounterHandler) { release(handler) }
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { release(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { release(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { release(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { release(handler) }
}
