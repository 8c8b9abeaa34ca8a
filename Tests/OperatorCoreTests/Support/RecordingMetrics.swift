import CoreMetrics
import Synchronization

/// Keeps what was recorded, by label and dimensions: `name{a=1,b=2}`.
final class RecordingMetrics: MetricsFactory {
    private let values = Mutex<[String: [Double]]>([:])

    /// Everything that was recorded under that key; a counter's increments.
    func values(_ key: String) -> [Double] { values.withLock { $0[key] ?? [] } }

    var keys: Set<String> { values.withLock { Set($0.keys) } }

    private func instrument(_ label: String, _ dimensions: [(String, String)]) -> Instrument {
        let labels = dimensions.map { "\($0)=\($1)" }.joined(separator: ",")
        return Instrument { value in
            self.values.withLock { $0["\(label){\(labels)}", default: []].append(value) }
        }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        instrument(label, dimensions)
    }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        instrument(label, dimensions)
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        instrument(label, dimensions)
    }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private final class Instrument: CounterHandler, RecorderHandler, TimerHandler {
        let keep: @Sendable (Double) -> Void
        init(_ keep: @escaping @Sendable (Double) -> Void) { self.keep = keep }
        func increment(by amount: Int64) { keep(Double(amount)) }
        func reset() {}
        func record(_ value: Int64) { keep(Double(value)) }
        func record(_ value: Double) { keep(value) }
        func recordNanoseconds(_ duration: Int64) { keep(Double(duration)) }
    }
}
