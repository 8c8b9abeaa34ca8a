import TestSupport
import Testing

@testable import OperatorCore

@Suite struct WatchLineDecoderTests {
    private func lines(_ chunks: [[UInt8]], _ decoder: inout WatchLineDecoder) throws -> [String] {
        var lines: [String] = []
        for chunk in chunks {
            decoder.append(chunk)
            while let line = try decoder.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        return lines
    }

    /// Lines of characters of one to four bytes, cut anywhere, also inside a character.
    @Test func anySplitGivesTheSameLines() throws {
        let expected = ["", "{\"a\":\"é\"}", "😀€", "x", String(repeating: "ß", count: 300), ""]
        let bytes = Array((expected.joined(separator: "\n") + "\nrest").utf8)
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            var chunks: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 0...40, using: &generator)
                chunks.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            var decoder = WatchLineDecoder()
            #expect(try lines(chunks, &decoder) == expected)
            #expect(Array(decoder.remainder) == Array("rest".utf8))
        }
    }

    @Test func aLineMayBeAsLongAsTheLimitAndNoLonger() throws {
        var decoder = WatchLineDecoder(maximumLineBytes: 4)
        #expect(try lines([Array("1234\n".utf8)], &decoder) == ["1234"])
        #expect(throws: WatchLineDecoder.LineTooLong.self) { try lines([Array("12345\n".utf8)], &decoder) }
        // Nor is the end of a long line waited for.
        var open = WatchLineDecoder(maximumLineBytes: 4)
        #expect(throws: WatchLineDecoder.LineTooLong.self) { try lines([Array("12".utf8), Array("345".utf8)], &open) }
    }

    @Test func whatCameBeforeALineThatIsTooLongIsHandedOut() throws {
        var decoder = WatchLineDecoder(maximumLineBytes: 4)
        decoder.append(Array("ab\n123456".utf8))
        #expect(try decoder.next().map(Array.init) == Array("ab".utf8))
        #expect(throws: WatchLineDecoder.LineTooLong.self) { try decoder.next() }
    }
}
