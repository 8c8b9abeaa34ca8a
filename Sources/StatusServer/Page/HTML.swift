/// Writing text into HTML.
enum HTML {
    /// Escapes text for element content and for attribute values in quotes.
    static func escaped(_ text: String) -> String {
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

    /// Escaped text, or a dash where there is none.
    static func text(_ text: String?) -> String {
        guard let text, !text.isEmpty else { return "–" }
        return escaped(text)
    }

    /// A time that a script can turn into the reader's own.
    static func time(_ time: Timestamp?) -> String {
        guard let time else { return "–" }
        return "<time datetime=\"\(time.rfc3339())\">\(time.rfc3339())</time>"
    }

    /// `12.3 ms`.
    static func milliseconds(_ seconds: Double) -> String {
        let tenths = (seconds * 10_000).rounded()
        guard tenths.isFinite, abs(tenths) < 1e15 else { return "–" }
        return "\(tenths / 10) ms"
    }
}
