import CurlHTTP
import Foundation
import Testing

@testable import AddressSync
@testable import StatusServer

/// `docs/metrics.md` against the declarations and against what the executables serve.
@Suite(.timeLimit(.minutes(2))) struct MetricsDocumentTests {
    private struct Row {
        var type: String
        var labels: Set<String>
        var meaning: String
        var example: String
    }

    private static func rows() throws -> [String: Row] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/metrics.md")
        var rows: [String: Row] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") where line.hasPrefix("| `") {
            // The cell of a metric without labels is empty.
            let parts = line.dropFirst().dropLast().replacingOccurrences(of: " | | ", with: " |  | ")
                .components(separatedBy: " | ").map { $0.trimmingCharacters(in: .whitespaces) }
            try #require(parts.count == 5, "\(line)")
            func code(_ text: String) -> [String] {
                text.components(separatedBy: ",").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "` ")) }
                    .filter { !$0.isEmpty }
            }
            let name = try #require(code(parts[0]).first)
            #expect(rows[name] == nil, "\(name) is listed twice")
            rows[name] = Row(type: parts[1], labels: Set(code(parts[2])), meaning: parts[3], example: parts[4])
        }
        return rows
    }

    @Test func eachMetricIsInTheTableAndNoOther() throws {
        let rows = try Self.rows()
        let declared = MetricDescriptions.all.map(\.label)
        let made = ["esddns_build_info", "esddns_metrics_dropped_series_total"]
        let process = ProcessMetrics.names.map { $0 == "process_cpu_seconds" ? "process_cpu_seconds_total" : $0 }
        let all = Set(declared + made + process + StatusMetrics.names)
        #expect(all.subtracting(rows.keys).isEmpty, "not in docs/metrics.md")
        #expect(Set(rows.keys).subtracting(all).isEmpty, "in docs/metrics.md, but nowhere else")
        for (label, help) in MetricDescriptions.all { #expect(rows[label]?.meaning == help, "\(label)") }
        for (name, row) in rows { #expect(row.example.contains(name), "\(name)") }
    }

    /// Every family that a leader and an updater serve.
    @Test(arguments: [("esddns-leader", Site.Role.leader), ("esddns-updater", .updater)])
    func theTableIsWhatIsServed(name: String, role: Site.Role) async throws {
        let rows = try Self.rows()
        try await Site.run { site in
            if role == .updater { try site.start(.leader, "leader-1") }
            try site.makeAccount(name, role)
            let environment = site.environment(of: name, ["LISTEN": "127.0.0.1:0", "LOG_FORMAT": "json"])
            let (process, port) = try await ExecutableMetricsTests.start(name, environment)
            defer {
                process.terminate()
                process.waitUntilExit()
            }
            await site.waitForPublished(addressA)
            if role == .updater { await site.waitForEntry { $0.phase == .synced } }
            let text = try await withHTTPClient { client in
                String(
                    decoding: try await client.send(HTTPClientRequest(url: "http://127.0.0.1:\(port)/metrics")).body,
                    as: UTF8.self)
            }
            var types: [String: String] = [:]
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ", maxSplits: 3).map(String.init)
                switch words.prefix(2) {
                case ["#", "HELP"]: #expect(rows[words[2]]?.meaning == words[3], "\(words[2])")
                case ["#", "TYPE"]:
                    types[words[2]] = words[3]
                    #expect(rows[words[2]]?.type == words[3], "\(words[2])")
                default:
                    let sample = line.prefix { $0 != "{" && $0 != " " }
                    let family =
                        ["_bucket", "_sum", "_count"].lazy.filter(sample.hasSuffix)
                        .map { String(sample.dropLast($0.count)) }.first { types[$0] == "histogram" } ?? String(sample)
                    let labels = Set(line.matches(of: /([a-zA-Z_]+)="/).map { String($0.1) }).subtracting(["le"])
                    #expect(rows[family]?.labels == labels, "\(line)")
                }
            }
            #expect(types.count > 15)
        }
    }
}
