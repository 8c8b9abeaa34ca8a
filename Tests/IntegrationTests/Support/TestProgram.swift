import Foundation
import Testing

/// Programs that integration tests run against, such as name servers and their tools.
enum TestProgram {
    /// Why a test cannot run, or its server did not start.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Where a program is; a path is taken as it is. Packages put servers into `sbin`, which is not in everybody's path.
    static func path(of name: String) throws(Failure) -> String {
        if name.hasPrefix("/") { return name }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let directories = path.split(separator: ":").map(String.init) + ["/usr/local/sbin", "/usr/sbin", "/sbin"]
        guard
            let found = directories.map({ "\($0)/\(name)" })
                .first(where: { FileManager.default.isExecutableFile(atPath: $0) })
        else { throw Failure(description: "\(name) is not installed; `make test` installs what the tests need") }
        return found
    }

    /// Runs a program to its end.
    ///
    /// - Returns: what it wrote to standard output and standard error, and its exit status.
    static func run(_ name: String, _ arguments: [String]) async throws -> (output: String, status: Int32) {
        let process = Process()
        process.executableURL = URL(filePath: try path(of: name))
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        let reader = pipe.fileHandleForReading
        // Read while it runs: a full pipe would make it wait for us.
        async let output = withCheckedContinuation { (done: CheckedContinuation<Data, Never>) in
            DispatchQueue.global().async { done.resume(returning: (try? reader.readToEnd()) ?? Data()) }
        }
        let status = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { done.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                try? pipe.fileHandleForWriting.close()
                done.resume(throwing: error)
            }
        }
        return (String(decoding: await output, as: UTF8.self), status)
    }

    /// Starts a server, runs `body`, and ends the server.
    ///
    /// - Parameters:
    ///   - log: where the server's output goes; shown if the server does not become ready.
    ///   - signal: ends the server. Programs inherit the signals that are blocked in our threads, SIGTERM among them, and not
    ///     every one unblocks them.
    ///   - isReady: asked repeatedly while the server is starting.
    static func withServer<Result>(
        _ name: String, _ arguments: [String], log: URL, signal: Int32 = SIGTERM, isReady: () async -> Bool,
        _ body: () async throws -> Result
    ) async throws -> Result {
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        let process = Process()
        process.executableURL = URL(filePath: try path(of: name))
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in end.finish() }
        try process.run()
        func stop() async {
            // Only this one process, which is ours.
            kill(process.processIdentifier, signal)
            for await _ in ended {}
            try? output.close()
        }
        let start = ContinuousClock.now
        while await !isReady() {
            guard process.isRunning, start.duration(to: .now) < .seconds(30) else {
                await stop()
                let written = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
                throw Failure(description: "\(name) did not start: \(written)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        do {
            let result = try await body()
            await stop()
            return result
        } catch {
            await stop()
            throw error
        }
    }

    /// Runs `body` with a directory of its own, which is removed afterwards.
    static func withDirectory<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "esddns-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try await body(directory)
    }
}
