extension Timestamp {
    /// The two layouts that Kubernetes parses times with, named as Go names them.
    enum Layout: String {
        case rfc3339 = "2006-01-02T15:04:05Z07:00"
        case rfc3339Micro = "2006-01-02T15:04:05.000000Z07:00"
    }

    /// Why a text is not a time, in the words of Go's `time.Parse`, which the API server passes on.
    struct ParseError: Error, Hashable {
        var message: String
    }

    /// Parses like Go's `time.Parse`, which is stricter than RFC 3339 in the number of fractional digits.
    init(parsing text: String, as layout: Layout) throws(ParseError) {
        var parser = TimestampParser(text: text, layout: layout)
        self = try parser.parse()
    }
}

private struct TimestampParser {
    let text: String
    let layout: Timestamp.Layout
    private var rest: Substring

    init(text: String, layout: Timestamp.Layout) {
        self.text = text
        self.layout = layout
        rest = text[...]
    }

    mutating func parse() throws(Timestamp.ParseError) -> Timestamp {
        let year = try number(4, as: "2006")
        try literal("-")
        let month = try number(2, as: "01", in: 1...12, called: "month")
        try literal("-")
        let day = try number(2, as: "02")
        try literal("T")
        let hour = try number(2, as: "15", in: 0...23, called: "hour")
        try literal(":")
        let minute = try number(2, as: "04", in: 0...59, called: "minute")
        try literal(":")
        let second = try number(2, as: "05", in: 0...59, called: "second")
        let fraction = try fraction()
        let offset = try offset()
        guard rest.isEmpty else { throw outOfRange("extra text: \(quoted(rest))") }
        guard (1...Timestamp.daysIn(month: month, year: year)).contains(day) else {
            throw outOfRange("day out of range")
        }
        let days = Timestamp.days(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        return Timestamp(microseconds: seconds * 1_000_000 + fraction)
    }

    private mutating func number(
        _ width: Int, as element: String, in range: ClosedRange<Int64>? = nil, called name: String = ""
    ) throws(Timestamp.ParseError) -> Int64 {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.utf8.allSatisfy(Self.isDigit), let value = Int64(digits) else {
            throw cannotParse(rest, as: element)
        }
        if let range, !range.contains(value) { throw outOfRange("\(name) out of range") }
        rest = rest.dropFirst(width)
        return value
    }

    private mutating func literal(_ text: String) throws(Timestamp.ParseError) {
        guard rest.hasPrefix(text) else { throw cannotParse(rest, as: text) }
        rest = rest.dropFirst(text.count)
    }

    /// Exactly six digits in the one layout; any number of digits, or none, in the other.
    private mutating func fraction() throws(Timestamp.ParseError) -> Int64 {
        switch layout {
        case .rfc3339Micro:
            let digits = rest.dropFirst().prefix(6)
            guard rest.first == ".", digits.count == 6, digits.utf8.allSatisfy(Self.isDigit),
                let value = Int64(digits)
            else { throw cannotParse(rest, as: ".000000") }
            rest = rest.dropFirst(7)
            return value
        case .rfc3339:
            guard rest.first == "." else { return 0 }
            let digits = rest.dropFirst().prefix { $0.utf8.allSatisfy(Self.isDigit) }
            guard !digits.isEmpty else { return 0 }
            rest = rest.dropFirst(1 + digits.count)
            return Int64((digits + "000000").prefix(6)) ?? 0
        }
    }

    private mutating func offset() throws(Timestamp.ParseError) -> Int64 {
        let hold = rest
        if rest.first == "Z" {
            rest = rest.dropFirst()
            return 0
        }
        let parts = Array(rest.prefix(6))
        guard parts.count == 6, parts[0] == "+" || parts[0] == "-", parts[3] == ":",
            let hours = Int64(String(parts[1...2])), let minutes = Int64(String(parts[4...5])),
            parts[1...2].allSatisfy(\.isNumber), parts[4...5].allSatisfy(\.isNumber)
        else { throw cannotParse(hold, as: "Z07:00") }
        guard hours <= 24, minutes < 60 else { throw outOfRange("time zone offset out of range") }
        rest = rest.dropFirst(6)
        return (parts[0] == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private func cannotParse(_ value: Substring, as element: String) -> Timestamp.ParseError {
        .init(
            message: "parsing time \(quoted(text[...])) as \(quoted(layout.rawValue[...])): "
                + "cannot parse \(quoted(value)) as \(quoted(element[...]))")
    }

    private func outOfRange(_ what: String) -> Timestamp.ParseError {
        .init(message: "parsing time \(quoted(text[...])): \(what)")
    }

    private func quoted(_ value: Substring) -> String { goQuoted(String(value)) }
}

/// A text as Go's `%q` prints it.
func goQuoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F:
            let digits = String(scalar.value, radix: 16)
            result += "\\x" + (digits.count == 1 ? "0" : "") + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
