import Metrics
import Synchronization

/// Where a series belongs, so that it can be removed again.
struct SeriesIdentity: Hashable, Sendable {
    var family: String
    var labels: LabelSet
}

/// One series: the value that the handles of swift-metrics change and that an exposition reads.
protocol MetricSeries: AnyObject, Sendable {
    /// `nil` for a series that is counted nowhere because the registry had no room for it.
    var identity: SeriesIdentity? { get }
    var value: SeriesValue { get }
}

/// What an exposition shows of a series.
enum SeriesValue: Sendable {
    case number(Double)
    /// Upper bounds in ascending order without infinity, and how many observations are at most each, all of them last.
    case histogram(bounds: [Double], cumulativeCounts: [UInt64], sum: Double)
}

/// A number that only grows until it is reset.
final class CounterSeries: MetricSeries, CounterHandler, FloatingPointCounterHandler {
    let identity: SeriesIdentity?
    private let total = Mutex(0.0)

    init(identity: SeriesIdentity?) { self.identity = identity }

    var value: SeriesValue { .number(total.withLock { $0 }) }

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    /// Ignores what would make a counter fall, or anything but a number.
    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        total.withLock { $0 += amount }
    }

    func reset() { total.withLock { $0 = 0 } }
}

/// A number that is set: swift-metrics' Meter, and its Gauge, which is a recorder that does not aggregate.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
    let identity: SeriesIdentity?
    private let current = Mutex(0.0)

    init(identity: SeriesIdentity?) { self.identity = identity }

    var value: SeriesValue { .number(current.withLock { $0 }) }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { current.withLock { $0 = value } }
    func increment(by amount: Double) { change(by: amount) }
    func decrement(by amount: Double) { change(by: -amount) }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    private func change(by amount: Double) {
        guard amount.isFinite else { return }
        current.withLock { $0 += amount }
    }
}

/// A distribution: swift-metrics' Timer (in seconds) and its aggregating Recorder.
final class HistogramSeries: MetricSeries, TimerHandler, RecorderHandler {
    private struct State {
        /// One per bound, and one for what is above all of them.
        var counts: [UInt64]
        var sum = 0.0
    }

    let identity: SeriesIdentity?
    private let bounds: [Double]
    private let state: Mutex<State>

    /// - Parameter bounds: ascending and finite.
    init(identity: SeriesIdentity?, bounds: [Double]) {
        self.identity = identity
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var value: SeriesValue {
        let state = state.withLock { $0 }
        var total: UInt64 = 0
        let cumulative = state.counts.map { count in
            total += count
            return total
        }
        return .histogram(bounds: bounds, cumulativeCounts: cumulative, sum: state.sum)
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    /// Ignores what is not a number: one such observation would make the sum useless for good.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[index] += 1
            $0.sum += value
        }
    }
}
