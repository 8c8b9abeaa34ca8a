import DNSRecords
import Logging
import StatusServer

extension ProcessEntry {
    /// What a command prints, and how it ends.
    public struct CommandResult: Sendable {
        public var output: String
        public var errors: String
        public var exitCode: Int32
    }

    /// One pass over all records, as ``ProcessParts/sync(isDryRun:)``.
    public static func sync(environment: [String: String], isDryRun: Bool, isJSON: Bool) async -> CommandResult {
        // The report says it all.
        let parts = ProcessParts(
            environment: environment, registry: PrometheusRegistry(),
            makeLogger: { Logger(label: $0) { _ in SwiftLogNoOpLogHandler() } })
        do {
            let report = try await parts.sync(isDryRun: isDryRun)
            return CommandResult(
                output: isJSON ? report.json + "\n" : report.text, errors: "", exitCode: report.severity.exitCode)
        } catch let error as SettingProblems {
            let lines = error.problems.map { "Error: \($0)\n" }.joined()
            return CommandResult(output: "", errors: lines, exitCode: ExitCode.configuration)
        } catch {
            return CommandResult(output: "", errors: "Error: \(error)\n", exitCode: ExitCode.unavailable)
        }
    }
}

extension SyncReport.Severity {
    fileprivate var exitCode: Int32 {
        switch self {
        case .fine: 0
        case .later: ProcessEntry.ExitCode.temporaryFailure
        case .broken: ProcessEntry.ExitCode.unavailable
        case .refused: ProcessEntry.ExitCode.notPermitted
        }
    }
}
