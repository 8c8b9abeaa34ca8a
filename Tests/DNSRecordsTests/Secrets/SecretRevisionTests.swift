import Foundation
import Testing

@testable import DNSRecords

@Suite struct SecretRevisionTests {
    /// A directory as the kubelet makes it of a Secret: files are links through `..data`, which a replacement moves in one step.
    private struct MountedSecret {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

        func put(_ token: String, version: String) throws {
            let files = FileManager.default
            let content = directory.appending(path: "..\(version)")
            try files.createDirectory(at: content, withIntermediateDirectories: true)
            try Data(token.utf8).write(to: content.appending(path: "token"))
            let link = directory.appending(path: "..data_tmp")
            try files.createSymbolicLink(atPath: link.path, withDestinationPath: "..\(version)")
            #expect(rename(link.path, directory.appending(path: "..data").path) == 0)
            if !files.fileExists(atPath: path) {
                try files.createSymbolicLink(atPath: path, withDestinationPath: "..data/token")
            }
        }

        var path: String { directory.appending(path: "token").path }
        func remove() { try? FileManager.default.removeItem(at: directory) }
    }

    @Test func aMountedSecretThatIsReplacedDiffers() throws {
        let mounted = MountedSecret()
        defer { mounted.remove() }
        try mounted.put("old\n", version: "2026_1")
        let source = try SecretSource(file: mounted.path)
        let before = SecretRevision(source)
        // The same content anew is no replacement.
        try mounted.put("old\n", version: "2026_2")
        #expect(SecretRevision(source) == before)
        try mounted.put("new\n", version: "2026_3")
        #expect(SecretRevision(source) != before)
        #expect(source.current().exposed == "new")
        try mounted.put("old\n", version: "2026_4")
        #expect(SecretRevision(source) == before)
    }

    @Test func whatCannotBeReplacedNeverDiffers() throws {
        let source = try SecretSource(literal: "hunter2")
        #expect(SecretRevision(source) == SecretRevision(source))
        #expect(SecretRevision(nil, source) != SecretRevision(source, nil), "which one is known matters")
        #expect(SecretRevision(ofFile: "/nonexistent/a") == SecretRevision(ofFile: "/nonexistent/b"))
    }

    @Test func showsNothing() throws {
        let revision = SecretRevision(try SecretSource(literal: "hunter2"))
        var dumped = ""
        dump(revision, to: &dumped)
        for text in ["\(revision)", String(reflecting: revision), dumped] { #expect(!text.contains("hunter2")) }
    }
}
