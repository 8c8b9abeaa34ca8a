import CurlHTTP
import DNSRecords
import NetworkPrimitives
import OperatorCore
import StatusServer
import WANDetection

extension ProcessParts {
    /// Puts `esddns-leader` together. Nothing has touched the network when it returns.
    ///
    /// - Throws: ``DNSRecords/SettingProblems``, or ``OperatorCore/KubernetesError`` where this is no pod.
    public func makeLeader() throws -> AssembledProcess {
        let settings = try LeaderSettings(environment: environment)
        let logger = makeLogger("leader")
        // The Lease has a client of its own: nothing else may hold up a renewal.
        let api = try makeKubernetesClient(settings.cluster, fieldManager: "esddns-leader")
        let electionAPI = try makeKubernetesClient(settings.cluster, fieldManager: "esddns-leader")
        let election = try settings.cluster.election(
            namespace: settings.cluster.namespace ?? api.namespace,
            identity: ClusterSettings.uniqueIdentity(host: settings.process.nodeName))
        let board = StatusBoard(
            role: .leader, identity: election.identity,
            pending: ["lease": "the Lease has not been read yet"])
        let detection = try DetectionParts(settings.detection, parts: self) { own, client, directory in
            try own.makeDetecting(
                http: client, api: api, spacing: settings.publishing.spacing, directory: directory,
                logger: makeLogger("detector"))
        }
        let notifying = try NotifyingParts(
            settings.notifications, logger: makeLogger("notifier"),
            look: Self.look(at: board, settings.detection.families))
        let service = LeaderService(
            settings: settings, election: election, api: api, electionAPI: electionAPI, detectors: detection.detectors,
            board: board, watchdog: watchdog(), announce: notifying.announce, logger: logger)
        let server = makeStatusServer(settings.process, board: board, logger: makeLogger("status"))
        return AssembledProcess(
            services: notifying.services + (server.map { [$0] } ?? []) + detection.services + [service], board: board,
            statusServer: server, logger: logger
        ) {
            await api.shutdown()
            await electionAPI.shutdown()
            await detection.shutdown()
            await notifying.shutdown()
        }
    }

    /// Only the process that leads says how it is.
    private static func look(
        at board: StatusBoard, _ families: [IPAddress.Family]
    ) -> @Sendable () -> PingState.Condition {
        let families = families.map(\.rawValue)
        return {
            guard board.report().leading else { return .silent }
            return board.trouble(with: families).map { .trouble($0) } ?? .healthy
        }
    }
}
