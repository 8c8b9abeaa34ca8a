/// The last changes of one address as a picture: a bar from the oldest change that is remembered to now, divided where the
/// address changed.
struct AddressTimeline: Sendable {
    /// A time during which the address was the same.
    struct Span: Sendable, Equatable {
        var address: String
        var start: Timestamp
        /// How long it lasted, or has lasted so far.
        var seconds: Int64
        /// Which colour it has; the same address has the same one each time.
        var colour: Int
        /// Place in the picture.
        var left: Int
        var width: Int
    }

    static let width = 1000
    static let height = 40
    static let colours = 6
    /// What a span takes beside what its time gives it, so that short ones can be seen.
    private static let leastWidth = 12.0
    private static let gap = 2

    /// Oldest first.
    let spans: [Span]

    /// - Parameter changes: newest first.
    init(changes: [StatusReport.AddressChange], end: Timestamp) {
        let changes = Array(changes.prefix(StatusReport.maximumHistory).reversed())
        let starts = changes.map(\.time.secondsSinceEpoch)
        // A clock that was set back makes no negative spans.
        let seconds = zip(starts, starts.dropFirst() + [end.secondsSinceEpoch]).map { max($1 - $0, 0) }
        let total = seconds.reduce(0.0) { $0 + Double($1) }
        let shared = Double(Self.width) - Self.leastWidth * Double(changes.count)
        var colours: [String: Int] = [:]
        var spans: [Span] = []
        var edge = 0.0
        for (change, seconds) in zip(changes, seconds) {
            let share = total > 0 ? Double(seconds) / total : 1 / Double(changes.count)
            let next = edge + Self.leastWidth + shared * share
            let left = Int(edge.rounded())
            let colour = colours[change.address] ?? colours.count
            colours[change.address] = colour
            spans.append(
                Span(
                    address: change.address, start: change.time, seconds: seconds, colour: colour % Self.colours,
                    left: left, width: max(Int(next.rounded()) - left - Self.gap, 1)))
            edge = next
        }
        self.spans = spans
    }

    /// - Parameter family: `IPv4` or `IPv6`.
    func svg(family: String) -> String {
        guard let first = spans.first, let last = spans.last else { return "" }
        let bars = spans.map { span in
            let title = "\(HTML.text(span.address, atMost: 48)) for \(HTML.span(seconds: span.seconds))"
            return
                "<rect class=\"c\(span.colour)\" x=\"\(span.left)\" width=\"\(span.width)\" height=\"\(Self.height)\">"
                + "<title>\(title)</title></rect>"
        }
        let addresses = Set(spans.map(\.address)).count
        return """
            <figure><figcaption>\(family)</figcaption>
            <svg class="timeline" viewBox="0 0 \(Self.width) \(Self.height)" preserveAspectRatio="none" role="img" \
            aria-label="\(family): \(spans.count) changes among \(addresses) addresses, now \(HTML.text(last.address)); \
            the table below lists them">
            \(bars.joined(separator: "\n"))
            </svg>
            <p class="axis"><span>\(HTML.time(first.start))</span><span>now</span></p></figure>
            """
    }

    /// A small square in a span's colour.
    static func key(colour: Int) -> String {
        "<svg class=\"key\" viewBox=\"0 0 1 1\" aria-hidden=\"true\"><rect class=\"c\(colour)\" width=\"1\" height=\"1\"/></svg>"
    }
}
