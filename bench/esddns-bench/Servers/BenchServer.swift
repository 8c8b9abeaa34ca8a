import ControlPlaneKit
import ElectorTrials
import Foundation
import KubernetesConfiguration
import OperatorCore

/// The API server of a benchmark that runs against any: the one that `TEST_KUBECONFIG` names, or a kube-apiserver out of
/// `KUBEBUILDER_ASSETS`, or else the simulator in a process of its own.
struct BenchServer: Sendable {
    /// For tables and messages.
    let name: String
    let kubeconfig: String
    let namespace: String

    /// Which server it would be.
    static var name: String {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["TEST_KUBECONFIG"], !path.isEmpty { return "the server of TEST_KUBECONFIG" }
        return ControlPlane.inEnvironment() == nil ? "simulator" : "kube-apiserver"
    }

    /// Starts the server where it has to be started, and ends it when `body` is done.
    static func run<Value: Sendable>(
        _ body: @escaping @Sendable (BenchServer) async throws -> Value
    ) async throws -> Value {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["TEST_KUBECONFIG"], !path.isEmpty {
            let namespace = try Kubeconfig(path: path, environment: environment).access().namespace
            return try await body(BenchServer(name: name, kubeconfig: path, namespace: namespace))
        }
        if let plane = ControlPlane.inEnvironment() {
            return try await plane.run { server in
                try await body(BenchServer(name: name, kubeconfig: server.kubeconfig, namespace: "default"))
            }
        }
        return try await SimulatorProcess.run { server in
            try await body(BenchServer(name: name, kubeconfig: server.kubeconfig, namespace: server.namespace))
        }
    }

    /// A client of the server with connections of its own; shut it down.
    func makeClient() async throws -> KubernetesClient {
        try await .configured(
            kubeconfig: kubeconfig, environment: ProcessInfo.processInfo.environment, fieldManager: "esddns-bench")
    }

    /// A Lease of its own for as long as `body` runs, with the settings that clients have by default: 15, 10 and 2 s.
    func withTrial<Value: Sendable>(
        _ what: String, _ body: (ElectorTrial) async throws -> Value
    ) async throws -> Value {
        let trial = ElectorTrial(
            kubeconfig: kubeconfig, namespace: namespace, lease: "\(what)-\(UUID().uuidString.lowercased())",
            timing: ElectorTiming())
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(trial))
        } catch {
            result = .failure(error)
        }
        let client = try await makeClient()
        try? await client.delete(Lease.self, name: trial.lease, namespace: namespace, timeout: .seconds(10))
        await client.shutdown()
        return try result.get()
    }
}
