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
            #"<time datetime="2026-11-22T19:10:00Z">2026-11-22T19:10:00Z</time>"#,
        ] {
            #expect(html.contains(text), "\(text)")
        }
    }

    @Test func saysSoWhereNothingIsKnown() {
        let html = html(FixedReporter().status)
        #expect(html.contains("<title>no address – esddns</title>"))
        #expect(html.contains("No round has ended yet."))
        #expect(html.contains(#"<p class="value" data-field="address">–</p>"#))
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
            ]
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

    @Test func theScriptWritesTextOnly() {
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
            #expect(!StatusPage.script.contains(word))
        }
        #expect(!StatusPage.script.contains("</"))
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

    @Test(arguments: [(0.0123, "12.3 ms"), (0, "0.0 ms"), (1.5, "1500.0 ms"), (.nan, "–"), (.infinity, "–")])
    func durationsArePlain(seconds: Double, expected: String) {
        #expect(HTML.milliseconds(seconds) == expected)
    }
}
