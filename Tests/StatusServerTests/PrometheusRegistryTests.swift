import Metrics
import StatusServer
import Testing

@Suite struct PrometheusRegistryTests {
    /// The lines of an exposition that concern one metric.
    private func lines(of name: String, in registry: PrometheusRegistry, _ format: ExpositionFormat = .prometheusText)
        -> [String]
    {
        registry.exposition(format).split(separator: "\n").map(String.init).filter {
            $0.hasPrefix(name) || $0.hasPrefix("# TYPE \(name)") || $0.hasPrefix("# HELP \(name)")
        }
    }

    @Test func counters() {
        let registry = PrometheusRegistry()
        registry.describe("esddns.probes", "Questions asked.\nBy \\source\\ and \"outcome\".")
        let success = Counter(label: "esddns.probes", dimensions: [("outcome", "success")], factory: registry)
        success.increment(by: 2)
        success.increment(by: -5)
        Counter(label: "esddns.probes", dimensions: [("outcome", "success")], factory: registry).increment()
        FloatingPointCounter(label: "esddns.probes", dimensions: [("outcome", "failure")], factory: registry)
            .increment(by: 0.5)
        #expect(
            lines(of: "esddns_probes", in: registry) == [
                #"# HELP esddns_probes_total Questions asked.\nBy \\source\\ and "outcome"."#,
                "# TYPE esddns_probes_total counter",
                #"esddns_probes_total{outcome="failure"} 0.5"#,
                #"esddns_probes_total{outcome="success"} 3"#,
            ]
        )
        #expect(
            lines(of: "esddns_probes", in: registry, .openMetrics).prefix(2) == [
                #"# HELP esddns_probes Questions asked.\nBy \\source\\ and \"outcome\"."#,
                "# TYPE esddns_probes counter",
            ]
        )
        success.reset()
        #expect(lines(of: "esddns_probes", in: registry).last == #"esddns_probes_total{outcome="success"} 0"#)
    }

    @Test func aCounterThatEndsInTotalKeepsItsName() {
        let registry = PrometheusRegistry()
        Counter(label: "writes_total", factory: registry).increment()
        #expect(lines(of: "writes", in: registry) == ["# TYPE writes_total counter", "writes_total 1"])
    }

    @Test func gaugesAndMeters() {
        let registry = PrometheusRegistry()
        Gauge(label: "leading", factory: registry).record(1)
        let meter = Meter(label: "queue", factory: registry)
        meter.set(5)
        meter.increment(by: 2.5)
        meter.decrement()
        #expect(lines(of: "leading", in: registry) == ["# TYPE leading gauge", "leading 1"])
        #expect(lines(of: "queue", in: registry) == ["# TYPE queue gauge", "queue 6.5"])
        for (value, text) in [(Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (1e300, "1e+300")] {
            meter.set(value)
            #expect(lines(of: "queue", in: registry).last == "queue \(text)")
        }
    }

    @Test func timersAreHistogramsInSeconds() {
        var configuration = PrometheusRegistry.Configuration()
        configuration.timerBuckets = [1, 0.01, .infinity, 0.1]
        let registry = PrometheusRegistry(configuration: configuration)
        let timer = Timer(label: "round", dimensions: [("transport", "udp")], factory: registry)
        timer.recordMilliseconds(10)
        timer.recordMilliseconds(50)
        timer.recordSeconds(2)
        #expect(
            lines(of: "round_seconds", in: registry) == [
                "# TYPE round_seconds histogram",
                #"round_seconds_bucket{transport="udp",le="0.01"} 1"#,
                #"round_seconds_bucket{transport="udp",le="0.1"} 2"#,
                #"round_seconds_bucket{transport="udp",le="1.0"} 2"#,
                #"round_seconds_bucket{transport="udp",le="+Inf"} 3"#,
                #"round_seconds_sum{transport="udp"} 2.06"#,
                #"round_seconds_count{transport="udp"} 3"#,
            ]
        )
    }

    @Test func recordersUseTheBucketsOfTheirName() {
        var configuration = PrometheusRegistry.Configuration()
        configuration.buckets = ["size.bytes": [10, 20]]
        let registry = PrometheusRegistry(configuration: configuration)
        let recorder = Recorder(label: "size.bytes", factory: registry)
        recorder.record(10)
        recorder.record(11.5)
        recorder.record(Double.nan)
        #expect(
            lines(of: "size_bytes", in: registry) == [
                "# TYPE size_bytes histogram", #"size_bytes_bucket{le="10.0"} 1"#, #"size_bytes_bucket{le="20.0"} 2"#,
                #"size_bytes_bucket{le="+Inf"} 2"#, "size_bytes_sum 21.5", "size_bytes_count 2",
            ]
        )
    }

    @Test func namesAndLabelsAreMadeAcceptable() {
        let registry = PrometheusRegistry()
        Gauge(
            label: "9 lives-of/ü",
            dimensions: [("__name__", "a"), ("1st", "q\"b\\s\nn"), ("z-z", "x"), ("z_z", "later wins"), ("", "empty")],
            factory: registry
        ).record(1)
        let expected = #"_9_lives_of__{_="empty",_1st="q\"b\\s\nn",_name__="a",z_z="later wins"} 1"#
        #expect(lines(of: "_9_lives", in: registry).last == expected)
    }

    @Test func aHistogramOwnsItsBucketLabel() {
        let registry = PrometheusRegistry()
        Recorder(label: "mine", dimensions: [("le", "7")], factory: registry).record(1)
        #expect(lines(of: "mine_count", in: registry) == [#"mine_count{exported_le="7"} 1"#])
    }

    @Test func longValuesAreCut() {
        let registry = PrometheusRegistry()
        Gauge(label: "g", dimensions: [("v", String(repeating: "é", count: 1000))], factory: registry).record(1)
        #expect(lines(of: "g{", in: registry) == ["g{v=\"\(String(repeating: "é", count: 128))…\"} 1"])
    }

    @Test func seriesBeyondTheBoundAreCountedAndIgnored() {
        var configuration = PrometheusRegistry.Configuration()
        configuration.maximumSeriesPerMetric = 3
        configuration.maximumMetrics = 2
        let registry = PrometheusRegistry(configuration: configuration)
        for number in 0..<10 {
            Counter(label: "hits", dimensions: [("path", "/\(number)")], factory: registry).increment()
        }
        Counter(label: "hits", dimensions: [("path", "/0")], factory: registry).increment()
        Gauge(label: "second", factory: registry).record(1)
        Gauge(label: "third", factory: registry).record(1)
        #expect(lines(of: "hits_total{", in: registry).count == 3)
        #expect(lines(of: "hits_total{", in: registry).first == #"hits_total{path="/0"} 2"#)
        #expect(lines(of: "third", in: registry).isEmpty)
        #expect(
            lines(of: "esddns_metrics_dropped_series_total{", in: registry) == [
                #"esddns_metrics_dropped_series_total{reason="cardinality"} 8"#,
                #"esddns_metrics_dropped_series_total{reason="type_conflict"} 0"#,
            ]
        )
    }

    @Test(arguments: ["taken", "esddns_build_info", "process_open_fds", "process_cpu_seconds_total"])
    func aNameHasOneKind(name: String) {
        let registry = PrometheusRegistry()
        Gauge(label: "taken", factory: registry).record(7)
        let counter = Counter(label: name, dimensions: [("a", "b")], factory: registry)
        counter.increment()
        let recorder = Recorder(label: name, factory: registry)
        recorder.record(3)
        #expect(lines(of: "taken", in: registry) == ["# TYPE taken gauge", "taken 7"])
        let dropped = lines(of: "esddns_metrics_dropped_series_total{", in: registry).last
        #expect(dropped?.hasSuffix(" 2") == true || name == "process_cpu_seconds_total")
    }

    @Test func theLastHandleToGoTakesTheSeriesAlong() {
        let registry = PrometheusRegistry()
        let first = Counter(label: "gone", factory: registry)
        let second = Counter(label: "gone", factory: registry)
        first.increment()
        first.destroy()
        #expect(lines(of: "gone", in: registry).last == "gone_total 1")
        second.destroy()
        second.destroy()
        #expect(lines(of: "gone", in: registry).isEmpty)
        Gauge(label: "gone", factory: registry).record(1)
        #expect(lines(of: "gone", in: registry) == ["# TYPE gone gauge", "gone 1"])
    }

    @Test func theOrderIsFixed() {
        let names = (0..<20).map { "metric_\($0)" }
        func exposition(_ names: [String]) -> [Substring] {
            let registry = PrometheusRegistry()
            for name in names {
                for label in names.reversed() {
                    Gauge(label: name, dimensions: [("l", label)], factory: registry).record(1)
                }
            }
            return registry.exposition().split(separator: "\n").filter { $0.contains("metric_") }
        }
        #expect(exposition(names) == exposition(names.reversed()))
    }

    @Test func tellsWhichProgramItIs() {
        var configuration = PrometheusRegistry.Configuration()
        configuration.buildInfo = ["version": "1.2.3", "revision": "abc"]
        let registry = PrometheusRegistry(configuration: configuration)
        #expect(
            lines(of: "esddns_build_info{", in: registry) == [#"esddns_build_info{revision="abc",version="1.2.3"} 1"#])
    }

    @Test func openMetricsHasAnEnd() {
        let text = PrometheusRegistry().exposition(.openMetrics)
        #expect(text.hasSuffix("\n# EOF\n"))
        #expect(!PrometheusRegistry().exposition().contains("# EOF"))
    }

    @Test func countsRightFromManyTasks() async {
        let registry = PrometheusRegistry()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<500 {
                        Counter(label: "shared", factory: registry).increment()
                        Timer(label: "t", dimensions: [("task", "\(task)")], factory: registry).recordNanoseconds(1)
                        if task == 0 { _ = registry.exposition() }
                    }
                }
            }
        }
        #expect(lines(of: "shared", in: registry).last == "shared_total 4000")
        #expect(lines(of: #"t_seconds_count{task="7"}"#, in: registry) == [#"t_seconds_count{task="7"} 500"#])
    }
}
