import Testing

@testable import StatusServer

@Suite struct AddressTimelineTests {
    /// - Parameter changes: newest first.
    private func timeline(_ changes: [(String, Int64)], end: Int64) -> AddressTimeline {
        AddressTimeline(
            changes: changes.map { .init(address: $0.0, time: Timestamp(secondsSinceEpoch: $0.1)) },
            end: Timestamp(secondsSinceEpoch: end))
    }

    @Test func nothingIsNoPicture() {
        #expect(timeline([], end: 10).svg(family: "IPv4") == "")
    }

    @Test func oneAddressIsOneBar() {
        let spans = timeline([("a", 5)], end: 10).spans
        #expect(spans.count == 1)
        #expect(spans[0].left == 0 && spans[0].width == AddressTimeline.width - 2 && spans[0].seconds == 5)
    }

    @Test func widthsFollowTheTimes() {
        let spans = timeline([("a", 900), ("b", 100), ("a", 0)], end: 1000).spans
        #expect(spans.map(\.address) == ["a", "b", "a"])
        #expect(spans.map(\.seconds) == [100, 800, 100])
        #expect(spans[0].width < spans[1].width)
        #expect(abs(spans[0].width - spans[2].width) <= 1)
        #expect(spans.map(\.colour) == [0, 1, 0], "an address that returns looks as before")
    }

    @Test func shortSpansCanBeSeenAndNothingOverlaps() {
        let changes = (0..<20).map { ("address \($0)", Int64(1_000_000 - $0)) } + [("first", 0)]
        let spans = timeline(changes, end: 2_000_000).spans
        #expect(spans.count == 20, "no more than are remembered")
        #expect(spans.allSatisfy { $0.width >= 9 })
        for (one, next) in zip(spans, spans.dropFirst()) { #expect(one.left + one.width < next.left) }
        #expect((spans.last.map { $0.left + $0.width } ?? 0) <= AddressTimeline.width)
    }

    @Test(arguments: [[("b", Int64(5)), ("a", 10)], [("b", 10), ("a", 10)], [("b", .max), ("a", 0)]])
    func aClockThatWasSetBackDoesNoHarm(changes: [(String, Int64)]) {
        let spans = timeline(changes, end: 7).spans
        #expect(spans.allSatisfy { $0.seconds >= 0 && $0.width > 0 && $0.left >= 0 })
    }

    @Test func addressesAreEscaped() {
        let svg = timeline([("<script>", 1)], end: 2).svg(family: "IPv4")
        #expect(!svg.contains("<script>") && svg.contains("&lt;script&gt;"))
    }
}
