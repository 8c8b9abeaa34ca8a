import ClusterSimulator
import ControlPlaneKit
import CurlHTTP
import Foundation
import HTTPTypes
import KubernetesConfiguration
import OperatorCore
import Testing

/// Runs a suite against a server: the one that `TEST_KUBECONFIG` names, else a kube-apiserver out of `KUBEBUILDER_ASSETS`,
/// else the simulator.
struct ContractServer: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["TEST_KUBECONFIG"], !path.isEmpty {
            let access = try Kubeconfig(path: path, environment: environment).access()
            print("contract suite: against the cluster \(access.server) of TEST_KUBECONFIG")
            try await Self.run(.shared, access, environment, function)
        } else if let controlPlane = ControlPlane.inEnvironment(environment) {
            print("contract suite: against kube-apiserver and etcd of \(controlPlane.assets)")
            try await withoutActuallyEscaping(function) { function in
                try await controlPlane.run { server in
                    let access = try Kubeconfig(path: server.kubeconfig, environment: [:]).access()
                    try await Self.run(.own, access, [:], function)
                }
            }
        } else {
            print("contract suite: against the simulator")
            let server = try SimulatedAPIServer()
            try await server.start()
            do {
                try server.forgetHistory(upTo: ControlPlane.expiredResourceVersion)
                let access = KubernetesAccess.loopback(
                    server.url, authority: server.authority.certificatePEM, token: server.adminToken)
                try await Self.run(.own, access, [:], function)
            } catch {
                await server.stop()
                throw error
            }
            await server.stop()
        }
    }

    private static func run(
        _ kind: Contract.Kind, _ access: KubernetesAccess, _ environment: [String: String],
        _ function: @Sendable () async throws -> Void
    ) async throws {
        var access = access
        // However busy the machine is.
        access.http.connectTimeout = Contract.timeout
        let admin = try await access.client(fieldManager: "esddns-contract", environment: environment)
        let contract = Contract(
            kind: kind, admin: admin, access: access,
            namespace: "esddns-contract-\(UInt32.random(in: .min ... .max))")
        let result: Result<Void, any Error>
        do {
            try await createNamespace(contract)
            do {
                try await Contract.with(contract, perform: function)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await deleteNamespace(contract)
        } catch {
            result = .failure(error)
        }
        await admin.shutdown()
        try result.get()
    }

    private static func createNamespace(_ contract: Contract) async throws {
        let answer = try await contract.admin.raw(
            RawRequest(.post, "/api/v1/namespaces", json: ["metadata": ["name": .string(contract.namespace)]]),
            timeout: Contract.timeout)
        guard answer.status != .forbidden else { throw MissingRights(message: answer.text) }
        guard answer.status == .created else {
            throw MissingNamespace(description: "no namespace for this run: \(answer.text)")
        }
    }

    /// Takes everything with it that this run has made. What is left of it then is the cluster's to clear up.
    private static func deleteNamespace(_ contract: Contract) async {
        do {
            let answer = try await contract.admin.raw(
                RawRequest(.delete, "/api/v1/namespaces/\(contract.namespace)"), timeout: Contract.timeout)
            if answer.status.kind == .successful { return }
            Issue.record("the namespace \(contract.namespace) of this run is left: \(answer.text)")
        } catch {
            Issue.record("the namespace \(contract.namespace) of this run is left: \(error)")
        }
    }

    struct MissingNamespace: Error, CustomStringConvertible {
        var description: String
    }

    struct MissingRights: Error, CustomStringConvertible {
        var message: String
        var description: String {
            """
            the user of TEST_KUBECONFIG may not create a namespace. The contract suite needs what cluster-admin may do: \
            create and delete a namespace, and in it everything with configmaps, leases, events, serviceaccounts and their \
            tokens, roles and rolebindings. The server says: \(message)
            """
        }
    }
}

extension Trait where Self == ContractServer {
    static var contractServer: Self { Self() }
}

extension KubernetesAccess {
    static func loopback(_ url: String, authority: String, token: String) -> KubernetesAccess {
        var access = KubernetesAccess(server: url)
        access.http.trustRoots = .pem(Array(authority.utf8))
        access.authentication = BearerToken(token).map { .token($0) } ?? .none
        return access
    }
}

extension SimulatedAPIServer {
    /// As a control plane does at its start: versions up to this one have expired.
    func forgetHistory(upTo version: Int) throws {
        while resourceVersion <= version {
            try put(["metadata": ["name": "history"]], as: .configMaps, namespace: "default")
            try delete(.configMaps, "history", namespace: "default")
        }
        compact()
    }
}
