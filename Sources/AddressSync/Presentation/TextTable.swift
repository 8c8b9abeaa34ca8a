/// Rows in columns, for people.
struct TextTable {
    private let head: [String]
    private let isRightAligned: Set<Int>
    private var rows: [(cells: [String], tone: Tone)] = []

    /// - Parameters:
    ///   - head: the columns' names; empty for a table without.
    ///   - isRightAligned: columns of numbers.
    init(_ head: [String] = [], rightAligned isRightAligned: Set<Int> = []) {
        self.head = head
        self.isRightAligned = isRightAligned
    }

    mutating func add(_ cells: [String], _ tone: Tone = .plain) { rows.append((cells, tone)) }

    /// One text for each row, the head first.
    func lines(isColored: Bool) -> [String] {
        let all = (head.isEmpty ? [] : [(cells: head, tone: Tone.quiet)]) + rows
        let columns = all.map(\.cells.count).max() ?? 0
        let widths = (0..<columns).map { column in
            all.map { column < $0.cells.count ? $0.cells[column].count : 0 }.max() ?? 0
        }
        return all.map { row in
            let line = row.cells.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                if isRightAligned.contains(column) { return padding + cell }
                // The last column is the longest; padding it would only make lines wrap.
                return column == row.cells.count - 1 ? cell : cell + padding
            }.joined(separator: "  ")
            return row.tone.painted(line, isColored: isColored)
        }
    }
}
