import ClusterSimulator
import ControlPlaneKit
import ElectorTrials
import Foundation
import KubernetesConfiguration
import OperatorCore

/// An API server for electors: the one that `TEST_KUBECONFIG` names, or a kube-apiserver out of `KUBEBUILDER_ASSETS`, or else
/// the simulator.
enum TrialServer {
    /// Whether it is no simulator.
    static var isReal: Bool {
        let environment = ProcessInfo.processInfo.environment
        return ["TEST_KUBECONFIG", "KUBEBUILDER_ASSETS"].contains { !(environment[$0] ?? "").isEmpty }
    }

    /// Runs `body` with a Lease of its own, which is deleted afterwards.
    static func run(
        timing: ElectorTiming, _ body: @escaping @Sendable (ElectorTrial) async throws -> Void
    ) async throws {
        let lease = "trial-\(UUID().uuidString.lowercased())"
        if let path = ProcessInfo.processInfo.environment["TEST_KUBECONFIG"], !path.isEmpty {
            let client = try await KubernetesClient.configured(
                kubeconfig: path, environment: ProcessInfo.processInfo.environment, fieldManager: "esddns-tests")
            let trial = ElectorTrial(
                kubeconfig: path, namespace: client.namespace, lease: lease, timing: timing)
            do {
                try await body(trial)
            } catch {
                await remove(trial, through: client)
                throw error
            }
            await remove(trial, through: client)
            return
        }
        if let plane = ControlPlane.inEnvironment() {
            try await plane.run { server in
                try await body(
                    ElectorTrial(
                        kubeconfig: server.kubeconfig, namespace: "default", lease: lease, timing: timing))
            }
            return
        }
        try await TestProgram.withDirectory { directory in
            var configuration = SimulatedCluster.Configuration()
            (configuration.stunPorts, configuration.checkIPPorts) = ([], [])
            let cluster = try SimulatedCluster(configuration: configuration)
            try await cluster.start()
            let file = directory.appending(path: "kubeconfig")
            do {
                try Data(cluster.kubeconfig().utf8).write(to: file)
                try await body(
                    ElectorTrial(
                        kubeconfig: file.path, namespace: configuration.namespace, lease: lease, timing: timing))
            } catch {
                await cluster.stop()
                throw error
            }
            await cluster.stop()
        }
    }

    private static func remove(_ trial: ElectorTrial, through client: KubernetesClient) async {
        try? await client.delete(
            Lease.self, name: trial.lease, namespace: trial.namespace, timeout: .seconds(10))
        await client.shutdown()
    }
}
