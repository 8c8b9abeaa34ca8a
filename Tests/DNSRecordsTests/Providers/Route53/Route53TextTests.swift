import NetworkPrimitives
import Testing

@testable import DNSRecords

@Suite struct Route53TextTests {
    @Test(arguments: [
        ("home.example.com", "home.example.com."), ("HOME.Example.com.", "home.example.com."),
        ("*.example.com", #"\052.example.com."#), ("_a-b.example.com", "_a-b.example.com."),
        (#"a\.b.example.com"#, #"a\056b.example.com."#), (#"\255\000.example.com"#, #"\377\000.example.com."#),
        ("xn--bcher-kva.example.com", "xn--bcher-kva.example.com."), ("a@b.example.com", #"a\100b.example.com."#),
    ])
    func writesNames(name: String, text: String) throws {
        let name = try #require(RecordName(name))
        #expect(Route53Text.name(name) == text)
        #expect(Route53Text.parseName(text) == name)
    }

    @Test func readsAnAsteriskAsItIs() {
        #expect(Route53Text.parseName("*.example.com") == RecordName("*.example.com"))
    }

    @Test(arguments: ["a..b", #"a\9.b"#, #"a\400.b"#, #"a\"#, ".", String(repeating: "a", count: 64)])
    func refusesWhatIsNoName(text: String) {
        let name = Route53Text.parseName(text)
        #expect(name == nil || name == .root)
    }

    @Test(arguments: [
        ("plain text", "\"plain text\""), (#"a"b\c"#, #""a\042b\134c""#), ("ü", #""\303\274""#), ("", "\"\""),
        (
            String(repeating: "x", count: 256),
            "\"" + String(repeating: "x", count: 255) + "\" \"x\""
        ),
    ])
    func quotesTexts(text: String, quoted: String) {
        #expect(Route53Text.quoted(text) == quoted)
        #expect(Route53Text.parseQuoted(quoted) == text)
    }

    @Test(arguments: [(#""a" "b""#, "ab"), (#""a\"b\\c""#, #"a"b\c"#), (#""\101\9""#, "A9")])
    func readsOtherWaysToWriteThem(quoted: String, text: String) {
        #expect(Route53Text.parseQuoted(quoted) == text)
    }

    @Test(arguments: ["\"a", "a", "\"a\"b", #""a\"#])
    func refusesWhatIsNotQuoted(quoted: String) {
        #expect(Route53Text.parseQuoted(quoted) == nil)
    }

    @Test(arguments: [
        (0, "19700101T000000Z", "1970-01-01T00:00:00Z"), (1_440_938_160, "20150830T123600Z", "2015-08-30T12:36:00Z"),
        (951_782_399, "20000228T235959Z", "2000-02-28T23:59:59Z"),
        (951_782_400, "20000229T000000Z", "2000-02-29T00:00:00.5Z"),
        (4_107_542_400, "21000301T000000Z", "2100-03-01T00:00:00.123456Z"),
        (1_798_761_599, "20261231T235959Z", "2026-12-31T23:59:59Z"),
    ])
    func timestamps(seconds: UInt64, basic: String, extended: String) {
        #expect(UTCTimestamp.basic(seconds) == basic)
        #expect(UTCTimestamp.parse(extended) == seconds)
    }

    @Test(arguments: [
        "", "2026", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00", "2026-01-01T00:00:00+01:00", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00.Z",
        "1969-12-31T23:59:59Z", "2026-01-01T00:00:0xZ", "20260101T000000Z",
    ])
    func refusesWhatIsNoTimestamp(text: String) {
        #expect(UTCTimestamp.parse(text) == nil)
    }
}
