import HTTPTypes
import Testing

@testable import StatusServer

@Suite struct StatusPageTests {
    private func html(_ report: StatusReport) -> String { StatusPage(report: report, nonce: "N0NCE").html }

    @Test func showsWhatTheReportSays() {
        let html = html(.full)
        for text in [
            "198.51.100.7", "Confirmed", "pod-a_uuid", "184467", "stun.example.net:3478", "12.3 ms", "timed out",
            "home.example.com", "Synced", "gandi", "node-1", "1.2.3",
            #"<time datetime="2026-11-22T19:10:00Z">2026-11-22 19:10:00 UTC</time>"#,
            #"<time datetime="2026-11-22T19:10:01Z" title="2026-11-22 19:10:01 UTC" data-age>2 min ago</time>"#,
        ] {
            #expect(html.contains(text), "\(text)")
        }
    }

    @Test func saysSoWhereNothingIsKnown() {
        let html = html(FixedReporter().status)
        #expect(html.contains("<title>no address – esddns</title>"))
        #expect(html.contains("No round has ended yet."))
        #expect(html.contains("IPv4: none seen yet.") && !html.contains("IPv6"))
        #expect(html.contains(#"<p class="value" data-address>–</p>"#))
    }

    @Test func showsIPv6BesideIPv4() {
        var report = StatusReport.full
        report.ipv6 = .init(condition: .unconfirmed, votes: [.init(source: "six", transport: "udp", operatorName: "o")])
        report.ipv6?.addressChanged(to: "2001:db8::7", at: Timestamp(secondsSinceEpoch: 1_795_374_500))
        let html = html(report)
        #expect(html.contains("<title>198.51.100.7, 2001:db8::7 – esddns</title>"))
        #expect(html.contains(#"<p class="value" data-address>2001:db8::7</p>"#))
        #expect(html.contains("this is the last address that was confirmed"))
        #expect(html.contains("<td>six</td>"))
        #expect(html.split(separator: #"<svg class="timeline""#).count == 3)
    }

    @Test func recordsThatNeedAttentionComeFirst() throws {
        var report = StatusReport.full
        report.records.append(
            .init(name: "vpn.example.com", type: "AAAA", phase: .failed, provider: "gandi", error: "no"))
        let html = html(report)
        let failed = try #require(html.firstRange(of: "<td>vpn.example.com</td>"))
        let synced = try #require(html.firstRange(of: "<td>home.example.com</td>"))
        #expect(failed.lowerBound < synced.lowerBound)
    }

    /// As much as a process can have to tell: more records than fit, both families, and every address and text long.
    private func crowded(_ text: String) -> StatusReport {
        var finding = StatusReport.Finding(
            condition: .multipleEgress,
            votes: (0..<30).map {
                .init(
                    source: "\($0)\(text)", transport: text, operatorName: text, address: text, error: text,
                    seconds: 1.25)
            })
        for number in 0..<30 {
            finding.addressChanged(
                to: "2001:db8:aaaa:bbbb:cccc:dddd:eeee:\(1000 + number)",
                at: Timestamp(secondsSinceEpoch: 1_795_300_000 + Int64(number) * 1000))
        }
        var report = StatusReport(
            role: .standalone, identity: text, leading: true, version: text, started: Timestamp(secondsSinceEpoch: 0),
            time: Timestamp(secondsSinceEpoch: 1_795_374_755), leader: text, epoch: .max,
            records: (0..<500).map {
                .init(
                    name: "host-\($0).example.com", type: "AAAA", phase: .failed, desired: text, observed: text,
                    provider: text, node: text, error: text, updated: Timestamp(secondsSinceEpoch: 0))
            },
            nodes: (0..<1000).map {
                .init(name: "\($0)\(text)", records: 2, failed: 1, updated: .init(secondsSinceEpoch: 0))
            })
        report.ipv4 = finding
        report.ipv6 = finding
        return report
    }

    @Test(arguments: ["a text of usual length", String(repeating: "<'\"&🌍>", count: 300)])
    func neverGrowsBeyond60Kilobytes(text: String) {
        let html = html(crowded(text))
        #expect(html.utf8.count <= 60_000)
        #expect(html.contains(" more, in <a href=\"api/v1/status\">the JSON report</a>"))
    }

