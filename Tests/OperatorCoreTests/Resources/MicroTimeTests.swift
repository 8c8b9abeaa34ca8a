import OperatorCore
import Testing

@Suite struct MicroTimeTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00.000000Z", 0), ("2026-01-02T03:04:05.000006Z", 1_767_323_045_000_006),
            ("2024-02-29T23:59:59.999999Z", 1_709_251_199_999_999),
            ("2000-03-01T00:00:00.000000Z", 951_868_800_000_000),
            ("1969-12-31T23:59:59.999999Z", -1), ("1900-02-28T12:00:00.500000Z", -2_203_934_399_500_000),
            ("0001-01-01T00:00:00.000000Z", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
        ] as [(String, Int64)])
    func knownInstantsReadAndPrint(text: String, microseconds: Int64) {
        #expect(MicroTime(text)?.microsecondsSinceEpoch == microseconds)
        #expect(MicroTime(microsecondsSinceEpoch: microseconds).description == text)
    }

    @Test func everyDayOfFourCenturiesSurvivesARoundTrip() {
        for day in stride(from: Int64(-80_000), to: 80_000, by: 7) {
            let time = MicroTime(microsecondsSinceEpoch: day * 86_400_000_000 + 123_456)
            #expect(MicroTime(time.description) == time)
        }
    }

    @Test(arguments: [
        ("2026-01-02T03:04:05.000006+00:00", "2026-01-02T03:04:05.000006Z"),
        ("2026-01-02T03:04:05.000006+05:30", "2026-01-01T21:34:05.000006Z"),
        ("2025-12-31T23:30:00.000000-01:00", "2026-01-01T00:30:00.000000Z"),
    ])
    func offsetsAreAccepted(text: String, utc: String) {
        #expect(MicroTime(text)?.description == utc)
    }

    /// The first three are the forms that the recorded server refuses too.
    @Test(arguments: [
        "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.006Z", "2026-01-02T03:04:05.0000060Z", "",
        "2026-01-02 03:04:05.000006Z", "2026-01-02T03:04:05.000006", "2026-13-02T03:04:05.000006Z",
        "2026-02-29T03:04:05.000006Z", "2026-01-00T03:04:05.000006Z", "2026-01-02T24:04:05.000006Z",
        "2026-01-02T03:60:05.000006Z", "2026-01-02T03:04:60.000006Z", "2026-01-02T03:04:05.000006Zx",
        "2026-01-02T03:04:05.000006+0100", "2026-01-02T03:04:05.000006+24:00", "0000-01-02T03:04:05.000006Z",
        "2026-1-2T03:04:05.000006Z", "+026-01-02T03:04:05.000006Z", "2026-01-02T03:04:05.00000６Z",
    ])
    func otherFormsAreRefused(text: String) {
        #expect(MicroTime(text) == nil)
    }

    @Test func wholeSecondsAreForPlainTimes() {
        #expect(MicroTime("2026-01-02T03:04:05.999999Z")?.wholeSeconds == "2026-01-02T03:04:05Z")
        #expect(MicroTime(rfc3339: "2026-01-02T03:04:05Z")?.description == "2026-01-02T03:04:05.000000Z")
        #expect(MicroTime(rfc3339: "2026-01-02T03:04:05.1234567+01:00")?.description == "2026-01-02T02:04:05.123456Z")
        #expect(MicroTime(rfc3339: "2026-01-02T03:04:05.Z") == nil)
    }

    @Test func arithmeticStaysInRange() throws {
        let time = try #require(MicroTime("2026-01-02T03:04:05.000006Z"))
        #expect(time.advanced(by: .milliseconds(-5500)).description == "2026-01-02T03:03:59.500006Z")
        #expect(time.duration(to: time.advanced(by: .seconds(90))) == .seconds(90))
        #expect(time < time.advanced(by: .microseconds(1)))
        #expect(time.advanced(by: .seconds(Int64.max)).description == "9999-12-31T23:59:59.999999Z")
        #expect(time.advanced(by: .seconds(Int64.min)).description == "0001-01-01T00:00:00.000000Z")
        #expect(MicroTime(microsecondsSinceEpoch: .max).description == "9999-12-31T23:59:59.999999Z")
        #expect(MicroTime.now() > time || MicroTime.now() < time)
    }
}
