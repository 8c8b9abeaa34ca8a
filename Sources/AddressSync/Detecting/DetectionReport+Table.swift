import NetworkPrimitives
import WANDetection

extension DetectionReport {
    private enum Tone: String {
        case plain = ""
        case good = "\u{1B}[32m"
        case bad = "\u{1B}[31m"
        case quiet = "\u{1B}[2m"
    }

    /// A table for people: one line for each source, and the decision below.
    ///
    /// - Parameter isColored: for terminals.
    public func table(isColored: Bool) -> String {
        let head = ["SOURCE", "OPERATOR", "TRANSPORT", "ANSWER", "TIME", "COUNTED"]
        let rows = votes.map { vote in
            [
                vote.source.description, vote.source.operatorName, vote.source.transport.rawValue,
                vote.address?.description ?? "-", vote.duration.map(Self.milliseconds) ?? "-",
                vote.counts ? "yes" : "no: \(vote.error ?? "")",
            ]
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            // The last column is the longest; padding it would only make lines wrap.
            zip(cells, widths).enumerated().map { index, pair in
                let (cell, width) = pair
                let padding = String(repeating: " ", count: width - cell.count)
                return index == cells.count - 1 ? cell : index == 4 ? padding + cell : cell + padding
            }.joined(separator: "  ")
        }
        func painted(_ text: String, _ tone: Tone) -> String {
            isColored && tone != .plain ? "\(tone.rawValue)\(text)\u{1B}[0m" : text
        }
        var lines = [painted(line(head), .quiet)]
        for (vote, row) in zip(votes, rows) {
            lines.append(painted(line(row), vote.counts ? .plain : vote.address == nil ? .quiet : .bad))
        }
        lines.append("")
        lines.append(painted("\(condition): \(explanation)", isConfirmed ? .good : .bad))
        return lines.map { $0 + "\n" }.joined()
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let micros = Int((duration / .microseconds(1)).rounded())
        let fraction = String(micros % 1000 / 10)
        return "\(micros / 1000).\(fraction.count < 2 ? "0" + fraction : fraction) ms"
    }
}
