import CurlHTTP
import OperatorCore
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension ExecPlugin {
    /// Most that a plugin may print, in bytes.
    private static let maximumOutput = 1024 * 1024

    /// What came of one run of the program.
    private struct Outcome: Sendable {
        var status: TerminationStatus
        var output: [UInt8]
        /// What it complained of; empty where it spoke to the terminal itself.
        var complaints: String
    }

    /// Runs the program and returns what it printed.
    ///
    /// With a terminal at hand and the plugin's consent, it gets standard input and standard error, to ask its user to log
    /// in; then it may take as long as the user takes.
    ///
    /// - Parameter timeLimit: for a run without a user.
    func run(
        environment inherited: [String: String], timeLimit: Duration, isTerminal: Bool = isatty(STDIN_FILENO) == 1
    ) async throws(KubernetesError) -> [UInt8] {
        if interactiveMode == .always, !isTerminal {
            throw failure("has to talk to its user (interactiveMode is Always), but standard input is not a terminal")
        }
        let isInteractive = isTerminal && interactiveMode != .never
        var variables = inherited.merging(environment) { _, own in own }
        variables["KUBERNETES_EXEC_INFO"] = information(isInteractive: isInteractive)
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
        let configuration = Configuration(
            executable: command.contains("/") ? .path(FilePath(command)) : .name(command),
            arguments: Arguments(arguments), environment: Self.environment(variables), platformOptions: options)
        let outcome: Outcome
        do {
            outcome = try await Self.run(configuration, isInteractive: isInteractive, timeLimit: timeLimit)
        } catch {
            throw failure(of: error, timeLimit: timeLimit)
        }
        guard outcome.status.isSuccess else { throw failure("\(Self.describe(outcome.status))\(outcome.complaints)") }
        return outcome.output
    }

    private static func environment(_ variables: [String: String]) -> Environment {
        var environment: [Environment.Key: String] = [:]
        for (name, value) in variables {
            if let key = Environment.Key(rawValue: name) { environment[key] = value }
        }
        return .custom(environment)
    }

    private struct TimedOut: Error {}

    private static func run(
        _ configuration: Configuration, isInteractive: Bool, timeLimit: Duration
    ) async throws -> Outcome {
        if isInteractive {
            let result = try await Subprocess.run(
                configuration, input: .currentStandardInput, output: .bytes(limit: maximumOutput),
                error: .currentStandardError)
            return Outcome(status: result.terminationStatus, output: result.standardOutput, complaints: "")
        }
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask {
                let result = try await Subprocess.run(
                    configuration, input: .none, output: .bytes(limit: maximumOutput),
                    error: .string(limit: maximumOutput))
                let complaints = bounded(result.standardError)
                return Outcome(
                    status: result.terminationStatus, output: result.standardOutput,
                    complaints: complaints.isEmpty ? "" : ": \(complaints)")
            }
            group.addTask {
                try await Task.sleep(for: timeLimit)
                throw TimedOut()
            }
            defer { group.cancelAll() }
            guard let outcome = try await group.next() else { throw CancellationError() }
            return outcome
        }
    }

    private func failure(of error: any Error, timeLimit: Duration) -> KubernetesError {
        switch error {
        case is TimedOut: return failure("has not ended within \(timeLimit)")
        case is CancellationError: return KubernetesError(.transport(.cancelled), message: "cancelled")
        case let error as SubprocessError where error.code == .executableNotFound:
            return failure("is not installed, or not executable")
        case let error as SubprocessError where error.code == .outputLimitExceeded:
            return failure("has printed more than \(Self.maximumOutput) bytes")
        default: return failure("could not be run: \(Self.bounded("\(error)"))")
        }
    }

    private static func describe(_ status: TerminationStatus) -> String {
        switch status {
        case .exited(let code): "has failed with exit status \(code)"
        case .signaled(let signal): "was ended by signal \(signal)"
        }
    }

    /// One line of at most 500 characters.
    private static func bounded(_ text: String) -> String {
        let line = text.prefix(4000).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > 500 ? "\(line.prefix(500))…" : line
    }
}