    /// What a cluster of a good size has to tell on an ordinary day.
    @Test func twoHundredNodesAndTwentyChangesFit() {
        let html = html(.largeCluster)
        #expect(html.utf8.count <= 60_000)
        for number in [0, 199] { #expect(html.contains("<li>node-\(number), ")) }
        #expect(!html.contains(" more, in "))
        #expect(html.split(separator: "<svg class=\"timeline\"").count == 2)
    }

    @Test func nodesThatCouldNotWriteComeFirst() throws {
        var report = StatusReport.full
        report.nodes = [
            .init(name: "a", records: 1, updated: report.time),
            .init(name: "b", records: 3, failed: 2, updated: report.time),
        ]
        let html = html(report)
        let failed = try #require(html.firstRange(of: #"<li>b, 3 records, <b data-state="Failed">2 failed</b>, <time"#))
        let fine = try #require(html.firstRange(of: "<li>a, <time"))
        #expect(failed.lowerBound < fine.lowerBound)
        report.nodes = []
        #expect(self.html(report).contains("No node has reported on a record yet."))
        report.nodes = nil
        #expect(!self.html(report).contains("h-nodes"))
    }

    @Test func nothingFromOutsideBecomesMarkup() {
        let attack = #"</script><script>alert(1)</script>"' onload="x" <img src=x onerror=alert(1)>&"#
        var report = StatusReport(
            role: .updater, identity: attack, leading: false, version: attack,
            started: Timestamp(secondsSinceEpoch: 0), leader: attack, address: attack,
            votes: [.init(source: attack, transport: attack, operatorName: attack, address: attack, error: attack)],
            records: [
                .init(
                    name: attack, type: attack, phase: .failed, desired: attack, observed: attack, provider: attack,
                    node: attack, error: attack
                )
            ],
            nodes: [.init(name: attack, records: 1)]
        )
        report.addressChanged(to: attack + "2", at: Timestamp(secondsSinceEpoch: 0))
        let html = html(report)
        #expect(!html.contains("<img"))
        #expect(!html.contains("<script>"))
        #expect(!html.contains(#"onload=""#))
        #expect(html.split(separator: "<script").count == 2)
        #expect(html.split(separator: "</script>").count == 2)
        #expect(html.contains("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=&quot;x&quot;"))
    }

    @Test func onlyItsOwnScriptMayRun() throws {
        let response = StatusPage(report: .full, nonce: "N0NCE").response
        let policy = try #require(response.headers[.contentSecurityPolicy])
        #expect(policy.hasPrefix("default-src 'none'; script-src 'nonce-N0NCE'; style-src 'nonce-N0NCE';"))
        #expect(policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        let html = html(.full)
        #expect(html.contains(#"<script nonce="N0NCE">"#))
        #expect(html.contains(#"<style nonce="N0NCE">"#))
        #expect(!html.contains(" style="))
        #expect(!html.contains("http://") && !html.contains("https://"), "nothing is loaded from elsewhere")
    }

    @Test func theScriptParsesNothingInPlace() {
        // What it takes over was parsed in a document of its own, where nothing runs.
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
            #expect(!StatusPage.script.contains(word))
        }
        #expect(!StatusPage.script.contains("</"))
    }

    @Test func anUpdateIsThePageWithoutStyleAndScript() {
        let update = StatusPage(report: .full, nonce: "N0NCE", isUpdate: true).html
        #expect(!update.contains("<style") && !update.contains("<script") && !update.contains("N0NCE"))
        let main = html(.full).split(separator: "<main>").last?.split(separator: "</main>").first
        #expect(main != nil && main == update.split(separator: "<main>").last?.split(separator: "</main>").first)
    }

    @Test func everyPageHasANonceOfItsOwn() {
        let nonces = Set((0..<100).map { _ in StatusPage.makeNonce() })
        #expect(nonces.count == 100)
        #expect(nonces.allSatisfy { $0.utf8.count == 22 })
    }

    @Test(arguments: [
        ("a&b", "a&amp;b"), ("<>\"'", "&lt;&gt;&quot;&#39;"), ("tab\tnul\0esc\u{1B}", "tab\tnul\u{FFFD}esc\u{FFFD}"),
        ("Grüße 🌍", "Grüße 🌍"),
    ])
    func escapes(text: String, expected: String) {
        #expect(HTML.escaped(text) == expected)
    }

    @Test(arguments: [
        (-5, "0 s"), (0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"), (172_800, "2 d"),
    ])
    func spansHaveOneUnit(seconds: Int64, expected: String) {
        #expect(HTML.span(seconds: seconds) == expected)
    }

    @Test func longTextsAreCut() {
        #expect(HTML.text("abc", atMost: 3) == "abc")
        #expect(HTML.text("ab<d", atMost: 3) == "ab&lt;…")
    }

    @Test(arguments: [(0.0123, "12.3 ms"), (0, "0.0 ms"), (1.5, "1500.0 ms"), (.nan, "–"), (.infinity, "–")])
    func durationsArePlain(seconds: Double, expected: String) {
        #expect(HTML.milliseconds(seconds) == expected)
    }
}
