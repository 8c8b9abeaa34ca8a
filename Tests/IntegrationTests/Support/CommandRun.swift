import Foundation

/// What a person sees of a command that has ended.
struct CommandRun: Sendable {
    let output: String
    let errors: String
    /// `nil` where a signal ended it.
    let exitCode: Int32?

    /// Runs one of the built executables to its end.
    ///
    /// - Parameters:
    ///   - environment: besides a path.
    ///   - interruption: is awaited, and then the command is interrupted, as by Ctrl-C.
    static func run(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:],
        interruptedAfter interruption: (@Sendable () async -> Void)? = nil
    ) async throws -> CommandRun {
        try await TestProgram.withDirectory { directory in
            // Files take whatever the command writes without anybody reading beside it.
            let files = try ["output", "errors"].map { name in
                let file = directory.appending(path: name)
                try Data().write(to: file)
                return file
            }
            let process = Process()
            process.executableURL = URL(filePath: try SiteProcess.path(of: executable))
            process.arguments = arguments
            // Nothing of this machine's settings.
            process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: files[0])
            process.standardError = try FileHandle(forWritingTo: files[1])
            let exitCode: Int32? = try await withCheckedThrowingContinuation { done in
                process.terminationHandler = {
                    done.resume(returning: $0.terminationReason == .exit ? $0.terminationStatus : nil)
                }
                do {
                    try process.run()
                    if let interruption {
                        let identifier = process.processIdentifier
                        Task {
                            await interruption()
                            // Only this one process, which is ours.
                            kill(identifier, SIGINT)
                        }
                    }
                } catch {
                    process.terminationHandler = nil
                    done.resume(throwing: error)
                }
            }
            let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
            return CommandRun(output: texts[0], errors: texts[1], exitCode: exitCode)
        }
    }
}
