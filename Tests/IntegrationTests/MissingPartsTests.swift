import Foundation
import Testing

/// The executable that people start, where something that it only sometimes needs is not installed.
@Suite struct MissingPartsTests {
    private struct Ended {
        var code: Int32
        var error: String
    }

    private static func run(
        _ executable: URL, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Ended {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = environment
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let error = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Ended(code: process.terminationStatus, error: String(decoding: error, as: UTF8.self))
    }

    private static func withDirectory(_ body: (URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "missing-parts-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory)
    }

    @Test func withoutTheOtherExecutableItsCommandsSayWhatToInstall() throws {
        try Self.withDirectory { directory in
            let alone = directory.appending(path: "esddns")
            try FileManager.default.copyItem(at: URL(filePath: SiteProcess.path(of: "esddns")), to: alone)
            let ended = try Self.run(alone, ["demo", "--once"])
            #expect(ended.code == 69)
            #expect(ended.error.contains("esddns demo needs esddns-cluster, which is not installed: there is no "))
            // Everything else works.
            #expect(try Self.run(alone, ["--version"]).code == 0)
        }
    }

    @Test func theOtherExecutableIsFoundThroughASymbolicLink() throws {
        try Self.withDirectory { directory in
            let link = directory.appending(path: "esddns")
            try FileManager.default.createSymbolicLink(
                at: link, withDestinationURL: URL(filePath: SiteProcess.path(of: "esddns")))
            #expect(try Self.run(link, ["lease", "--help"]).code == 0)
            // Its exit codes are those of the command.
            #expect(try Self.run(link, ["demo", "--updaters", "99"]).code == 64)
        }
    }

    @Test func withoutLibcurlAWebSourceSaysWhatToInstall() throws {
        try Self.withDirectory { directory in
            // What the loader finds first, and cannot use.
            try Data().write(to: directory.appending(path: "libcurl.so.4"))
            let esddns = URL(filePath: try SiteProcess.path(of: "esddns"))
            let ended = try Self.run(
                esddns,
                ["detect", "--http", "http://127.0.0.1:9/", "--http", "http://127.0.0.1:10/", "--allow-non-global"],
                environment: ["LD_LIBRARY_PATH": directory.path])
            #expect(ended.code == 69)
            #expect(ended.error.contains("libcurl cannot be loaded; install version 7.88 or later"))
            #expect(ended.error.contains("file too short"))
        }
    }
}
