extension Timestamp {
    /// Reads RFC 3339, such as `2026-11-22T19:12:35.123Z` or `2026-11-22T20:12:35+01:00`.
    ///
    /// `nil` for anything else, including dates that do not exist. A leap second counts as the last second of its minute;
    /// digits of the fraction beyond the ninth are dropped.
    public init?(rfc3339 text: String) {
        var rest = Array(text.utf8)[...]
        guard let year = rest.takeNumber(digits: 4), rest.take("-"),
            let month = rest.takeNumber(digits: 2), rest.take("-"),
            let day = rest.takeNumber(digits: 2), rest.take("T") || rest.take("t"),
            let hour = rest.takeNumber(digits: 2), rest.take(":"),
            let minute = rest.takeNumber(digits: 2), rest.take(":"),
            let second = rest.takeNumber(digits: 2),
            (1...12).contains(month), day >= 1, hour <= 23, minute <= 59, second <= 60
        else { return nil }
        let days = CivilTime.daysSinceEpoch(year: year, month: month, day: day)
        let check = CivilTime(secondsSinceEpoch: Int64(days) * 86_400)
        guard check.year == year, check.month == month, check.day == day else { return nil }

        var nanoseconds = 0
        if rest.take(".") {
            var scale = 100_000_000
            var digits = 0
            while let digit = rest.takeNumber(digits: 1) {
                nanoseconds += digit * scale
                scale /= 10
                digits += 1
            }
            guard digits > 0 else { return nil }
        }

        var offset = 0
        if !rest.take("Z"), !rest.take("z") {
            let sign: Int
            if rest.take("+") {
                sign = 1
            } else if rest.take("-") {
                sign = -1
            } else {
                return nil
            }
            guard let hours = rest.takeNumber(digits: 2), rest.take(":"), let minutes = rest.takeNumber(digits: 2),
                hours <= 23, minutes <= 59
            else { return nil }
            offset = sign * (hours * 3600 + minutes * 60)
        }
        guard rest.isEmpty else { return nil }
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + min(second, 59) - offset
        self.init(secondsSinceEpoch: Int64(seconds), nanoseconds: Int32(nanoseconds))
    }
}

extension Timestamp: Codable {
    /// Reads a string of RFC 3339.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = Timestamp(rfc3339: text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "expected a time such as 2026-11-22T19:12:35Z, not \"\(text.prefix(40))\""
            )
        }
        self = time
    }

    /// Writes a string of RFC 3339, with milliseconds where there are any.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339(fractionDigits: nanoseconds >= 1_000_000 ? 3 : 0))
    }
}

extension ArraySlice<UInt8> {
    /// Takes exactly so many decimal digits off the front, or nothing.
    fileprivate mutating func takeNumber(digits: Int) -> Int? {
        guard count >= digits else { return nil }
        var number = 0
        for byte in prefix(digits) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        removeFirst(digits)
        return number
    }

    fileprivate mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard first == UInt8(ascii: character) else { return false }
        removeFirst()
        return true
    }
}
