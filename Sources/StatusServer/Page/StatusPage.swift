import HTTPTypes

/// The page for people: one self-contained HTML document that is complete without JavaScript, and keeps itself up to
/// date where there is.
///
/// The script takes over those parts of a newer page that differ, each an element with `data-part`, so that there is one
/// place that turns a report into HTML.
struct StatusPage: Sendable {
    let report: StatusReport
    /// Allows this page's own script and style sheet, and no other (Content Security Policy level 3, section 2.3.1).
    let nonce: String
    /// For a page that is already shown: without the style sheet and the script, which the policy of the shown page would
    /// refuse because of their nonce.
    var isUpdate = false

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

    /// Each family that is looked for.
    private var families: [(name: String, finding: StatusReport.Finding)] {
        [("IPv4", report.ipv4)] + (report.ipv6.map { [("IPv6", $0)] } ?? [])
    }

    private var title: String {
        let addresses = families.compactMap(\.finding.address)
        return "\(addresses.isEmpty ? "no address" : HTML.text(addresses.joined(separator: ", "))) – esddns"
    }

    private var records: String {
        Self.recordTable.html(
            of: report.records.filter { $0.phase != .synced } + report.records.filter { $0.phase == .synced },
            caption: "DNS records, those that are not in step first", empty: "No records are managed here.",
            now: report.time)
    }

    var html: String {
        let records = records
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(title)</title>
            <link rel="icon" href="data:,">
            \(isUpdate ? "" : "<style nonce=\"\(nonce)\">\(Self.styleSheet)</style>")
            </head>
            <body>
            <header>
            <h1>esddns <small>\(HTML.escaped(report.role.rawValue)) \(HTML.text(report.identity))</small></h1>
            <p id="connection">as of <time id="now" datetime="\(report.time.rfc3339(fractionDigits: 3))">\
            \(report.time.rfc3339())</time></p>
            <p id="news" class="unseen" role="status"></p>
            </header>
            <main>
            <div class="addresses" data-part="addresses">
            \(families.map(address).joined(separator: "\n"))
            </div>
            \(facts)
            <section><h2 id="h-records">Records</h2>
            <div data-part="records">
            \(records)
            </div></section>
            \(nodes(besides: records.utf8.count))
            <section><h2>Votes of the last round</h2>
            <div data-part="votes">
            \(families.map(votes).joined(separator: "\n"))
            </div></section>
            <section><h2>Changes of the address</h2>
            \(changes)
            </section>
            </main>
            <footer><a href="api/v1/status">JSON</a> <a href="metrics">Metrics</a> \
            <a href="healthz?verbose">Health</a> <a href="readyz?verbose">Readiness</a></footer>
            \(isUpdate ? "" : "<script nonce=\"\(nonce)\">\(Self.script)</script>")
            </body>
            </html>

            """
    }

    private func address(of family: String, _ finding: StatusReport.Finding) -> String {
        let condition = HTML.escaped(finding.condition.rawValue)
        return """
            <section class="address"><h2 class="label">\(family) address</h2>
            <p class="value" data-address>\(HTML.text(finding.address))</p>
            <p><span class="badge" data-state="\(condition)">\(condition)</span> \(Self.meaning(of: finding))</p>
            <p>since \(HTML.time(finding.addressSince)) (\(HTML.age(finding.addressSince, at: report.time))), \
            last confirmed \(HTML.age(finding.confirmedAt, at: report.time))</p></section>
            """
    }

    private static func meaning(of finding: StatusReport.Finding) -> String {
        switch finding.condition {
        case .unknown: "No round has ended yet."
        case .confirmed: "A quorum of sources agrees."
        case .unconfirmed where finding.address == nil: "No quorum of sources agreed yet."
        case .unconfirmed: "No quorum agreed in the last round; this is the last address that was confirmed."
        case .multipleEgress: "The sources see several addresses."
        }
    }

    private var facts: String {
        """
        <dl data-part="facts">
        <div><dt>Leader</dt><dd>\(HTML.text(report.leader))</dd></div>
        <div><dt>This process leads</dt><dd>\(report.leading ? "yes" : "no")</dd></div>
        <div><dt>Epoch</dt><dd>\(HTML.text(report.epoch.map(String.init)))</dd></div>
        <div><dt>Started</dt><dd>\(HTML.time(report.started))</dd></div>
        <div><dt>Version</dt><dd>\(HTML.text(report.version))</dd></div>
        </dl>
        """
    }

    private func votes(of family: String, _ finding: StatusReport.Finding) -> String {
        Self.voteTable.html(
            of: finding.votes, caption: "\(family): what each source answered",
            empty: "\(family): no round has ended here yet.", now: report.time)
    }

    private var changes: String {
        let timelines = families.map { ($0.name, AddressTimeline(changes: $0.finding.history, end: report.time)) }
        let tables = timelines.map { family, timeline in
            Self.changeTable.html(
                of: timeline.spans.reversed(), caption: "\(family): the newest first",
                empty: "\(family): none seen yet.", now: report.time)
        }
        return """
            <div data-part="timelines">
            \(timelines.map { family, timeline in timeline.svg(family: family) }.joined(separator: "\n"))
            </div>
            <div data-part="changes">
            \(tables.joined(separator: "\n"))
            </div>
            """
    }
}
