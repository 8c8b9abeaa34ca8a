/// Kinds of metric that are written.
enum MetricKind: String, Sendable {
    case counter, gauge, histogram

    /// Name of the family: what its samples' names have in common. OpenMetrics names a counter without `_total`.
    func familyName(_ label: String) -> String {
        self == .counter && label.hasSuffix("_total") && label.utf8.count > 6 ? String(label.dropLast(6)) : label
    }

    /// Name of the samples of a family, leaving aside what a histogram appends.
    func sampleName(_ family: String) -> String { self == .counter ? family + "_total" : family }
}

/// One metric at the moment of an exposition.
struct MetricSnapshot: Sendable {
    struct Sample: Sendable {
        var labels: LabelSet
        var value: SeriesValue
    }

    /// Of the family: see ``MetricKind/familyName(_:)``.
    var name: String
    var kind: MetricKind
    var help: String?
    var samples: [Sample]
}

extension ExpositionFormat {
    /// Writes metrics sorted by name, and their series sorted by labels.
    func rendered(_ snapshots: [MetricSnapshot]) -> String {
        var text = ""
        text.reserveCapacity(16_384)
        for snapshot in snapshots.sorted(by: { $0.name < $1.name }) where !snapshot.samples.isEmpty {
            let sampleName = snapshot.kind.sampleName(snapshot.name)
            let headName = self == .openMetrics ? snapshot.name : sampleName
            if let help = snapshot.help { text += "# HELP \(headName) \(escapedHelp(help))\n" }
            text += "# TYPE \(headName) \(snapshot.kind.rawValue)\n"
            for sample in snapshot.samples.sorted(by: { $0.labels < $1.labels }) {
                let labels = sample.labels.rendered
                switch sample.value {
                case .number(let number):
                    text += "\(sampleName)\(braced(labels)) \(Self.formatted(number))\n"
                case .histogram(let bounds, let counts, let sum):
                    for (bound, count) in zip(bounds.map(Self.formattedBound) + ["+Inf"], counts) {
                        let separator = labels.isEmpty ? "" : ","
                        text += "\(sampleName)_bucket{\(labels)\(separator)le=\"\(bound)\"} \(count)\n"
                    }
                    text += "\(sampleName)_sum\(braced(labels)) \(Self.formatted(sum))\n"
                    text += "\(sampleName)_count\(braced(labels)) \(counts.last ?? 0)\n"
                }
            }
        }
        if self == .openMetrics { text += "# EOF\n" }
        return text
    }

    private func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    private func escapedHelp(_ help: String) -> String {
        var escaped = ""
        for scalar in help.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where self == .openMetrics: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Whole numbers without a fraction as long as they are exact, everything else as short as it can be read back.
    static func formatted(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: number), abs(number) < 9_007_199_254_740_992 { return String(whole) }
        return String(number)
    }

    /// Bounds keep their fraction, `1.0`, which is how both formats want the label `le` to be compared.
    private static func formattedBound(_ bound: Double) -> String { String(bound) }
}
