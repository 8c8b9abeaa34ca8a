import Foundation
import Glibc
import Synchronization

/// One of the built executables, running at the laboratory's site. Its log lines can be waited for.
final class SiteProcess: Sendable {
    private struct State {
        var process: Process?
        var lines: [String] = []
        var partial = Data()
        var waiters: [UUID: Waiter] = [:]
        var isEnded = false
        var exitCode: Int32?
    }

    private struct Waiter {
        var condition: @Sendable (String) -> Bool
        var done: CheckedContinuation<String?, Never>
    }

    let name: String
    private let state = Mutex(State())

    /// - Parameters:
    ///   - executable: name of an executable that stands beside the tests' own.
    ///   - namespace: network namespace to run in.
    init(
        name: String, executable: String, arguments: [String] = [], namespace: String, environment: [String: String]
    ) throws {
        self.name = name
        let process = Process()
        // `ip netns exec` becomes the executable, so that signals reach it and nothing else.
        process.executableURL = URL(filePath: try TestProgram.path(of: "ip"))
        process.arguments = ["netns", "exec", namespace, try Self.path(of: executable)] + arguments
        process.environment = environment.merging(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]) { own, _ in own }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        process.terminationHandler = { [self] in ended(with: $0.terminationReason == .exit ? $0.terminationStatus : nil)
        }
        pipe.fileHandleForReading.readabilityHandler = { [self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil } else { received(data) }
        }
        try process.run()
        state.withLock { $0.process = process }
    }

    /// Built products stand in one directory with the bundle of tests.
    static func path(of executable: String) throws -> String {
        let directory = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let path = directory.appending(path: executable).path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw TestProgram.Failure(description: "\(path) is not built; `make test` builds it")
        }
        return path
    }

    /// Everything that it has written so far.
    var log: String { state.withLock { $0.lines.joined(separator: "\n") } }

    var isRunning: Bool { state.withLock { !$0.isEnded } }

    /// The number of lines so far; a place from which to wait.
    var mark: Int { state.withLock { $0.lines.count } }

    /// Waits for a line.
    ///
    /// - Parameter mark: lines before it do not count.
    /// - Returns: the line; `nil` where the process ended without it.
    @discardableResult
    func line(from mark: Int = 0, where condition: @escaping @Sendable (String) -> Bool) async -> String? {
        let id = UUID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { done in
                let known: String?? = state.withLock { state in
                    if let line = state.lines.dropFirst(mark).first(where: condition) { return .some(line) }
                    if state.isEnded || Task.isCancelled { return .some(nil) }
                    state.waiters[id] = Waiter(condition: condition, done: done)
                    return nil
                }
                if let known { done.resume(returning: known) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.done.resume(returning: nil)
        }
    }

    /// Ends it at once, as a power cut would.
    func kill() async { await end(with: SIGKILL) }

    /// Asks it to stop, and waits until it has.
    func stop() async { await end(with: SIGTERM) }

    private func end(with signal: Int32) async {
        // Only this one process, which is ours.
        if let process = state.withLock({ $0.isEnded ? nil : $0.process }) {
            _ = Glibc.kill(process.processIdentifier, signal)
        }
        await line { _ in false }
    }

    private func received(_ data: Data) {
        let resumed: [(Waiter, String)] = state.withLock { state in
            state.partial.append(data)
            var resumed: [(Waiter, String)] = []
            while let newline = state.partial.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: state.partial[..<newline], as: UTF8.self)
                state.partial = Data(state.partial[state.partial.index(after: newline)...])
                state.lines.append(line)
                for (id, waiter) in state.waiters where waiter.condition(line) {
                    state.waiters[id] = nil
                    resumed.append((waiter, line))
                }
            }
            return resumed
        }
        for (waiter, line) in resumed { waiter.done.resume(returning: line) }
    }

    /// Waits until it has ended.
    ///
    /// - Returns: the exit code; `nil` where a signal ended it.
    func exitCode() async -> Int32? {
        await line { _ in false }
        return state.withLock { $0.exitCode }
    }

    private func ended(with code: Int32?) {
        let waiters = state.withLock { state in
            state.isEnded = true
            state.exitCode = code
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.done.resume(returning: nil) }
    }
}
