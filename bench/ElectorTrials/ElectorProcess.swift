import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One elector in a process of its own, and what it has said.
public final class ElectorProcess: Sendable {
    /// Why a trial cannot go on.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private struct State {
        var process: Process?
        var partial = Data()
        var events: [LeadershipEvent] = []
        /// The end of what it wrote besides.
        var log = ""
        var isEnded = false
    }

    public let program: ElectorProgram
    public let identity: String
    private let state = Mutex(State())

    /// Starts it.
    public init(_ program: ElectorProgram, identity: String, in trial: ElectorTrial) throws {
        self.program = program
        self.identity = identity
        let (process, output, errors) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(filePath: program.executable)
        process.arguments = program.arguments + trial.arguments(identity: identity)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        process.terminationHandler = { [self] _ in
            state.withLock { $0.isEnded = true }
        }
        output.fileHandleForReading.readabilityHandler = { [self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil } else { received(data) }
        }
        errors.fileHandleForReading.readabilityHandler = { [self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            let text = String(decoding: data, as: UTF8.self)
            state.withLock { $0.log = String(($0.log + text).suffix(2000)) }
        }
        try process.run()
        state.withLock { $0.process = process }
    }

    /// What it has said so far, and its end, if that was told to it.
    public var events: [LeadershipEvent] { state.withLock(\.events) }
    public var isRunning: Bool { state.withLock { !$0.isEnded } }
    /// Whether it leads, by its own word.
    public var leads: Bool { events.last?.kind == .leading }

    /// Waits until it says that it leads.
    ///
    /// - Returns: Unix time in nanoseconds by its own word.
    @discardableResult
    public func untilLeading(within limit: Duration) async throws -> UInt64 {
        try await wait(for: "lead", within: limit) { state in
            state.events.last.flatMap { $0.kind == .leading ? $0.time : nil }
        }
    }

    /// Ends it with SIGKILL, as a power cut would.
    ///
    /// - Returns: when, right before it.
    @discardableResult
    public func kill() async throws -> UInt64 {
        let before = UnixClock.nanoseconds
        try await end(with: SIGKILL, within: .seconds(10))
        // It has said nothing, but cannot have led longer.
        state.withLock { $0.events.append(LeadershipEvent(.stopped, identity: identity, at: UnixClock.nanoseconds)) }
        return before
    }

    /// Asks it to stop with SIGTERM.
    ///
    /// - Returns: when, right before it.
    public func askToStop() -> UInt64 {
        let before = UnixClock.nanoseconds
        signal(SIGTERM)
        return before
    }

    /// Asks it to stop, and waits until it has; kills it where it does not.
    public func stop() async {
        signal(SIGTERM)
        do {
            try await untilEnded(within: .seconds(15))
        } catch {
            try? await end(with: SIGKILL, within: .seconds(10))
        }
    }

    /// Waits until the process has ended.
    public func untilEnded(within limit: Duration) async throws {
        _ = try await wait(for: "end", within: limit, evenIfEnded: true) { $0.isEnded ? 0 : nil }
    }

    private func end(with number: Int32, within limit: Duration) async throws {
        signal(number)
        try await untilEnded(within: limit)
    }

    private func signal(_ number: Int32) {
        // Only this one process, which is ours.
        if let process = state.withLock({ $0.isEnded ? nil : $0.process }) {
            _ = Glibc.kill(process.processIdentifier, number)
        }
    }

    private func wait(
        for what: String, within limit: Duration, evenIfEnded: Bool = false, _ value: (inout State) -> UInt64?
    ) async throws -> UInt64 {
        let start = ContinuousClock.now
        while true {
            let (found, isEnded, log) = state.withLock { (value(&$0), $0.isEnded, $0.log) }
            if let found { return found }
            guard start.duration(to: .now) < limit, evenIfEnded || !isEnded else {
                let why = isEnded ? "has ended" : "did not \(what) within \(limit)"
                throw Failure(description: "\(program.name) \(identity) \(why): \(log)")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private func received(_ data: Data) {
        state.withLock { state in
            state.partial.append(data)
            while let newline = state.partial.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: state.partial[..<newline], as: UTF8.self)
                state.partial = Data(state.partial[state.partial.index(after: newline)...])
                if let event = LeadershipEvent(line: line) {
                    state.events.append(event)
                } else {
                    state.log = String((state.log + line + "\n").suffix(2000))
                }
            }
        }
    }
}
