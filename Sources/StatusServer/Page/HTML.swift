/// Writing text into HTML.
enum HTML {
    /// Escapes text for element content and for attribute values in quotes.
    static func escaped(_ text: some StringProtocol) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            // HTML has no way to write these.
            case "\0"..<"\t", "\u{B}"..<"\r", "\u{E}"..<" ", "\u{7F}"..<"\u{A0}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Longest text that is shown in one place, in characters: the page's size is bounded whatever it has to tell.
    static let maximumText = 160

    /// Escaped text, cut where it is very long, or a dash where there is none.
    static func text(_ text: String?, atMost limit: Int = maximumText) -> String {
        guard let text, !text.isEmpty else { return "–" }
        let start = text.prefix(limit)
        return start.endIndex == text.endIndex ? escaped(text) : escaped(start) + "…"
    }

    /// `2026-11-22 19:12:35 UTC`; a script adds the reader's own time.
    static func time(_ time: Timestamp?) -> String {
        guard let time else { return "–" }
        return "<time datetime=\"\(time.rfc3339())\">\(civil(time))</time>"
    }

    /// `5 min ago`, which a script keeps true.
    static func age(_ time: Timestamp?, at now: Timestamp) -> String {
        guard let time else { return "–" }
        let ago = "\(span(seconds: now.secondsSinceEpoch - time.secondsSinceEpoch)) ago"
        return "<time datetime=\"\(time.rfc3339())\" title=\"\(civil(time))\" data-age>\(ago)</time>"
    }

    /// In one unit, cut off: `12 s`, `5 min`, `47 h`, `3 d`. The page's script has the same rule.
    static func span(seconds: Int64) -> String {
        switch seconds {
        case ..<0: "0 s"
        case ..<120: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) d"
        }
    }

    /// `2026-11-22 19:12:35 UTC`.
    private static func civil(_ time: Timestamp) -> String {
        let text = time.rfc3339()
        return "\(text.prefix(10)) \(text.dropFirst(11).dropLast()) UTC"
    }

    /// `12.3 ms`.
    static func milliseconds(_ seconds: Double) -> String {
        let tenths = (seconds * 10_000).rounded()
        guard tenths.isFinite, abs(tenths) < 1e15 else { return "–" }
        return "\(tenths / 10) ms"
    }
}
