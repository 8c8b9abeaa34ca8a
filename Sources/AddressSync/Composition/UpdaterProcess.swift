import CurlHTTP
import DNSRecords
import OperatorCore
import StatusServer
import WANDetection

extension ProcessParts {
    /// Puts `esddns-updater` together. Nothing has touched the network when it returns.
    ///
    /// - Throws: ``DNSRecords/SettingProblems``, or ``OperatorCore/KubernetesError`` where this is no pod.
    public func makeUpdater() throws -> AssembledProcess {
        let providerClient = try HTTPClient()
        let dependencies = ProviderDependencies(transport: providerClient)
        let settings = try UpdaterSettings(environment: environment, dependencies: dependencies)
        let logger = makeLogger("updater")
        let api = try makeKubernetesClient(settings.cluster, fieldManager: "esddns-updater")
        let sourceClient = try makeSourceClient()
        let board = StatusBoard(
            role: .updater, identity: settings.process.nodeName,
            pending: ["address-watch": "the published address has not been read yet"])
        // Not kept loaded: an updater detects only where its leader is silent, and loads them then.
        let directory = settings.detection.makeDirectory(http: sourceClient, logger: makeLogger("detector"))
        let detector = try settings.detection.makeOwnDetecting(
            http: sourceClient, api: api, spacing: settings.publishing.spacing, node: settings.process.nodeName,
            directory: directory, logger: makeLogger("detector"))
        let service = UpdaterService(
            settings: settings, namespace: settings.cluster.namespace ?? api.namespace, api: api, detector: detector,
            provider: try settings.records.provider.build(
                from: settings.records.providerSettings, with: dependencies),
            lookup: settings.records.lookup(), board: board, logger: logger)
        let server = makeStatusServer(settings.process, board: board, logger: makeLogger("status"))
        return AssembledProcess(
            services: (server.map { [$0] } ?? []) + [service], board: board, statusServer: server, logger: logger
        ) {
            await api.shutdown()
            await sourceClient.shutdown()
            await providerClient.shutdown()
        }
    }
}
