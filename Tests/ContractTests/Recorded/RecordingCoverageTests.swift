import Foundation
import Testing

/// The recordings of a real server, where they are beside the package, and the exchanges that the contract suite performs.
struct RecordingCoverageTests {
    /// `ESDDNS_RECORDINGS`, or `../shared/recordings` beside the package.
    private static let directory: URL? = {
        let root: URL
        if let path = ProcessInfo.processInfo.environment["ESDDNS_RECORDINGS"] {
            root = URL(fileURLWithPath: path, isDirectory: true)
        } else {
            var package = URL(fileURLWithPath: #filePath)
            for _ in 0..<4 { package.deleteLastPathComponent() }
            root = package.appendingPathComponent("../shared/recordings").standardizedFileURL
        }
        let directory = root.appendingPathComponent("kube-apiserver-1.36", isDirectory: true)
        return FileManager.default.fileExists(atPath: directory.path) ? directory : nil
    }()

    private static let missing: Comment = """
        SKIPPED: the recordings of a real kube-apiserver are not here, so that nothing shows whether the contract suite \
        covers them. Put them beside the package as ../shared/recordings, or name their directory in ESDDNS_RECORDINGS.
        """

    /// A title for each exchange of a recording: the comment above it, or its method and target.
    static func titles(of recording: String) -> [String] {
        var titles: [String] = []
        var comment: String?
        var isInRequest = false
        for line in recording.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("# ") {
                comment = String(line.dropFirst(2))
            } else if line.hasPrefix(">") {
                if !isInRequest {
                    let request = line.dropFirst(2).split(separator: " ").prefix(2).joined(separator: " ")
                    titles.append(comment ?? withoutNamespace(request))
                    comment = nil
                }
            } else if line.isEmpty, titles.isEmpty {
                // What stands above the first empty line is about the file.
                comment = nil
            }
            isInRequest = line.hasPrefix(">")
        }
        return titles
    }

    /// Each recording was made in a namespace of its own.
    private static func withoutNamespace(_ request: String) -> String {
        var parts = request.split(separator: "/", omittingEmptySubsequences: false)
        for index in parts.indices.dropFirst() where parts[index - 1] == "namespaces" { parts[index] = "NS" }
        return parts.joined(separator: "/")
    }

    @Test(.enabled(if: directory != nil, missing))
    func everyRecordedExchangeIsPartOfTheContract() throws {
        let directory = try #require(Self.directory)
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasSuffix(".txt") }
        #expect(files.sorted() == RecordedFile.all.map(\.name), "files of recordings, and those that are claimed")
        for file in RecordedFile.all {
            let recording = try String(contentsOf: directory.appendingPathComponent(file.name), encoding: .utf8)
            #expect(Self.titles(of: recording) == file.exchanges.map(\.title), "\(file.name)")
        }
    }

    @Test func exchangesAreFoundInARecording() {
        let recording = """
            # What the file is about
            # and by whom

            > GET /version HTTP/1.1
            > Accept: application/json
            < HTTP/1.1 200 OK
            <
            < {}

            # named
            > POST /api/v1/namespaces/rec-1/events?x=y HTTP/1.1
            >
            > {}
            < HTTP/1.1 201 Created

            > GET /api/v1/namespaces/rec-1/events HTTP/1.1
            < HTTP/1.1 200 OK

            """
        #expect(Self.titles(of: recording) == ["GET /version", "named", "GET /api/v1/namespaces/NS/events"])
    }
}
