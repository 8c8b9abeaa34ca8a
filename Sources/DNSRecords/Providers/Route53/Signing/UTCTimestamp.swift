/// A second of UTC, as AWS writes it in signatures and reads it in expirations.
enum UTCTimestamp {
    /// The basic form of ISO 8601: `20150830T123600Z`.
    static func basic(_ secondsSinceEpoch: UInt64) -> String {
        let (day, second) = secondsSinceEpoch.quotientAndRemainder(dividingBy: 86_400)
        let date = civil(daysSinceEpoch: Int64(day))
        let (hour, minute) = (second / 3600, second / 60 % 60)
        return "\(pad(date.year, 4))\(pad(date.month))\(pad(date.day))T\(pad(hour))\(pad(minute))\(pad(second % 60))Z"
    }

    /// Reads the extended form in UTC, with or without a fraction: `2026-11-23T03:04:05Z`.
    ///
    /// - Returns: seconds since the epoch, the fraction cut off; `nil` for anything else.
    static func parse(_ text: String) -> UInt64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
        for (index, separator) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")] as [(Int, Character)]
        where bytes[index] != separator.asciiValue {
            return nil
        }
        let fraction = bytes[19...].dropLast()
        guard fraction.isEmpty || (fraction.first == UInt8(ascii: ".") && fraction.count > 1),
            fraction.dropFirst().allSatisfy(isDigit)
        else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            guard bytes[range].allSatisfy(isDigit) else { return nil }
            return bytes[range].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), year >= 1970, (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = daysSinceEpoch(year: year, month: month, day: day)
        let date = civil(daysSinceEpoch: days)
        guard date.month == month, date.day == day else { return nil }
        return UInt64(days * 86_400 + hour * 3600 + minute * 60 + second)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func pad(_ number: some BinaryInteger, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    // MARK: The Gregorian calendar, in eras of 400 years that begin on the first of March

    private static let daysOfEra: Int64 = 146_097
    /// From 0000-03-01 to 1970-01-01.
    private static let daysBeforeEpoch: Int64 = 719_468

    private static func civil(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, day) = (daysSinceEpoch + daysBeforeEpoch).quotientAndRemainder(dividingBy: daysOfEra)
        let yearOfEra = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
    }

    private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.quotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * daysOfEra + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - daysBeforeEpoch
    }
}
