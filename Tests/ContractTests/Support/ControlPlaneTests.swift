import Foundation
import Testing

@testable import ControlPlaneKit

/// What starts servers, with programs that are none.
@Suite(.timeLimit(.minutes(2)))
struct ControlPlaneTests {
    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("programs-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    private func isAlive(_ pid: String) -> Bool {
        FileManager.default.fileExists(atPath: "/proc/\(pid)")
    }

    @Test func aProgramIsGoneWhenItsRunReturns() async throws {
        try await withDirectory { directory in
            let script = "echo $$ >'\(directory)/pid.new'; mv '\(directory)/pid.new' '\(directory)/pid'; exec sleep 600"
            let process = try ServerProcess("/bin/sh", ["-c", script], log: "\(directory)/log")
            async let run: Void = process.run()
            var pid = ""
            try await eventually("the program runs") {
                pid = (try? String(contentsOfFile: "\(directory)/pid", encoding: .utf8)) ?? ""
                return !pid.isEmpty
            }
            pid = pid.trimmingCharacters(in: .newlines)
            #expect(isAlive(pid))
            process.end()
            process.end()
            try await run
            #expect(!isAlive(pid))
        }
    }

    @Test func aProgramThatEndsByItselfIsAFailureWithItsWords() async throws {
        try await withDirectory { directory in
            let process = try ServerProcess("/bin/sh", ["-c", "echo no port >&2; exit 3"], log: "\(directory)/log")
            let failure = await #expect(throws: ControlPlane.Failure.self) { try await process.run() }
            #expect(failure?.description.contains("has ended by itself (exited(3)): no port") == true)
            process.end()
        }
    }

    @Test func missingBinariesAreNamed() async throws {
        let failure = await #expect(throws: ControlPlane.Failure.self) {
            try await ControlPlane(assets: "/nowhere").run { _ in }
        }
        #expect(failure?.description == "KUBEBUILDER_ASSETS is /nowhere, where there is no executable etcd")
        #expect(ControlPlane.inEnvironment(["KUBEBUILDER_ASSETS": ""]) == nil)
    }

    @Test func aServerThatDoesNotStartEndsTheWait() async throws {
        try await withDirectory { directory in
            for name in ["etcd", "kube-apiserver"] {
                let text = "#!/bin/sh\necho 'unknown flag' >&2\nexit 2\n"
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o755], ofItemAtPath: "\(directory)/\(name)")
            }
            let failure = await #expect(throws: ControlPlane.Failure.self) {
                try await ControlPlane(assets: directory).run { _ in Issue.record("it cannot have started") }
            }
            #expect(failure?.description.contains("unknown flag") == true)
        }
    }

    @Test func freePortsDiffer() throws {
        #expect(Set(try FreePorts.find(20)).count == 20)
    }
}
