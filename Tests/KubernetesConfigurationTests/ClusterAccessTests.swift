import ClusterSimulator
import CurlHTTP
import Foundation
import OperatorCore
import Testing

@testable import KubernetesConfiguration

/// Against a real exchange over TLS, so that what the files say is what the server gets.
@Suite(.timeLimit(.minutes(2)))
struct ClusterAccessTests {
    private static let environment = ["PATH": "/usr/bin:/bin"]

    private func withServer(_ body: (SimulatedAPIServer, Scratch) async throws -> Void) async throws {
        let server = try SimulatedAPIServer()
        try await server.start()
        do {
            try await body(server, Scratch())
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private func cluster(_ server: SimulatedAPIServer) -> String {
        "server: \(server.url)\ncertificate-authority-data: \(server.authority.certificatePEM.base64)"
    }

    private func withClient(
        _ text: String, _ scratch: Scratch, _ body: (KubernetesClient) async throws -> Void
    ) async throws {
        let path = try scratch.write("config", text)
        let client = try await KubernetesClient.configured(
            kubeconfig: path, environment: Self.environment, fieldManager: "test")
        do {
            try await body(client)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    private func count(_ client: KubernetesClient) async throws -> Int {
        try await client.list(ConfigMap.self, namespace: "default", fieldSelector: nil, timeout: .seconds(20)).items
            .count
    }

    @Test func tokenTokenFileAndCertificateAreAccepted() async throws {
        try await withServer { server, scratch in
            let identity = try server.issueClientIdentity(for: .admin)
            try scratch.write("token", server.adminToken + "\n")
            for user in [
                "token: \(server.adminToken)", "tokenFile: token",
                "client-certificate-data: \(identity.certificatePEM.base64)\nclient-key-data: \(identity.privateKeyPEM.base64)",
            ] {
                try await withClient(kubeconfig(cluster: cluster(server), user: user), scratch) { client async throws in
                    #expect(try await count(client) == 0)
                    #expect(client.namespace == "home")
                }
            }
        }
    }

    /// As a pod sees its cluster: an environment, and files.
    @Test func withoutAKubeconfigThePodsOwnClusterIsMeant() async throws {
        try await withServer { server, scratch in
            let pod = [
                "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "\(server.port)",
                "HOME": scratch.path,
            ]
            let client = try await KubernetesClient.configured(environment: pod, fieldManager: "test")
            #expect(client.namespace == "default")
            await client.shutdown()
            // A context, or a kubeconfig that is there, comes first.
            let missing = await #expect(throws: KubeconfigError.self) {
                try await KubernetesClient.configured(context: "c", environment: pod, fieldManager: "test")
            }
            #expect(missing?.description.contains("\(scratch.path)/.kube/config") == true)
            try scratch.write(
                ".kube/config", kubeconfig(cluster: cluster(server), user: "token: \(server.adminToken)"))
            let other = try await KubernetesClient.configured(environment: pod, fieldManager: "test")
            #expect(try await count(other) == 0)
            #expect(other.namespace == "home")
            await other.shutdown()
            let bad = await #expect(throws: KubeconfigError.self) {
                try await KubernetesClient.configured(
                    environment: ["KUBERNETES_SERVICE_HOST": "127.0.0.1"], fieldManager: "test")
            }
            #expect(bad?.description.contains("KUBERNETES_SERVICE_PORT not set") == true)
        }
    }

    /// tls-server-name: the certificate is checked for another name than the URL's; proxy-url: everything goes through it.
    @Test func theNameInTheCertificateAndTheProxyAreTheFiles() async throws {
        try await withServer { server, scratch in
            let user = "token: \(server.adminToken)"
            try await withClient(
                kubeconfig(cluster: cluster(server) + "\ntls-server-name: localhost", user: user), scratch
            ) { client async throws in
                #expect(try await count(client) == 0)
            }
            try await withClient(
                kubeconfig(cluster: cluster(server) + "\ntls-server-name: another.test", user: user), scratch
            ) { client async throws in
                let error = await #expect(throws: KubernetesError.self) { try await count(client) }
                #expect(error?.failure == .transport(.tlsFailed))
            }
            // Nobody listens on port 1.
            try await withClient(
                kubeconfig(cluster: cluster(server) + "\nproxy-url: http://127.0.0.1:1", user: user), scratch
            ) { client async throws in
                let error = await #expect(throws: KubernetesError.self) { try await count(client) }
                #expect(error?.failure == .transport(.connectFailed))
            }
        }
    }

    @Test func aTokenFileIsReadAgain() async throws {
        try await withServer { server, scratch in
            server.setToken("one", for: .admin)
            try scratch.write("token", "one\n")
            try await withClient(kubeconfig(cluster: cluster(server), user: "tokenFile: token"), scratch) {
                client async throws in
                #expect(try await count(client) == 0)
                server.revokeToken("one")
                server.setToken("two", for: .admin)
                try scratch.write("token", "two\n")
                #expect(try await count(client) == 0)
            }
        }
    }

    @Test func anotherAuthorityIsNotTrustedUnlessTheFileSaysSo() async throws {
        try await withServer { server, scratch in
            let other = try CertificateAuthority()
            let user = "token: \(server.adminToken)"
            let pinned = "server: \(server.url)\ncertificate-authority-data: \(other.certificatePEM.base64)"
            try await withClient(kubeconfig(cluster: pinned, user: user), scratch) { client async throws in
                let error = await #expect(throws: KubernetesError.self) { try await count(client) }
                #expect(error?.failure == .transport(.tlsFailed))
            }
            let blind = "server: \(server.url)\ninsecure-skip-tls-verify: true"
            try await withClient(kubeconfig(cluster: blind, user: user), scratch) { client async throws in
                #expect(try await count(client) == 0)
            }
        }
    }

    @Test func aTokenThatTheServerRefusesIsFetchedAnew() async throws {
        try await withServer { server, scratch in
            server.setToken("one", for: .admin)
            _ = try scratch.plugin(
                #"""
                token=one; [ "$(wc -l <\#(scratch.path)/runs)" -gt 1 ] && token=two
                echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"'$token'"}}'
                """#)
            let user =
                "exec: {apiVersion: client.authentication.k8s.io/v1, command: bin/plugin, interactiveMode: Never}"
            try await withClient(kubeconfig(cluster: cluster(server), user: user), scratch) { client async throws in
                #expect(try await count(client) == 0)
                server.revokeToken("one")
                server.setToken("two", for: .admin)
                #expect(try await count(client) == 0)
                #expect(try await count(client) == 0)
                #expect(scratch.lines("runs").count == 2)
            }
        }
    }

    @Test func aPluginsCertificateIsShown() async throws {
        try await withServer { server, scratch in
            let identity = try server.issueClientIdentity(for: .admin)
            let credential: JSONValue = [
                "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1",
                "status": [
                    "clientCertificateData": .string(identity.certificatePEM),
                    "clientKeyData": .string(identity.privateKeyPEM),
                ],
            ]
            try scratch.write("credential.json", credential.description)
            _ = try scratch.plugin("cat '\(scratch.path)/credential.json'")
            let user =
                "exec: {apiVersion: client.authentication.k8s.io/v1, command: bin/plugin, interactiveMode: Never}"
            try await withClient(kubeconfig(cluster: cluster(server), user: user), scratch) { client async throws in
                #expect(try await count(client) == 0)
                #expect(try await count(client) == 0)
                #expect(scratch.lines("runs").count == 1)
            }
        }
    }
}
