/// How samples become one number.
enum Statistic: Sendable, Hashable, CustomStringConvertible {
    /// By the nearest rank, 0 < n <= 100: always one of the samples.
    case percentile(Double)
    case maximum
    case minimum
    case mean
    /// The only one, or the last of several.
    case last

    static let median = Statistic.percentile(50)

    func of(_ samples: [Double]) -> Double? {
        guard let last = samples.last else { return nil }
        switch self {
        case .percentile(let percent):
            let rank = (percent / 100 * Double(samples.count)).rounded(.up)
            return samples.sorted()[min(samples.count, max(1, Int(rank))) - 1]
        case .maximum: return samples.max()
        case .minimum: return samples.min()
        case .mean: return samples.reduce(0, +) / Double(samples.count)
        case .last: return last
        }
    }

    var description: String {
        switch self {
        case .percentile(50): "median"
        case .percentile(let percent): "p\(Number.text(percent))"
        case .maximum: "max"
        case .minimum: "min"
        case .mean: "mean"
        case .last: ""
        }
    }
}

/// Numbers as people read them.
enum Number {
    /// Three significant digits, but all that stand before the point.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return String(value) }
        let magnitude = value.magnitude
        var digits = 0
        while digits < 6, magnitude > 0, magnitude * power(digits) < 99.5 { digits += 1 }
        let scaled = (value * power(digits)).rounded() / power(digits)
        if scaled == scaled.rounded(), scaled.magnitude < 1e15 { return String(Int(scaled)) }
        return String(scaled)
    }

    private static func power(_ exponent: Int) -> Double { (0..<exponent).reduce(1) { power, _ in power * 10 } }
}
