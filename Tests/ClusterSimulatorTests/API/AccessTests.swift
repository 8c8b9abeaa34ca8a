import CurlHTTP
import Testing

@testable import ClusterSimulator

/// Who may do what, beyond the recordings.
@Suite(.timeLimit(.minutes(1)))
struct AccessTests {
    private let maps = "/api/v1/namespaces/default/configmaps"
    private let user = SimulatedUser.serviceAccount("u", namespace: "default")

    private func status(_ server: SimulatedAPIServer, _ method: String, _ target: String, token: String?) -> Int {
        var request = SimulatedRequest(method: method, target: target)
        if let token { request.headers = [.init("Authorization", "Bearer \(token)")] }
        return server.respond(to: request).status
    }

    @Test func tokensEnd() throws {
        let now = AtomicSeconds(1_000_000)
        var configuration = SimulatedAPIServer.Configuration()
        configuration.wallClock = { now.value }
        let server = try SimulatedAPIServer(configuration: configuration)
        server.grant(
            [AccessRule(apiGroups: [""], resources: ["configmaps"], verbs: ["*"])], to: user.name, namespace: "default")
        let short = server.issueToken(for: user, lifetime: 600)
        let long = server.issueToken(for: user)
        #expect(status(server, "GET", maps, token: short) == 200)
        now.advance(by: 600)
        #expect(status(server, "GET", maps, token: short) == 401)
        #expect(status(server, "GET", maps, token: long) == 200)
        server.revokeToken(long)
        #expect(status(server, "GET", maps, token: long) == 401)
        let last = server.issueToken(for: user)
        server.revokeTokens(of: user)
        #expect(status(server, "GET", maps, token: last) == 401)
        #expect(status(server, "GET", maps, token: server.adminToken) == 200)
    }

    @Test func grantsAreBoundToNamespaces() throws {
        let server = try SimulatedAPIServer()
        let token = server.issueToken(for: user)
        let rule = AccessRule(apiGroups: [""], resources: ["configmaps"], verbs: ["list"])
        #expect(status(server, "GET", maps, token: token) == 403)
        server.grant([rule], to: user.name, namespace: "default")
        #expect(status(server, "GET", maps, token: token) == 200)
        #expect(status(server, "GET", "/api/v1/configmaps", token: token) == 403)
        #expect(status(server, "GET", "/api/v1/namespaces/kube-system/configmaps", token: token) == 403)
        server.grant([rule], to: "system:serviceaccounts", namespace: nil)
        #expect(status(server, "GET", "/api/v1/configmaps", token: token) == 200)
        server.revokeGrants(of: user.name)
        server.revokeGrants(of: "system:serviceaccounts")
        #expect(status(server, "GET", maps, token: token) == 403)
    }

    @Test func everybodyMayAskForHealthButNotForMore() throws {
        let server = try SimulatedAPIServer()
        for path in ["/healthz", "/livez", "/readyz", "/version"] {
            #expect(status(server, "GET", path, token: nil) == 200)
        }
        #expect(status(server, "GET", "/apis", token: nil) == 403)
        #expect(status(server, "GET", "/absent", token: nil) == 403)
        #expect(status(server, "GET", "/apis", token: server.issueToken(for: user)) == 200)
    }

    @Test func callsAreRecorded() throws {
        let server = try SimulatedAPIServer()
        let token = server.issueToken(for: user)
        _ = status(server, "GET", "/apis/coordination.k8s.io/v1/namespaces/default/leases/l", token: token)
        _ = status(server, "GET", maps + "?watch=true&fieldSelector=metadata.name%3Dc", token: server.adminToken)
        _ = status(server, "GET", maps, token: "unknown")
        let calls = server.calls
        try #require(calls.count == 3)
        #expect(calls[0].user == user.name)
        #expect(calls[0].verb == "get")
        #expect(calls[0].group == "coordination.k8s.io")
        #expect(calls[0].resource == "leases")
        #expect(calls[0].name == "l")
        #expect(!calls[0].isAllowed)
        #expect(calls[0].status == 403)
        #expect(calls[1].verb == "watch")
        #expect(calls[1].name == "c")
        #expect(calls[1].isAllowed)
        #expect(calls[2].user.isEmpty)
        #expect(calls[2].status == 401)
        #expect(server.count { $0.user == user.name } == 1)
    }

    @Test func clientCertificatesNameUsers() async throws {
        try await withAPIServer { server, _ async throws in
            server.grant(
                [AccessRule(apiGroups: [""], resources: ["configmaps"], verbs: ["list"])], to: "team:dns",
                namespace: "default")
            let identity = try server.issueClientIdentity(for: SimulatedUser(name: "jane", groups: ["team:dns"]))
            var configuration = HTTPClient.Configuration()
            configuration.trustRoots = .pem(Array(server.authority.certificatePEM.utf8))
            configuration.clientCertificate = .init(
                certificateChain: Array(identity.certificatePEM.utf8), privateKey: Array(identity.privateKeyPEM.utf8))
            try await withPlainClient(configuration, baseURL: server.url) { client async throws in
                #expect(try await client.send("GET", maps).status == 200)
                let refused = try await client.send("POST", maps, "{}")
                #expect(refused.status == 403)
                #expect(refused.text.contains(#"User \"jane\" cannot create resource"#))
            }
        }
    }

    @Test func strangersCertificatesAreRefused() async throws {
        try await withAPIServer { server, _ async throws in
            let identity = try CertificateAuthority().issueClientIdentity(user: .admin)
            var configuration = HTTPClient.Configuration()
            configuration.trustRoots = .pem(Array(server.authority.certificatePEM.utf8))
            configuration.clientCertificate = .init(
                certificateChain: Array(identity.certificatePEM.utf8), privateKey: Array(identity.privateKeyPEM.utf8))
            try await withPlainClient(configuration, baseURL: server.url) { client async throws in
                await #expect(throws: HTTPClientError.self) { try await client.send("GET", "/version") }
            }
        }
    }
}
