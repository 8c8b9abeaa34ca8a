/// The results for people: a row for each figure, and one more for each further peer.
struct ResultTable: CustomStringConvertible {
    private static let head = ["", "value", "unit", "target", "", "peer", "peer's", "ratio"]

    let results: [BenchmarkResult]

    var description: String {
        var lines: [[String]?] = [Self.head]
        for result in results {
            lines.append(nil)
            switch result.outcome {
            case .success(let figures): lines += figures.flatMap(rows)
            case .failure(let error): lines.append(["\(result.name): failed: \(error)"])
            }
        }
        let rows = lines.compactMap(\.self)
        // A line of one cell is a sentence; it does not widen the first column.
        let widths = Self.head.indices.map { column in
            rows.filter { $0.count > 1 }.map { $0[column].count }.max() ?? 0
        }
        return lines.map { row in
            guard let row else { return "" }
            guard row.count > 1 else { return row[0] }
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                // Numbers to the right, words to the left.
                return [1, 6, 7].contains(column) ? padding + cell : cell + padding
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    private func rows(_ figure: Figure) -> [[String]] {
        let statistic = figure.statistic.description
        let value = figure.value.map(Number.text) ?? "none"
        let verdict = figure.meetsTarget.map { $0 ? "met" : "MISSED" } ?? ""
        let first = [
            "\(figure.what)\(statistic.isEmpty ? "" : ", \(statistic) of \(figure.samples.count)")", value, figure.unit,
            figure.target?.description ?? "", verdict,
        ]
        let peers = figure.peers.map { peer -> [String] in
            switch peer.outcome {
            case .measured:
                let value = figure.value(of: peer).map(Number.text) ?? "none"
                return [peer.name, value, figure.ratio(to: peer).map(Number.text) ?? ""]
            case .missing(let why):
                // The lines of JSON have all of it.
                let line = why.split(whereSeparator: \.isNewline).joined(separator: " ")
                return ["\(peer.name): \(line.count > 60 ? line.prefix(60) + "…" : line[...])", "", ""]
            }
        }
        let blank = ["", "", "", "", ""]
        return [first + (peers.first ?? ["", "", ""])] + peers.dropFirst().map { blank + $0 }
    }
}
