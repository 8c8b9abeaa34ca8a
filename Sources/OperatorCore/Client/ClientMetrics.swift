import CoreMetrics
public import Metrics
import Synchronization

/// What a client counts about its requests, under the names that Kubernetes' own clients use.
///
/// - `rest_client_requests_total{code,method,host}`: answers by status code; `<error>` where there was none, `<other>` for
///   codes that HTTP does not know.
/// - `rest_client_request_duration_seconds{verb,host}`: until the whole answer is there, for a watch until its head is. As
///   with those clients, `verb` is the method.
///
/// A server cannot make labels without end: there are a few methods, one host for each client, and 500 codes at most.
public final class ClientMetrics: Sendable {
    private struct Key: Hashable {
        var code: String
        var method: String
        var host: String
    }

    private struct Instruments {
        var counters: [Key: Counter] = [:]
        var timers: [Key: Metrics.Timer] = [:]
    }

    private let factory: any MetricsFactory
    /// Making an instrument is far dearer than using it; there are a handful of keys.
    private let instruments = Mutex(Instruments())

    public init(factory: any MetricsFactory = MetricsSystem.factory) { self.factory = factory }

    /// - Parameter code: the status code; `nil` where there was no answer.
    func answered(method: String, host: String, code: Int?, after duration: Duration) {
        let code = code.map { (100...599).contains($0) ? String($0) : "<other>" } ?? "<error>"
        let (counter, timer) = instruments.withLock { instruments in
            let key = Key(code: code, method: method, host: host)
            let counter =
                instruments.counters[key]
                ?? Counter(
                    label: "rest_client_requests_total",
                    dimensions: [("code", code), ("method", method), ("host", host)], factory: factory)
            instruments.counters[key] = counter
            let timerKey = Key(code: "", method: method, host: host)
            let timer =
                instruments.timers[timerKey]
                ?? Metrics.Timer(
                    label: "rest_client_request_duration_seconds",
                    dimensions: [("verb", method), ("host", host)], factory: factory)
            instruments.timers[timerKey] = timer
            return (counter, timer)
        }
        counter.increment()
        timer.record(duration: duration)
    }
}
