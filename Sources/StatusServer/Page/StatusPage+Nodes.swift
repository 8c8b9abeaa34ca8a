/// The nodes of the cluster. A line each is what there is room for: there may be hundreds.
extension StatusPage {
    /// Most bytes that records and nodes take together, but nodes alone have room in any case.
    private static let bytesOfRecordsAndNodes = 22_000
    private static let fewestBytes = 6_000

    /// - Parameter recordBytes: how long the table of records is.
    func nodes(besides recordBytes: Int) -> String {
        guard let nodes = report.nodes else { return "" }
        let limit = max(Self.fewestBytes, Self.bytesOfRecordsAndNodes - recordBytes)
        var lines: [String] = []
        var bytes = 0
        var omitted = 0
        // Those that could not write something come first.
        for node in nodes.filter({ $0.failed > 0 }) + nodes.filter({ $0.failed == 0 }) {
            let line = line(of: node)
            bytes += line.utf8.count + 1
            if bytes > limit || omitted > 0 { omitted += 1 } else { lines.append(line) }
        }
        let list =
            nodes.isEmpty
            ? "<p class=\"empty\">No node has reported on a record yet.</p>"
            : "<ul class=\"nodes\" aria-labelledby=\"h-nodes\">\n\(lines.joined(separator: "\n"))\n</ul>"
        let more =
            omitted > 0
            ? "\n<p class=\"empty\">and \(omitted) more, in <a href=\"api/v1/status\">the JSON report</a></p>" : ""
        return """
            <section><h2 id="h-nodes">Nodes</h2>
            <div data-part="nodes">
            \(list)\(more)
            </div></section>
            """
    }

    /// `node-1, 3 records, 5 min ago`. HTML lets the end of a list's item be left out.
    private func line(of node: StatusReport.Node) -> String {
        let records = node.records == 1 ? "" : " \(node.records) records,"
        let failed = node.failed == 0 ? "" : " <b data-state=\"Failed\">\(node.failed) failed</b>,"
        let age = HTML.span(seconds: report.time.secondsSinceEpoch - (node.updated ?? report.time).secondsSinceEpoch)
        let time = (node.updated ?? report.time).rfc3339()
        return
            "<li>\(HTML.text(node.name, atMost: 63)),\(records)\(failed) <time datetime=\"\(time)\" data-age>\(age) ago</time>"
    }
}
