import Foundation
import Testing

@testable import CommandSuite

@Suite struct SiblingProgramTests {
    @Test func standsBesideTheExecutable() {
        #expect(SiblingProgram("esddns-cluster", besides: "/usr/bin/esddns").path == "/usr/bin/esddns-cluster")
        #expect(SiblingProgram("esddns-cluster", besides: "/esddns").path == "/esddns-cluster")
    }

    @Test func isLookedForWhereThisProcessWasStartedFrom() throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let directory = URL(filePath: own).deletingLastPathComponent()
        #expect(try SiblingProgram("no-such").path == directory.appending(path: "no-such").path)
    }

    @Test func saysWhatIsMissingAndWhere() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "no such \(UUID())").path
        let program = SiblingProgram("esddns-cluster", besides: "\(directory)/esddns")
        let failure = #expect(throws: SiblingProgram.Failure.self) { try program.become([], for: "esddns demo") }
        let text = try #require(failure).description
        #expect(text.hasPrefix("esddns demo needs esddns-cluster, which is not installed: there is no \(directory)/"))
    }

    @Test func saysWhyAFileCannotBeStarted() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "sibling-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "esddns-cluster")
        try Data("not a program".utf8).write(to: file)
        let program = SiblingProgram("esddns-cluster", besides: "\(directory.path)/esddns")
        let failure = #expect(throws: SiblingProgram.Failure.self) { try program.become([], for: "esddns demo") }
        #expect(try #require(failure).description.contains("cannot be started: Permission denied"))
    }
}
