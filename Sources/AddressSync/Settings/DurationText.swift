/// Durations as people write them: `250ms`, `10s`, `5m`, `1h`, or several in a row: `1m30s`.
enum DurationText {
    /// - Returns: `nil` for anything else, including numbers without a unit, negative ones, and what does not fit.
    static func parse(_ text: String) -> Duration? {
        var rest = text[...]
        var total = Duration.zero
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard digits.count <= 9, let number = Int64(digits) else { return nil }
            switch unit {
            case "ms": total += .milliseconds(number)
            case "s": total += .seconds(number)
            case "m": total += .seconds(number * 60)
            case "h": total += .seconds(number * 3600)
            default: return nil
            }
        }
        return total
    }

    /// The shortest form of a duration of whole milliseconds: `90s` is `1m30s`.
    static func format(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        var text = ""
        for (size, unit) in [(Int64(3600), "h"), (60, "m"), (1, "s")] {
            let count = size == 3600 ? seconds / 3600 : size == 60 ? seconds % 3600 / 60 : seconds % 60
            if count > 0 { text += "\(count)\(unit)" }
        }
        if milliseconds > 0 { text += "\(milliseconds)ms" }
        return text.isEmpty ? "0s" : text
    }
}
