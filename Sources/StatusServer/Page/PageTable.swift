/// A table of the page whose rows are values of a report. On a narrow screen each row becomes a block of named lines.
struct PageTable<Row>: Sendable {
    /// One column.
    struct Column: Sendable {
        let title: String
        /// Whether the cell's look depends on its text.
        let isState: Bool
        /// The cell's content, escaped.
        let cell: @Sendable (Row, _ now: Timestamp) -> String

        init(_ title: String, isState: Bool = false, cell: @escaping @Sendable (Row, _ now: Timestamp) -> String) {
            self.title = title
            self.isState = isState
            self.cell = cell
        }
    }

    /// Class of the table, by which the style sheet finds the names of its lines.
    let name: String
    /// Most bytes that the rows may take together; what does not fit is counted below the table.
    let maximumBytes: Int
    let columns: [Column]

    /// - Parameters:
    ///   - caption: says what is listed, for those who cannot see what stands around it.
    ///   - empty: said where there is nothing to list.
    func html(of rows: some Sequence<Row>, caption: String, empty: String, now: Timestamp) -> String {
        var lines: [String] = []
        var bytes = 0
        var omitted = 0
        for row in rows {
            let line = html(of: row, now: now)
            bytes += line.utf8.count + 1
            // What comes after the first that is left out is left out too, so that the order stays what it seems.
            if bytes > maximumBytes || omitted > 0 { omitted += 1 } else { lines.append(line) }
        }
        if lines.isEmpty, omitted == 0 { return "<p class=\"empty\">\(HTML.escaped(empty))</p>" }
        let heads = columns.map { "<th scope=\"col\">\(HTML.escaped($0.title))</th>" }.joined()
        let more =
            omitted > 0
            ? "\n<p class=\"empty\">and \(omitted) more, in <a href=\"api/v1/status\">the JSON report</a></p>" : ""
        return """
            <table class="\(name)"><caption>\(HTML.escaped(caption))</caption>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(lines.joined(separator: "\n"))
            </tbody></table>\(more)
            """
    }

    private func html(of row: Row, now: Timestamp) -> String {
        let cells = columns.map { column in
            let cell = column.cell(row, now)
            return column.isState ? "<td data-state=\"\(cell)\">\(cell)</td>" : "<td>\(cell)</td>"
        }
        return "<tr>\(cells.joined())</tr>"
    }

    /// Rules that name a block's lines.
    var labels: String {
        columns.enumerated().map { ".\(name) td:nth-child(\($0 + 1))::before { content: \"\($1.title)\"; }" }
            .joined(separator: "\n")
    }
}
