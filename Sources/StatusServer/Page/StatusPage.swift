import HTTPTypes

/// The page for people: one self-contained HTML document that is complete without JavaScript, and keeps itself up to
/// date where there is.
struct StatusPage: Sendable {
    let report: StatusReport
    /// Allows this page's own script and style sheet, and no other (Content Security Policy level 3, section 2.3.1).
    let nonce: String

    /// 128 random bits in base64url.
    static func makeNonce() -> String {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        return String(
            decoding: (0..<22).map { _ in alphabet[Int(generator.next(upperBound: UInt64(alphabet.count)))] },
            as: UTF8.self
        )
    }

    var response: StatusResponse {
        var response = StatusResponse(.ok, contentType: "text/html; charset=utf-8", body: html.utf8)
        response.headers[.contentSecurityPolicy] = """
            default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; connect-src 'self'; \
            img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
            """
        return response
    }

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(HTML.escaped(report.address ?? "no address")) – esddns</title>
        <link rel="icon" href="data:,">
        <style nonce="\(nonce)">\(Self.styleSheet)</style>
        </head>
        <body>
        <header>
        <h1>esddns <small>\(HTML.escaped(report.role.rawValue)) \(HTML.escaped(report.identity))</small></h1>
        <p id="connection" role="status">as of \(HTML.time(report.time))</p>
        </header>
        <main>
        <section class="address">
        <p class="label">WAN address</p>
        <p class="value" data-field="address">\(HTML.text(report.address))</p>
        <p><span class="badge" data-field="condition" data-state="\(HTML.escaped(report.condition.rawValue))">\
        \(HTML.escaped(report.condition.rawValue))</span>
        since <span data-field="addressSince">\(HTML.time(report.addressSince))</span>,
        last confirmed <span data-field="confirmedAt">\(HTML.time(report.confirmedAt))</span></p>
        </section>
        <dl>
        <div><dt>Leader</dt><dd data-field="leader">\(HTML.text(report.leader))</dd></div>
        <div><dt>This process leads</dt><dd data-field="leading">\(report.leading ? "yes" : "no")</dd></div>
        <div><dt>Epoch</dt><dd data-field="epoch">\(HTML.text(report.epoch.map(String.init)))</dd></div>
        <div><dt>Started</dt><dd data-field="started">\(HTML.time(report.started))</dd></div>
        <div><dt>Version</dt><dd data-field="version">\(HTML.escaped(report.version))</dd></div>
        </dl>
        \(Self.recordColumns.table(of: report.records, title: "Records", key: "records", empty: "No records are managed here."))
        \(Self.voteColumns.table(of: report.votes, title: "Votes of the last round", key: "votes", empty: "No round has ended yet."))
        \(Self.historyColumns.table(of: report.history, title: "Changes of the address", key: "history", empty: "None seen yet."))
        </main>
        <footer><a href="api/v1/status">JSON</a> <a href="metrics">Metrics</a> \
        <a href="healthz?verbose">Health</a> <a href="readyz?verbose">Readiness</a></footer>
        <script nonce="\(nonce)">\(Self.script)</script>
        </body>
        </html>

        """
    }

    // The keys are those of the JSON report: the script fills the same cells from there.
    private static let recordColumns: [Column<StatusReport.Record>] = [
        Column("Record", key: "name") { HTML.text($0.name) },
        Column("Type", key: "type") { HTML.text($0.type) },
        Column("Phase", key: "phase", isState: true) { HTML.text($0.phase.rawValue) },
        Column("Desired", key: "desired") { HTML.text($0.desired) },
        Column("Observed", key: "observed") { HTML.text($0.observed) },
        Column("Provider", key: "provider") { HTML.text($0.provider) },
        Column("Node", key: "node") { HTML.text($0.node) },
        Column("Reported", key: "updated") { HTML.time($0.updated) },
        Column("Error", key: "error") { HTML.text($0.error) },
    ]
    private static let voteColumns: [Column<StatusReport.Vote>] = [
        Column("Source", key: "source") { HTML.text($0.source) },
        Column("Transport", key: "transport") { HTML.text($0.transport) },
        Column("Operator", key: "operator") { HTML.text($0.operatorName) },
        Column("Address", key: "address") { HTML.text($0.address) },
        Column("Time", key: "seconds") { HTML.text($0.seconds.map(HTML.milliseconds)) },
        Column("Error", key: "error") { HTML.text($0.error) },
    ]
    private static let historyColumns: [Column<StatusReport.AddressChange>] = [
        Column("Time", key: "time") { HTML.time($0.time) },
        Column("Address", key: "address") { HTML.text($0.address) },
    ]
}

/// One column of a table whose rows are values of a report.
struct Column<Row>: Sendable {
    let title: String
    /// The row's field in JSON.
    let key: String
    /// Whether the cell's look depends on its text.
    let isState: Bool
    /// The cell's content, escaped.
    let cell: @Sendable (Row) -> String

    init(_ title: String, key: String, isState: Bool = false, cell: @escaping @Sendable (Row) -> String) {
        self.title = title
        self.key = key
        self.isState = isState
        self.cell = cell
    }
}

extension Array {
    fileprivate func table<Row>(of rows: [Row], title: String, key: String, empty: String) -> String
    where Element == Column<Row> {
        let heads = map { "<th scope=\"col\" data-key=\"\($0.key)\">\(HTML.escaped($0.title))</th>" }.joined()
        let body = rows.map { row in
            let cells = map { column in
                let cell = column.cell(row)
                return column.isState ? "<td data-state=\"\(cell)\">\(cell)</td>" : "<td>\(cell)</td>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        return """
            <section>
            <h2>\(HTML.escaped(title))</h2>
            <div class="scroll"><table data-rows="\(key)">
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(body.joined(separator: "\n"))
            </tbody>
            </table></div>
            <p class="empty"\(rows.isEmpty ? "" : " hidden")>\(HTML.escaped(empty))</p>
            </section>
            """
    }
}
