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
        var dependencies = ProviderDependencies(transport: providerClient, environment: environment)
        let settings = try UpdaterSettings(environment: environment, dependencies: dependencies)
        let logger = makeLogger("updater")
        let api = try makeKubernetesClient(settings.cluster, fieldManager: "esddns-updater")
        let board = StatusBoard(
            role: .updater, identity: settings.process.nodeName,
            pending: Dictionary(
                uniqueKeysWithValues: settings.detection.families.map {
                    (AddressFollower.readiness($0), "the published address has not been read yet")
                }))
        // Not kept loaded: an updater detects only where its leader is silent, and loads them then.
        let detection = try DetectionParts(settings.detection, parts: self) { own, client, directory in
            try own.makeOwnDetecting(
                http: client, api: api, spacing: settings.publishing.spacing, node: settings.process.nodeName,
                directory: directory, logger: makeLogger("detector"))
        }
        // This one runs all the time, as a leader's does.
        let nodeDetection =
            try settings.nodeDetection.map { nodeSettings in
                try DetectionParts(nodeSettings, parts: self) { own, client, directory in
                    try own.makeDetecting(
                        http: client, api: nil, spacing: settings.publishing.spacing, directory: directory,
                        logger: makeLogger("node-detector"))
                }
            } ?? DetectionParts()
        dependencies.lookup = settings.records.lookup()
        dependencies.endpointObjects = KubernetesEndpointObjects(
            api: api, namespace: settings.cluster.namespace ?? api.namespace)
        // An updater tells of records. That all is well is the leader's to say.
        let notifying = try NotifyingParts(
            settings.notifications, transport: providerClient, logger: makeLogger("notifier"))
        let service = UpdaterService(
            settings: settings, namespace: settings.cluster.namespace ?? api.namespace, api: api,
            detectors: .init(shared: detection.detectors, ofNode: nodeDetection.detectors),
            writers: try settings.records.writers(with: dependencies), lookup: dependencies.lookup, board: board,
            announce: notifying.announce, logger: logger)
        let server = makeStatusServer(settings.process, board: board, logger: makeLogger("status"))
        return AssembledProcess(
            services: notifying.services + (server.map { [$0] } ?? []) + nodeDetection.services + [service],
            board: board,
            statusServer: server, logger: logger,
            close: {
                await api.shutdown()
                await detection.shutdown()
                await nodeDetection.shutdown()
                await providerClient.shutdown()
            },
            lookAgain: { service.lookAgain() })
    }
}
