extension MicroTime: LosslessStringConvertible {
    /// Reads `2026-01-02T03:04:05.000006Z` or the same with a numeric offset such as `+01:00`: exactly the forms that
    /// the API server accepts for a `MicroTime`. Anything else gives `nil`.
    public init?(_ text: String) { self.init(text, fractionalDigits: 6...6) }

    /// Reads any RFC 3339 date and time, such as the whole seconds of `creationTimestamp`.
    ///
    /// Digits of the fraction beyond the sixth are dropped. Leap seconds (`:60`) are refused, as by the API server.
    public init?(rfc3339 text: String) { self.init(text, fractionalDigits: 0...18) }

    /// `2026-01-02T03:04:05.000006Z`.
    public var description: String {
        let fraction = String(microsecondsSinceEpoch.floored(by: 1_000_000).remainder)
        return "\(dateAndTime).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)Z"
    }

    /// `2026-01-02T03:04:05Z`: RFC 3339 in UTC, whole seconds, the fraction dropped. The form of `metav1.Time`.
    public var wholeSeconds: String { "\(dateAndTime)Z" }

    private var dateAndTime: String {
        let seconds = microsecondsSinceEpoch.floored(by: 1_000_000).quotient
        let (days, second) = seconds.floored(by: 86400)
        let (year, month, day) = Self.date(daysSinceEpoch: days)
        let digits = [(year, 4), (month, 2), (day, 2), (second / 3600, 2), (second / 60 % 60, 2), (second % 60, 2)]
            .map { value, width in
                let text = String(value)
                return String(repeating: "0", count: max(0, width - text.count)) + text
            }
        return "\(digits[0])-\(digits[1])-\(digits[2])T\(digits[3]):\(digits[4]):\(digits[5])"
    }

    private init?(_ text: String, fractionalDigits: ClosedRange<Int>) {
        var reader = DigitReader(rest: text.utf8[...])
        guard let year = reader.number(4), year > 0, reader.take("-"), let month = reader.number(2),
            (1...12).contains(month), reader.take("-"), let day = reader.number(2),
            (1...Self.days(inMonth: month, of: year)).contains(day), reader.take("T"),
            let hour = reader.number(2), hour < 24, reader.take(":"), let minute = reader.number(2), minute < 60,
            reader.take(":"), let second = reader.number(2), second < 60,
            let microseconds = reader.fraction(fractionalDigits), let offset = reader.offset(), reader.rest.isEmpty
        else { return nil }
        let days = Self.daysSinceEpoch(year: year, month: month, day: day)
        let seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
        self.init(microsecondsSinceEpoch: seconds * 1_000_000 + microseconds)
    }
}

/// Takes a text apart from the left.
private struct DigitReader {
    var rest: Substring.UTF8View

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = rest.first, UInt32(byte) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    mutating func digit() -> Int64? {
        guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        rest.removeFirst()
        return Int64(byte - UInt8(ascii: "0"))
    }

    /// A number of exactly that many digits.
    mutating func number(_ count: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// Point and fraction in microseconds; 0 where there is none and none is needed.
    mutating func fraction(_ allowed: ClosedRange<Int>) -> Int64? {
        guard take(".") else { return allowed.contains(0) ? 0 : nil }
        var (value, scale, count): (Int64, Int64, Int) = (0, 100_000, 0)
        while let digit = digit() {
            value += digit * scale
            scale /= 10
            count += 1
        }
        return count > 0 && allowed.contains(count) ? value : nil
    }

    /// `Z` or a numeric offset from UTC, in seconds.
    mutating func offset() -> Int64? {
        if take("Z") { return 0 }
        let sign: Int64 = take("+") ? 1 : -1
        guard sign == 1 || take("-"), let hours = number(2), hours < 24, take(":"), let minutes = number(2),
            minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}

extension MicroTime {
    fileprivate static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Counts in years that begin in March, so that the leap day comes last, and in eras of 400 years, which all have the
    /// same number of days.
    fileprivate static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let (era, yearOfEra) = (month > 2 ? year : year - 1).floored(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    fileprivate static func date(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).floored(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = era * 400 + yearOfEra + (month > 2 ? 0 : 1)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

extension Int64 {
    /// Division that rounds towards the past, so that instants before 1970 have fractions that count upwards.
    fileprivate func floored(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
