#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A point in time in UTC, to the nanosecond, that reads and writes itself as RFC 3339 without a calendar library.
///
/// Years 0000–9999 can be written; times outside are written as the nearest of these.
public struct Timestamp: Hashable, Sendable {
    /// Whole seconds since 1970-01-01T00:00:00Z, negative before it.
    public let secondsSinceEpoch: Int64
    /// 0–999 999 999, counted forward from the second.
    public let nanoseconds: Int32

    /// - Parameter nanoseconds: clamped to 0–999 999 999.
    public init(secondsSinceEpoch: Int64, nanoseconds: Int32 = 0) {
        self.secondsSinceEpoch = secondsSinceEpoch
        self.nanoseconds = min(max(nanoseconds, 0), 999_999_999)
    }

    /// The system's wall clock.
    public static func now() -> Timestamp {
        var time = timespec()
        // The call can only fail for a clock that does not exist; then the time stays at the epoch.
        _ = clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(secondsSinceEpoch: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }

    /// `2026-11-22T19:12:35Z`, or with as many digits of the second's fraction as asked for, cut off rather than rounded.
    ///
    /// - Parameter fractionDigits: 0–9.
    public func rfc3339(fractionDigits: Int = 0) -> String {
        let time = CivilTime(secondsSinceEpoch: secondsSinceEpoch)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(30)
        bytes.append(time.year, width: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(time.month, width: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(time.day, width: 2)
        bytes.append(UInt8(ascii: "T"))
        bytes.append(contentsOf: time.clock)
        if fractionDigits > 0 {
            let digits = min(fractionDigits, 9)
            var fraction = Int(nanoseconds)
            for _ in digits..<9 { fraction /= 10 }
            bytes.append(UInt8(ascii: "."))
            bytes.append(fraction, width: digits)
        }
        bytes.append(UInt8(ascii: "Z"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `Sun, 22 Nov 2026 19:12:35 GMT`, the form of HTTP's `Date` (RFC 9110 section 5.6.7).
    public var httpDate: String {
        let time = CivilTime(secondsSinceEpoch: secondsSinceEpoch)
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var bytes = Array("\(weekdays[time.weekday]), ".utf8)
        bytes.append(time.day, width: 2)
        bytes.append(contentsOf: " \(months[time.month - 1]) ".utf8)
        bytes.append(time.year, width: 4)
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: time.clock)
        bytes.append(contentsOf: " GMT".utf8)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Timestamp: Comparable {
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.secondsSinceEpoch, left.nanoseconds) < (right.secondsSinceEpoch, right.nanoseconds)
    }
}

extension Timestamp: CustomStringConvertible {
    /// To the second.
    public var description: String { rfc3339() }
}

/// A time broken into the Gregorian calendar's parts, by the era arithmetic of proleptic years that begin in March.
struct CivilTime {
    var year: Int
    /// 1–12.
    var month: Int
    /// 1–31.
    var day: Int
    /// 0 is Sunday.
    var weekday: Int
    var secondOfDay: Int

    init(secondsSinceEpoch: Int64) {
        // 0000-01-01T00:00:00Z to 9999-12-31T23:59:59Z: what four digits of a year can say.
        let seconds = Int(min(max(secondsSinceEpoch, -62_167_219_200), 253_402_300_799))
        let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        secondOfDay = seconds - days * 86_400
        weekday = ((days + 4) % 7 + 7) % 7
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar.
    static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// `19:12:35`.
    var clock: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(secondOfDay / 3600, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(secondOfDay / 60 % 60, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(secondOfDay % 60, width: 2)
        return bytes
    }
}

extension [UInt8] {
    /// Appends a number that is not negative, with leading zeros.
    fileprivate mutating func append(_ number: Int, width: Int) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
