import DNSRecords
import Logging
public import OperatorCore
import StatusServer

extension ProcessEntry {
    /// What to check, and how.
    public struct CheckRequest: Sendable {
        /// Makes a client of the cluster that is meant.
        public typealias Connect = @Sendable (ClusterSettings) async throws -> KubernetesClient

        public var environment: [String: String]
        /// Path of the original program's `dns.ini`, see ``OriginalSettings``.
        public var configuration: String?
        /// `nil`: in a pod what ``CheckReport/Role/assumed(in:)`` says.
        public var role: CheckReport.Role?
        public var isOnline = false
        /// By default that of the pod that this process runs in.
        public var connect: Connect?

        public init(environment: [String: String]) { self.environment = environment }
    }

    /// Reads the settings as a process of the role would, and with ``CheckRequest/isOnline`` looks at everything that it would
    /// depend on. Writes nothing, neither to a provider nor to the cluster.
    ///
    /// - Parameter progress: is told what is being waited for.
    public static func check(
        _ request: CheckRequest, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async -> CheckReport {
        let role = request.role ?? .assumed(in: request.environment)
        var report = CheckReport(role: role, isOnline: false)
        var environment = request.environment
        do throws(SettingProblems) {
            if role == .run {
                let original = try OriginalSettings(environment: environment, file: request.configuration)
                environment = original.environment
                report.checks += original.notes.map { .ok(.settings, "of the original program", $0) }
            } else if request.configuration != nil {
                throw SettingProblems([
                    SettingProblem(
                        name: "--config", value: request.configuration,
                        expected: "to be left out: only \"esddns run\" reads a dns.ini, not a \(role.rawValue)")
                ])
            }
            let settings = try CheckedSettings(role, environment: environment)
            report.checks += settings.checks
            guard request.isOnline else { return report }
            report.isOnline = true
            report.checks += await online(settings, environment, request.connect, progress)
        } catch {
            report.checks += error.problems.map(\.check)
        }
        return report
    }

    private static func online(
        _ settings: CheckedSettings, _ environment: [String: String], _ connect: CheckRequest.Connect?,
        _ progress: @escaping @Sendable (String) -> Void
    ) async -> [CheckReport.Check] {
        // The report says it all.
        let parts = ProcessParts(
            environment: environment, registry: PrometheusRegistry(),
            makeLogger: { Logger(label: $0) { _ in SwiftLogNoOpLogHandler() } })
        let online = OnlineCheck(
            settings, parts: parts,
            connect: connect ?? { try parts.makeKubernetesClient($0, fieldManager: "esddns") }, progress: progress)
        do {
            return try await online.run()
        } catch {
            return [
                .failed(
                    .settings, "this machine", "\(error)", "install what is missing; nothing was asked", as: .lasting)
            ]
        }
    }
}

extension CheckReport.Role {
    /// What a process with this environment most likely is: in a pod an updater where records are set, otherwise a leader;
    /// elsewhere one of its own.
    public static func assumed(in environment: [String: String]) -> CheckReport.Role {
        guard environment["KUBERNETES_SERVICE_HOST"].map({ !$0.isEmpty }) ?? false else { return .run }
        return environment[SettingCatalog.records.environmentName] == nil ? .leader : .updater
    }
}
