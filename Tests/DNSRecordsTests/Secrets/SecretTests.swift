import Foundation
import Testing

@testable import DNSRecords

@Suite struct SecretTests {
    /// A directory that is removed afterwards.
    private func withDirectory(_ body: (URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory)
    }

    @Test func neverPrintsItself() {
        let secret = SecretValue("hunter2")
        var dumped = ""
        dump([secret], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("<redacted>"))
        }
        #expect(secret.exposed == "hunter2")
    }

    @Test(arguments: [
        ("token hunter2 is bad", "token <redacted> is bad"),
        ("hunter2hunter2", "<redacted><redacted>"),
        ("hunter", "hunter"),
        ("", ""),
    ])
    func isTakenOutOfOthersText(text: String, redacted: String) {
        #expect(SecretValue("hunter2").redacted(in: text) == redacted)
    }

    @Test(arguments: ["hunter2", " hunter2\n", "\t\r\nhunter2 \r\n"])
    func isTrimmed(text: String) throws {
        #expect(try SecretSource(literal: text).current().exposed == "hunter2")
    }

    @Test(arguments: [("", "is empty"), (" \n", "is empty"), ("a\nb", "line break"), ("a\u{0}b", "control character")])
    func refusesWhatIsNoSecret(text: String, why: String) {
        #expect {
            try SecretSource(literal: text)
        } throws: { String(describing: $0).contains(why) }
    }

    @Test func followsItsFile() throws {
        try withDirectory { directory in
            let file = directory.appending(path: "token")
            try Data("first\n".utf8).write(to: file)
            let source = try SecretSource(file: file.path())
            #expect(source.current().exposed == "first")
            try Data("second\n".utf8).write(to: file)
            #expect(source.current().exposed == "second")
            // As in the middle of a replacement.
            for text in ["", "\n", "two\nlines"] {
                try Data(text.utf8).write(to: file)
                #expect(source.current().exposed == "second")
            }
            try FileManager.default.removeItem(at: file)
            #expect(source.current().exposed == "second")
            try Data("third".utf8).write(to: file)
            #expect(source.current().exposed == "third")
        }
    }

    @Test func aFileHasToBeThereAtTheStart() throws {
        try withDirectory { directory in
            let missing = directory.appending(path: "missing").path()
            #expect {
                try SecretSource(file: missing)
            } throws: { String(describing: $0).contains(missing) }
            #expect(throws: SecretSource.LoadError.self) { try SecretSource(file: directory.path()) }
            let empty = directory.appending(path: "empty")
            try Data().write(to: empty)
            #expect {
                try SecretSource(file: empty.path())
            } throws: { String(describing: $0).contains("is empty") }
            // Longer than any secret, and without an end.
            #expect {
                try SecretSource(file: "/dev/zero")
            } throws: { String(describing: $0).contains("longer than") }
        }
    }
}
