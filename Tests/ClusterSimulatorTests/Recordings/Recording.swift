import Foundation
import Testing

/// One recorded exchange with a real API server.
struct RecordedExchange: Sendable, CustomTestStringConvertible {
    var file: String
    var comment: String
    var method: String
    var target: String
    var requestHeaders: [(name: String, value: String)]
    var requestBody: String?
    var status: Int
    var headers: [String: String]
    /// The body as recorded; of a watch, its lines.
    var body: String
    var isStream: Bool

    var testDescription: String { "\(file): \(comment.isEmpty ? "\(method) \(target)" : comment)" }
}

/// The recordings, where this machine has them.
enum Recordings {
    static let version = "kube-apiserver-1.36"

    /// `ESDDNS_RECORDINGS`, or `../shared/recordings` beside the package.
    static let directory: URL? = {
        let root: URL
        if let path = ProcessInfo.processInfo.environment["ESDDNS_RECORDINGS"] {
            root = URL(fileURLWithPath: path, isDirectory: true)
        } else {
            var package = URL(fileURLWithPath: #filePath)
            for _ in 0..<4 { package.deleteLastPathComponent() }
            root = package.appendingPathComponent("../shared/recordings").standardizedFileURL
        }
        let directory = root.appendingPathComponent(version, isDirectory: true)
        return FileManager.default.fileExists(atPath: directory.path) ? directory : nil
    }()

    static let missing: Comment = """
        SKIPPED: the recordings of a real kube-apiserver are not here, so that nothing shows whether the simulator agrees \
        with it. Put them beside the package as ../shared/recordings, or name their directory in ESDDNS_RECORDINGS.
        """

    static func load() throws -> [RecordedExchange] {
        guard let directory else { return [] }
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        return try files.filter { $0.hasSuffix(".txt") }.sorted().flatMap { name in
            let text = try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
            return parse(text, file: name)
        }
    }

    static func parse(_ text: String, file: String) -> [RecordedExchange] {
        var exchanges: [RecordedExchange] = []
        var comment = ""
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
        while let line = lines.popFirst() {
            if line.hasPrefix("# ") {
                comment = String(line.dropFirst(2))
            } else if line.hasPrefix("> ") {
                exchanges.append(parseExchange(first: line, &lines, file: file, comment: comment))
                comment = ""
            } else if line.isEmpty, exchanges.isEmpty {
                // What stands above the first empty line is about the file.
                comment = ""
            }
        }
        return exchanges
    }

    private static func parseExchange(
        first: String, _ lines: inout ArraySlice<String>, file: String, comment: String
    ) -> RecordedExchange {
        let parts = first.dropFirst(2).split(separator: " ").map(String.init)
        var exchange = RecordedExchange(
            file: file, comment: comment, method: parts[0], target: parts[1], requestHeaders: [], status: 0,
            headers: [:], body: "", isStream: false)
        while let line = lines.first, line.hasPrefix(">") {
            lines.removeFirst()
            let content = String(line.dropFirst(2))
            if content.isEmpty {
                exchange.requestBody = lines.popFirst().map { String($0.dropFirst(2)) }
            } else if let (name, value) = header(content) {
                exchange.requestHeaders.append((name, value))
            }
        }
        let statusLine = lines.popFirst() ?? ""
        exchange.status = Int(statusLine.split(separator: " ").dropFirst(2).first ?? "") ?? 0
        while let line = lines.popFirst(), line != "<" {
            if let (name, value) = header(String(line.dropFirst(2))) { exchange.headers[name.lowercased()] = value }
        }
        var body: [String] = []
        while let line = lines.first, !line.isEmpty {
            lines.removeFirst()
            body.append(body.isEmpty || line.hasPrefix("< [") ? String(line.dropFirst(2)) : line)
        }
        exchange.isStream = body.contains { $0.hasSuffix("(end of stream)") }
        if exchange.isStream {
            body = body.filter { !$0.hasSuffix("(end of stream)") }
                .map { String($0.drop { $0 != " " }.dropFirst()) }
        }
        exchange.body = body.joined(separator: "\n")
        return exchange
    }

    private static func header(_ line: String) -> (String, String)? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        return (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
    }
}
