import CurlHTTP
import DNSRecords
import StatusServer
import WANDetection

extension ProcessParts {
    /// Puts the standalone daemon together. Nothing has touched the network when it returns.
    ///
    /// - Throws: ``DNSRecords/SettingProblems``.
    public func makeStandalone() throws -> AssembledProcess {
        let providerClient = try HTTPClient()
        let dependencies = ProviderDependencies(transport: providerClient)
        let settings = try StandaloneSettings(environment: environment, dependencies: dependencies)
        let logger = makeLogger("esddns")
        let sourceClient = try makeSourceClient()
        let board = StatusBoard(
            role: .standalone, identity: settings.process.nodeName,
            pending: ["address": "no address has been confirmed yet"])
        let directory = settings.detection.makeDirectory(http: sourceClient, logger: makeLogger("detector"))
        let detector = try settings.detection.makeDetecting(
            http: sourceClient, api: nil, spacing: settings.publishing.spacing, directory: directory,
            logger: makeLogger("detector"))
        let service = StandaloneService(
            settings: settings, detector: detector,
            provider: try settings.records.provider.build(
                from: settings.records.providerSettings, with: dependencies),
            lookup: settings.records.lookup(), board: board, logger: logger)
        let server = makeStatusServer(settings.process, board: board, logger: makeLogger("status"))
        return AssembledProcess(
            services: (server.map { [$0] } ?? []) + HostListService.keeping(directory) + [service], board: board,
            statusServer: server, logger: logger
        ) {
            await sourceClient.shutdown()
            await providerClient.shutdown()
        }
    }
}
