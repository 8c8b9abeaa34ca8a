import NetworkPrimitives
import WANDetection

extension DetectionReport {
    /// A table for people: one line for each source, and the decision below.
    ///
    /// - Parameter isColored: for terminals.
    public func table(isColored: Bool) -> String {
        var table = TextTable(
            ["SOURCE", "OPERATOR", "TRANSPORT", "ANSWER", "TIME", "COUNTED"], rightAligned: [4])
        for vote in votes {
            table.add(
                [
                    vote.source.description, vote.source.operatorName, vote.source.transport.rawValue,
                    vote.address?.description ?? "-", vote.duration.map(Self.milliseconds) ?? "-",
                    vote.counts ? "yes" : "no: \(vote.error ?? "")",
                ], vote.counts ? .plain : vote.address == nil ? .quiet : .bad)
        }
        let decision = (isConfirmed ? Tone.good : .bad).painted("\(condition): \(explanation)", isColored: isColored)
        return (table.lines(isColored: isColored) + ["", decision]).map { $0 + "\n" }.joined()
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let micros = Int((duration / .microseconds(1)).rounded())
        let fraction = String(micros % 1000 / 10)
        return "\(micros / 1000).\(fraction.count < 2 ? "0" + fraction : fraction) ms"
    }
}
