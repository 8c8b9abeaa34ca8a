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
    ///
    /// - Parameter configuration: path of the original program's `dns.ini`, see ``OriginalSettings``.
    /// - Parameter isColored: for terminals.
    public static func sync(
        environment: [String: String], configuration: String? = nil, isDryRun: Bool, isJSON: Bool,
        isColored: Bool = false
    ) async -> CommandResult {
        let original: OriginalSettings
        do throws(SettingProblems) {
            original = try OriginalSettings(environment: environment, file: configuration)
        } catch {
            return CommandResult(output: "", errors: lines(error), exitCode: ExitCode.configuration)
        }
        let notes = original.notes.map { "Note: \($0)\n" }.joined()
        // The report says it all.
        let parts = ProcessParts(
            environment: original.environment, registry: PrometheusRegistry(),
            makeLogger: { Logger(label: $0) { _ in SwiftLogNoOpLogHandler() } })
        do {
            let report = try await parts.sync(isDryRun: isDryRun)
            return CommandResult(
                output: isJSON ? report.json + "\n" : report.text(isColored: isColored), errors: notes,
                exitCode: report.severity.exitCode)
        } catch let error as SettingProblems {
            return CommandResult(output: "", errors: notes + lines(error), exitCode: ExitCode.configuration)
        } catch {
            return CommandResult(output: "", errors: notes + "Error: \(error)\n", exitCode: ExitCode.unavailable)
        }
    }

    private static func lines(_ error: SettingProblems) -> String {
        error.problems.map { "Error: \($0)\n" }.joined()
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
