import Foundation
import StatusServer
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_374_755, "2026-11-22T19:12:35Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] as [(Int64, String)])
    func writesAndReadsTheCalendar(seconds: Int64, text: String) {
        #expect(Timestamp(secondsSinceEpoch: seconds).rfc3339() == text)
        #expect(Timestamp(rfc3339: text) == Timestamp(secondsSinceEpoch: seconds))
    }

    @Test func agreesWithFoundationOverFourCenturies() {
        let formatter = ISO8601DateFormatter()
        for day in stride(from: -73_000 as Int64, to: 73_000, by: 17) {
            let seconds = day * 86_400 + 12_345
            let expected = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            #expect(Timestamp(secondsSinceEpoch: seconds).rfc3339() == expected)
        }
    }

    @Test func cutsTheFraction() {
        let time = Timestamp(secondsSinceEpoch: 1_795_374_755, nanoseconds: 123_999_999)
        #expect(time.rfc3339(fractionDigits: 3) == "2026-11-22T19:12:35.123Z")
        #expect(time.rfc3339(fractionDigits: 9) == "2026-11-22T19:12:35.123999999Z")
        #expect(time.rfc3339(fractionDigits: 40) == "2026-11-22T19:12:35.123999999Z")
    }

    @Test(
        arguments: [
            ("2026-11-22T20:12:35+01:00", 1_795_374_755, 0),
            ("2026-11-22T13:42:35-05:30", 1_795_374_755, 0),
            ("2026-11-22t19:12:35z", 1_795_374_755, 0),
            ("2026-11-22T19:12:35.5Z", 1_795_374_755, 500_000_000),
            ("2026-11-22T19:12:35.123456789999Z", 1_795_374_755, 123_456_789),
            ("2016-12-31T23:59:60Z", 1_483_228_799, 0),
        ] as [(String, Int64, Int32)])
    func readsOtherForms(text: String, seconds: Int64, nanoseconds: Int32) {
        #expect(Timestamp(rfc3339: text) == Timestamp(secondsSinceEpoch: seconds, nanoseconds: nanoseconds))
    }

    @Test(arguments: [
        "", "2026-11-22", "2026-11-22T19:12:35", "2026-11-22 19:12:35Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T19:60:00Z",
        "2026-11-22T19:12:35.Z", "2026-11-22T19:12:35Z ", "2026-11-22T19:12:35+0100", "2026-11-22T19:12:35+24:00",
        "+026-11-22T19:12:35Z", "２０２６-11-22T19:12:35Z", "2026-11-22T19:12:3",
    ])
    func refusesAnythingElse(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func writesTheFormOfHTTP() {
        #expect(Timestamp(secondsSinceEpoch: 1_795_374_755).httpDate == "Sun, 22 Nov 2026 19:12:35 GMT")
        #expect(Timestamp(secondsSinceEpoch: -1).httpDate == "Wed, 31 Dec 1969 23:59:59 GMT")
    }

    @Test func clampsWhatFourDigitsCannotSay() {
        #expect(Timestamp(secondsSinceEpoch: .max).rfc3339() == "9999-12-31T23:59:59Z")
        #expect(Timestamp(secondsSinceEpoch: .min).rfc3339() == "0000-01-01T00:00:00Z")
    }

    @Test func isAStringInJSON() throws {
        let time = Timestamp(secondsSinceEpoch: 1_795_374_755, nanoseconds: 120_000_000)
        let json = try JSONEncoder().encode([time])
        #expect(String(decoding: json, as: UTF8.self) == #"["2026-11-22T19:12:35.120Z"]"#)
        #expect(try JSONDecoder().decode([Timestamp].self, from: json) == [time])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Timestamp].self, from: Data(#"["soon"]"#.utf8))
        }
    }

    @Test func theClockIsNotStuckAtTheEpoch() {
        let now = Timestamp.now()
        #expect(now > Timestamp(secondsSinceEpoch: 1_700_000_000))
        #expect(now <= Timestamp.now())
    }

    @Test(arguments: [-1, 0, 951_782_400, 1_795_374_755, 4_102_444_800]) func datesOfHTTPAreReadAsTheyAreWritten(
        seconds: Int64
    ) {
        let time = Timestamp(secondsSinceEpoch: seconds)
        #expect(Timestamp(httpDate: time.httpDate) == time)
    }

    @Test(arguments: [
        "", "Sun, 22 Nov 2026 19:12:35", "Sun, 22 Nov 2026 19:12:35 CET", "Sunday, 22-Nov-26 19:12:35 GMT",
        "Sun Nov 22 19:12:35 2026", "Sun, 31 Feb 2026 19:12:35 GMT", "Sun, 22 Nix 2026 19:12:35 GMT",
        "Sun, 22 Nov 2026 25:12:35 GMT", "Sun, 2 Nov 2026 19:12:35 GMT",
    ])
    func otherDatesAreNot(text: String) { #expect(Timestamp(httpDate: text) == nil) }
}
