import DNSRecords
import Logging
import Metrics
import OperatorCore
import StatusServer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How an executable starts and ends: logging and metrics set up, errors told in plain words, exit codes of sysexits.
public enum ProcessEntry {
    /// Exit codes (sysexits.h).
    public enum ExitCode {
        /// EX_UNAVAILABLE: a service that is needed could not be started.
        public static let unavailable: Int32 = 69
        /// EX_TEMPFAIL: try again; the leadership was lost, or an address could not be confirmed.
        public static let temporaryFailure: Int32 = 75
        /// EX_NOPERM: credentials are not accepted, or do not allow what has to be done.
        public static let notPermitted: Int32 = 77
        /// EX_CONFIG: settings are missing or wrong.
        public static let configuration: Int32 = 78
    }

    /// Sets the process up, assembles it and runs it.
    ///
    /// - Returns: the exit code.
    public static func run(
        _ name: String, environment: [String: String], _ assemble: (ProcessParts) throws -> AssembledProcess
    ) async -> Int32 {
        // A peer that closes its connection must not end the process.
        signal(SIGPIPE, SIG_IGN)
        // Until the services handle these, there is nothing to put in order. A container's first process would not even
        // be ended by them.
        for number in [SIGTERM, SIGINT] { signal(number) { _ in _exit(0) } }
        var reader = SettingsReader(environment: environment)
        let process = ProcessSettings(reading: &reader)
        LineLogHandler.bootstrap(format: process.logFormat, level: process.logLevel)
        var configuration = PrometheusRegistry.Configuration()
        configuration.buildInfo = ["version": Version.current]
        let registry = PrometheusRegistry(configuration: configuration)
        MetricDescriptions.describe(in: registry)
        MetricsSystem.bootstrap(registry)
        let logger = Logger(label: name)
        let assembled: AssembledProcess
        do {
            assembled = try assemble(ProcessParts(environment: environment, registry: registry))
        } catch let error as SettingProblems {
            for problem in error.problems {
                logger.critical("a setting is missing or wrong", metadata: ["setting": "\(problem)"])
            }
            return ExitCode.configuration
        } catch {
            logger.critical("cannot start", metadata: ["error": "\(error)"])
            return ExitCode.configuration
        }
        logger.info("started", metadata: ["version": "\(Version.current)"])
        do {
            try await assembled.run()
            return 0
        } catch is LeaderService.LeadershipLost {
            return ExitCode.temporaryFailure
        } catch let error as StatusServerError {
            logger.critical("cannot serve the status page; ESDDNS_LISTEN says where", metadata: ["error": "\(error)"])
            return ExitCode.unavailable
        } catch {
            logger.critical("a service failed", metadata: ["error": "\(error)"])
            return ExitCode.unavailable
        }
    }
}
