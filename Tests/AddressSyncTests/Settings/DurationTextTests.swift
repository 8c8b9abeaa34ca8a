import Testing

@testable import AddressSync

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("10s", .seconds(10)), ("5m", .seconds(300)), ("1h", .seconds(3600)),
        ("1m30s", .seconds(90)), ("1h1m1s1ms", .milliseconds(3_661_001)), ("0s", .zero),
        ("999999999s", .seconds(999_999_999)),
        ("0090s", .seconds(90)),
    ])
    func durationsAreRead(_ text: String, _ duration: Duration) {
        #expect(DurationText.parse(text) == duration)
    }

    @Test(arguments: [
        "", " ", "10", "s", "-10s", "+10s", "10 s", "10S", "1.5s", "10sec", "1d", "10s ", "1234567890s", "٣s", "10s5",
        "9999999999999999999999h", "ms",
    ])
    func otherTextsAreNoDurations(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: ["250ms", "10s", "5m", "1h", "1m30s", "1h1m1s1ms", "24h", "0s"])
    func theShortestFormIsWritten(_ text: String) {
        #expect(DurationText.parse(text).map(DurationText.format) == text)
    }

    @Test func otherNotationsBecomeTheShortest() {
        #expect(DurationText.format(.seconds(180)) == "3m")
        #expect(DurationText.format(.seconds(3661)) == "1h1m1s")
        #expect(DurationText.format(.microseconds(1)) == "0s")
    }
}
