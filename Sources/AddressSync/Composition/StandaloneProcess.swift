import CurlHTTP
import DNSRecords
import NetworkPrimitives
import StatusServer
import WANDetection

extension ProcessParts {
    /// Puts the standalone daemon together. Nothing has touched the network when it returns.
    ///
    /// - Throws: ``DNSRecords/SettingProblems``.
    public func makeStandalone() throws -> AssembledProcess {
        let providerClient = try HTTPClient()
        var dependencies = ProviderDependencies(transport: providerClient, environment: environment)
        let settings = try StandaloneSettings(environment: environment, dependencies: dependencies)
        let logger = makeLogger("esddns")
        let board = StatusBoard(
            role: .standalone, identity: settings.process.nodeName,
            pending: Dictionary(
                uniqueKeysWithValues: settings.detection.families.map {
                    (StandaloneService.readiness($0), "no address has been confirmed yet")
                }))
        let detection = try DetectionParts(settings.detection, parts: self) { own, client, directory in
            try own.makeDetecting(
                http: client, api: nil, spacing: settings.publishing.spacing, directory: directory,
                logger: makeLogger("detector"))
        }
        dependencies.lookup = settings.records.lookup()
        let families = settings.detection.families.map(\.rawValue)
        let notifying = try NotifyingParts(
            settings.notifications, transport: providerClient, logger: makeLogger("notifier"),
            look: { board.trouble(with: families).map { .trouble($0) } ?? .healthy })
        let service = StandaloneService(
            settings: settings, detectors: detection.detectors,
            writers: try settings.records.writers(with: dependencies), lookup: dependencies.lookup, board: board,
            announce: notifying.announce, logger: logger)
        let server = makeStatusServer(settings.process, board: board, logger: makeLogger("status"))
        return AssembledProcess(
            services: notifying.services + (server.map { [$0] } ?? []) + detection.services + [service], board: board,
            statusServer: server, logger: logger,
            close: {
                await detection.shutdown()
                await providerClient.shutdown()
            },
            lookAgain: { service.lookAgain() })
    }
}
