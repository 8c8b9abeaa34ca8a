import FoundationEssentials

/// A point in time with microseconds, in the forms that Kubernetes and HTTP write it.
struct Timestamp: Hashable, Sendable, Comparable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    var microseconds: Int64

    init(microseconds: Int64) { self.microseconds = microseconds }

    /// The time of the machine.
    static var now: Timestamp { Timestamp(secondsSince1970: Date().timeIntervalSince1970) }

    init(secondsSince1970 seconds: Double) {
        microseconds = Int64((seconds * 1_000_000).rounded(.down))
    }

    static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

    /// Seconds since 1970, rounded down.
    var seconds: Int64 { microseconds.dividedRoundingDown(by: 1_000_000).quotient }

    /// `2026-11-22T19:12:35Z`, as in `creationTimestamp`.
    var rfc3339: String {
        let parts = self.parts
        return "\(parts.date)T\(parts.time)Z"
    }

    /// `2026-01-02T03:04:05.000006Z`: Kubernetes' MicroTime.
    var rfc3339Micro: String {
        let parts = self.parts
        let fraction = microseconds.dividedRoundingDown(by: 1_000_000).remainder
        return "\(parts.date)T\(parts.time).\(Self.padded(fraction, 6))Z"
    }

    /// `Sun, 22 Nov 2026 19:12:34 GMT` (RFC 9110 section 5.6.7).
    var httpDate: String {
        let (days, _) = seconds.dividedRoundingDown(by: 86_400)
        let (year, month, day) = Self.civil(fromDays: days)
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(days.dividedRoundingDown(by: 7).remainder)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(weekday), \(Self.padded(day, 2)) \(months[Int(month - 1)]) \(year) \(parts.time) GMT"
    }

    private var parts: (date: String, time: String) {
        let (days, rest) = seconds.dividedRoundingDown(by: 86_400)
        let (year, month, day) = Self.civil(fromDays: days)
        let padded = Self.padded
        return (
            "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))",
            "\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))"
        )
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// The proleptic Gregorian date, counted in eras of 400 years that begin in March.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).dividedRoundingDown(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    /// Days since 1970-01-01 of a date of the Gregorian calendar.
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.dividedRoundingDown(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func daysIn(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Int64 {
    /// Division that rounds towards minus infinity, so that the remainder is never negative.
    func dividedRoundingDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
