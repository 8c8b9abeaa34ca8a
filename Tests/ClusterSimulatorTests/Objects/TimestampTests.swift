import Testing

@testable import ClusterSimulator

struct TimestampTests {
    @Test(arguments: [
        (0.0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_400.0, "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_795_374_754.9, "2026-11-22T19:12:34Z", "Sun, 22 Nov 2026 19:12:34 GMT"),
        (-1.0, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
    ])
    func formats(seconds: Double, rfc3339: String, http: String) {
        let time = Timestamp(secondsSince1970: seconds)
        #expect(time.rfc3339 == rfc3339)
        #expect(time.httpDate == http)
    }

    @Test(arguments: [
        ("2026-01-02T03:04:05.000006Z", "2026-01-02T03:04:05.000006Z"),
        ("2026-01-02T03:04:05.000006+02:00", "2026-01-02T01:04:05.000006Z"),
        ("2024-02-29T23:59:59.999999-00:30", "2024-03-01T00:29:59.999999Z"),
    ])
    func parsesMicroTime(text: String, written: String) throws {
        #expect(try Timestamp(parsing: text, as: .rfc3339Micro).rfc3339Micro == written)
    }

    @Test func parsesTimeWithAnyFraction() throws {
        #expect(try Timestamp(parsing: "2026-01-02T03:04:05Z", as: .rfc3339).rfc3339 == "2026-01-02T03:04:05Z")
        #expect(
            try Timestamp(parsing: "2026-01-02T03:04:05.123456789Z", as: .rfc3339).rfc3339Micro
                == "2026-01-02T03:04:05.123456Z")
    }

    @Test(arguments: [
        ("2026-13-02T03:04:05.000006Z", ": month out of range"),
        ("2026-02-29T03:04:05.000006Z", ": day out of range"),
        ("2026-02-28T24:04:05.000006Z", ": hour out of range"),
        ("2026-02-28T03:04:05.000006Zx", #": extra text: "x""#),
        ("26-02-28T03:04:05.000006Z", #"cannot parse "26-02-28T03:04:05.000006Z" as "2006""#),
        ("2026-02-28 03:04:05.000006Z", #"cannot parse " 03:04:05.000006Z" as "T""#),
        ("2026-02-28T03:04:05.000006", #"cannot parse "" as "Z07:00""#),
        ("", #"cannot parse "" as "2006""#),
    ])
    func complainsInGoWords(text: String, ending: String) {
        let error = #expect(throws: Timestamp.ParseError.self) { try Timestamp(parsing: text, as: .rfc3339Micro) }
        #expect(error?.message.hasSuffix(ending) == true, "\(error?.message ?? "")")
    }
}
