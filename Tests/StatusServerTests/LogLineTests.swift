import Foundation
import Logging
import Testing

@testable import StatusServer

@Suite struct LogLineTests {
    private func line(
        _ message: String = "address confirmed", level: Logger.Level = .info, label: String = "leader",
        metadata: Logger.Metadata = [:]
    ) -> LogLine {
        LogLine(
            time: Timestamp(secondsSinceEpoch: 1_795_374_755, nanoseconds: 123_456_789), level: level, label: label,
            message: message, metadata: metadata
        )
    }

    private func json(_ line: LogLine) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(line.rendered(.json).utf8))
        return try #require(object as? [String: Any])
    }

    @Test func textReadsWell() {
        #expect(line().rendered(.text) == "2026-11-22T19:12:35.123Z info  leader  address confirmed")
        let full = line(
            level: .warning,
            metadata: [
                "address": "198.51.100.7", "b": "two words", "empty": "", "n": .stringConvertible(5),
                "list": ["a", "b c"],
            ]
        )
        let expected = """
            2026-11-22T19:12:35.123Z warning leader  address confirmed  \
            address=198.51.100.7 b="two words" empty="" list="[a, b c]" n=5
            """
        #expect(full.rendered(.text) == expected)
    }

    @Test func nestedMetadataIsFlattened() throws {
        let line = line(metadata: ["record": ["name": "home", "zone": ["apex": "example.com"]], "a": "1"])
        #expect(line.rendered(.text).hasSuffix("  a=1 record.name=home record.zone.apex=example.com"))
        #expect(try json(line)["record.zone.apex"] as? String == "example.com")
    }

    static let hostile = [
        "one\n2026-11-22T19:12:35.123Z error leader  forged", "a\r\nb", "\u{1B}[31mred\u{1B}[0m", "nul\0", "\u{85}next",
        "line\u{2028}paragraph\u{2029}", "\u{202E}reversed", "quote\" back\\slash", "\u{7F}", "\u{9B}31m",
    ]

    // By number, because a test's own output should stay in one line too.
    @Test(arguments: hostile.indices)
    func nothingFromOutsideEndsOrColoursALine(number: Int) {
        let text = Self.hostile[number]
        for format in LogFormat.allCases {
            let rendered = line(
                text, label: text, metadata: [text: .string(text), "list": [.string(text)], "d": [text: "x"]]
            )
            .rendered(format)
            for scalar in rendered.unicodeScalars {
                #expect(scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value), "\(format)")
                #expect(!(0x2028...0x202E).contains(scalar.value), "\(format)")
            }
        }
    }

    @Test(arguments: hostile.indices)
    func jsonGivesBackWhatWentIn(number: Int) throws {
        let text = Self.hostile[number]
        let object = try json(
            line(text, metadata: ["value": .string(text), "list": [.string(text), ["key": .string(text)]]]))
        #expect(object["message"] as? String == text)
        #expect(object["value"] as? String == text)
        let list = try #require(object["list"] as? [Any])
        #expect(list.first as? String == text)
        #expect((list.last as? [String: String]) == ["key": text])
    }

    @Test func jsonHasItsKeysFirstAndOnlyOnce() throws {
        let line = line(metadata: ["time": "noon", "message": "other", "metadata.time": "x", "z": "1"])
        let expected = """
            {"time":"2026-11-22T19:12:35.123Z","level":"info","logger":"leader","message":"address confirmed",\
            "metadata.message":"other","metadata.time":"x","metadata.metadata.time":"noon","z":"1"}
            """
        #expect(line.rendered(.json) == expected)
    }

    @Test func aValueDoesNotFillTheDisk() {
        let long = String(repeating: "x", count: 1_000_000)
        for format in LogFormat.allCases {
            #expect(line(long, metadata: ["v": .string(long)]).rendered(format).utf8.count < 10_000)
        }
    }
}
