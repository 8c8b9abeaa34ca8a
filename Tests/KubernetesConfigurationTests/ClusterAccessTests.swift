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
        let client = try await KubernetesClient.kubeconfig(
            path: path, environment: Self.environment, fieldManager: "test")
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
