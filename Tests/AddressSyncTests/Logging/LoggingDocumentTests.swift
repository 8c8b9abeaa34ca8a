import Foundation
import Testing

/// Every key that a line can have is in the documentation, and nothing else.
struct LoggingDocumentTests {
    @Test func keysAreDocumented() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let sources = root.appendingPathComponent("Sources/AddressSync")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var used: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            guard text.contains("import Logging") else { continue }
            for match in text.matches(of: /"([A-Za-z]+)": "\\\(/) { used.insert(String(match.1)) }
            for match in text.matches(of: /metadata\["([A-Za-z]+)"\]/) { used.insert(String(match.1)) }
            for match in text.matches(of: /metadataKey: "([A-Za-z]+)"/) { used.insert(String(match.1)) }
        }
        let document = try String(contentsOf: root.appendingPathComponent("docs/logging.md"), encoding: .utf8)
        let keys = try #require(document.firstRange(of: "## Keys"))
        let documented = document[keys.upperBound...].matches(of: /\n\| `([A-Za-z]+)` \|/).map { String($0.1) }
        #expect(documented == documented.sorted())
        #expect(
            used.subtracting(documented).isEmpty && Set(documented).subtracting(used).isEmpty,
            "\(used.symmetricDifference(documented))")
        #expect(used.count > 20)
    }
}
