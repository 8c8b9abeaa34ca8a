import Foundation
import HTTPTypes
import NIOSSL
import Testing

@testable import CurlHTTP

@Suite("HTTPClient: TLS", .timeLimit(.minutes(2)))
struct HTTPClientTLSTests {
    private static let answer: @Sendable (ReceivedRequest) -> TestResponse = { request in
        TestResponse(headers: [("X-Host", request["Host"].joined())], body: Array("secret".utf8))
    }

    private func configuration(
        trusting roots: HTTPClient.Configuration.TrustRoots,
        _ change: (inout HTTPClient.Configuration) -> Void = { _ in }
    ) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.trustRoots = roots
        change(&configuration)
        return configuration
    }

    /// One GET by a client of its own.
    private func get(
        _ url: String, _ configuration: HTTPClient.Configuration
    ) async throws -> HTTPClientResponse {
        try await withHTTPClient(configuration: configuration) { client in
            try await client.send(HTTPClientRequest(url: url))
        }
    }

    @Test("A pinned authority is trusted, by name and by address")
    func pinned() async throws {
        let authority = try TestAuthority("pinned")
        let tls = try authority.issue().serverConfiguration()
        try await TestServer.answering(tls: tls, with: Self.answer) { server in
            for host in ["localhost", "127.0.0.1"] {
                let response = try await get(
                    server.url(host: host), configuration(trusting: .pem(authority.pem)) { $0.addressFamily = .ipv4 })
                #expect(response.body == Array("secret".utf8))
            }
        }
    }

    @Test("TLS connections are kept as well")
    func keepAlive() async throws {
        let authority = try TestAuthority("pinned")
        try await TestServer.answering(tls: try authority.issue().serverConfiguration(), with: Self.answer) { server in
            try await withHTTPClient(configuration: configuration(trusting: .pem(authority.pem))) { client in
                for _ in 0..<3 { _ = try await client.send(HTTPClientRequest(url: server.url())) }
            }
            #expect(server.connections == 1)
        }
    }

    @Test("Several pinned authorities, with text between them")
    func bundle() async throws {
        let (first, second) = (try TestAuthority("first"), try TestAuthority("second"))
        let bundle = try Array("# first\n".utf8) + first.pem + Array("\n\n# second\n".utf8) + second.pem
        for authority in [first, second] {
            let tls = try authority.issue().serverConfiguration()
            try await TestServer.answering(tls: tls, with: Self.answer) { server in
                let response = try await get(server.url(), configuration(trusting: .pem(bundle)))
                #expect(response.status == .ok)
            }
        }
    }

    @Test("A certificate that another authority has signed is refused, and the request not sent")
    func otherAuthority() async throws {
        let (pinned, other) = (try TestAuthority("pinned"), try TestAuthority("other"))
        try await TestServer.answering(tls: try other.issue().serverConfiguration(), with: Self.answer) { server in
            let error = await clientError {
                try await get(server.url(), configuration(trusting: .pem(try pinned.pem)))
            }
            #expect(error?.code == .tlsFailed)
            #expect(error?.requestWasNotSent == true)
        }
    }

    @Test("Pinning switches off libcurl's built-in directory of authorities")
    func otherAuthorityInDirectory() async throws {
        let (pinned, other) = (try TestAuthority("pinned"), try TestAuthority("other"))
        let directory = FileManager.default.temporaryDirectory.appending(component: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try Data(try other.pem).write(to: directory.appending(component: other.fileNameInDirectory))
        try await TestServer.answering(tls: try other.issue().serverConfiguration(), with: Self.answer) { server in
            // The directory does work ...
            let system = configuration(trusting: .system) { $0.builtInAuthorityDirectory = directory.path }
            let response = try await get(server.url(), system)
            #expect(response.status == .ok)
            // ... and is not asked where an authority is pinned.
            let authorities = try pinned.pem
            let error = await clientError {
                try await get(
                    server.url(),
                    configuration(trusting: .pem(authorities)) { $0.builtInAuthorityDirectory = directory.path })
            }
            #expect(error?.code == .tlsFailed)
        }
    }

    @Test("The system's authorities do not vouch for a private one")
    func systemRoots() async throws {
        let authority = try TestAuthority("private")
        try await TestServer.answering(tls: try authority.issue().serverConfiguration(), with: Self.answer) { server in
            let error = await clientError { try await get(server.url(), configuration(trusting: .system)) }
            #expect(error?.code == .tlsFailed)
        }
    }

    @Test("Nothing is verified when that is asked for")
    func insecure() async throws {
        let identity = try TestAuthority("any").issue(names: ["elsewhere"], addresses: [], validFor: -7200 ..< -3600)
        try await TestServer.answering(tls: try identity.serverConfiguration(), with: Self.answer) { server in
            let response = try await get(server.url(), configuration(trusting: .insecure))
            #expect(response.status == .ok)
        }
    }

    @Test("A certificate for another name or address is refused")
    func wrongName() async throws {
        let authority = try TestAuthority("pinned")
        let identity = try authority.issue(names: ["elsewhere.example"], addresses: [[127, 0, 0, 2]])
        try await TestServer.answering(tls: try identity.serverConfiguration(), with: Self.answer) { server in
            let authorities = try authority.pem
            for host in ["localhost", "127.0.0.1"] {
                let error = await clientError {
                    try await get(
                        server.url(host: host),
                        configuration(trusting: .pem(authorities)) { $0.addressFamily = .ipv4 })
                }
                #expect(error?.code == .tlsFailed)
            }
        }
    }

    @Test("A certificate whose time has passed or not come is refused", arguments: [-7200.0 ..< -3600, 3600..<7200])
    func notValidNow(validFor: Range<TimeInterval>) async throws {
        let authority = try TestAuthority("pinned")
        let tls = try authority.issue(validFor: validFor).serverConfiguration()
        try await TestServer.answering(tls: tls, with: Self.answer) { server in
            let error = await clientError {
                try await get(server.url(), configuration(trusting: .pem(try authority.pem)))
            }
            #expect(error?.code == .tlsFailed)
        }
    }

    @Test("tls-server-name: another name is presented and verified, the Host header stays")
    func serverName() async throws {
        let authority = try TestAuthority("pinned")
        let identity = try authority.issue(names: ["api.cluster.internal"], addresses: [])
        try await TestServer.answering(tls: try identity.serverConfiguration(), with: Self.answer) { server in
            let authorities = try authority.pem
            let right = configuration(trusting: .pem(authorities)) { $0.tlsServerName = "api.cluster.internal" }
            let response = try await get(server.url("/x?y=z"), right)
            #expect(response.headers[try #require(HTTPField.Name("X-Host"))] == "127.0.0.1:\(server.port)")
            let wrong = configuration(trusting: .pem(authorities)) { $0.tlsServerName = "other.cluster.internal" }
            let error = await clientError { try await get(server.url(), wrong) }
            #expect(error?.code == .tlsFailed)
            #expect(error?.detail.contains("127.0.0.1:\(server.port)") == true)
        }
    }

    @Test("A client certificate is presented", arguments: [TLSVersion.tlsv12, .tlsv13])
    func clientCertificate(version: TLSVersion) async throws {
        let (servers, clients) = (try TestAuthority("servers"), try TestAuthority("clients"))
        var tls = try servers.issue().serverConfiguration(requiringClientsOf: clients.pem)
        tls.minimumTLSVersion = version
        tls.maximumTLSVersion = version
        let identity = try clients.issue(names: ["a client"], addresses: [])
        let stranger = try TestAuthority("strangers").issue(names: ["a client"], addresses: [])
        let authorities = try servers.pem
        func trusting(_ identity: TestAuthority.Identity?) -> HTTPClient.Configuration {
            configuration(trusting: .pem(authorities)) { configuration in
                configuration.clientCertificate = identity.map {
                    .init(certificateChain: $0.certificate, privateKey: $0.key)
                }
            }
        }
        try await TestServer.answering(tls: tls, with: Self.answer) { server in
            let response = try await get(server.url(), trusting(identity))
            #expect(response.status == .ok)
            for refused in [nil, stranger] {
                let error = await clientError { try await get(server.url(), trusting(refused)) }
                if version == .tlsv12 {
                    #expect(error?.code == .tlsFailed)
                } else {
                    // With TLS 1.3 the refusal comes after the client's part, and a reset may overtake it.
                    #expect(error?.code == .tlsFailed || error?.code == .connectionLost)
                }
            }
        }
    }

    @Test("A key that does not belong to the certificate is noticed before anything is sent")
    func mismatchedKey() async throws {
        let authority = try TestAuthority("pinned")
        let (one, other) = (try authority.issue(), try authority.issue())
        try await TestServer.answering(tls: try one.serverConfiguration(), with: Self.answer) { server in
            let authorities = try authority.pem
            let mixed = configuration(trusting: .pem(authorities)) {
                $0.clientCertificate = .init(certificateChain: one.certificate, privateKey: other.key)
            }
            let error = await clientError { try await get(server.url(), mixed) }
            #expect(error?.code == .tlsFailed)
            #expect(error?.requestWasNotSent == true)
        }
    }

    @Test("TLS before 1.2 is not spoken")
    func oldVersion() async throws {
        let authority = try TestAuthority("pinned")
        var tls = try authority.issue().serverConfiguration()
        tls.minimumTLSVersion = .tlsv1
        tls.maximumTLSVersion = .tlsv11
        try await TestServer.answering(tls: tls, with: Self.answer) { server in
            let error = await clientError { try await get(server.url(), configuration(trusting: .insecure)) }
            #expect(error?.code == .tlsFailed)
        }
    }

    @Test("HTTP/1.1 is what is offered, also to a server that prefers HTTP/2")
    func applicationProtocol() async throws {
        let authority = try TestAuthority("pinned")
        var tls = try authority.issue().serverConfiguration()
        tls.applicationProtocols = ["h2", "http/1.1"]
        try await TestServer.answering(tls: tls, with: Self.answer) { server in
            let response = try await get(server.url(), configuration(trusting: .pem(authority.pem)))
            #expect(response.status == .ok)
        }
    }

    @Test("TLS spoken to a server without it fails before the request")
    func plainServer() async throws {
        try await TestServer.serving(script: { try await $0.write("HTTP/1.1 400 Bad Request\r\n\r\n") }) { server in
            let error = await clientError {
                try await get("https://127.0.0.1:\(server.port)/", configuration(trusting: .insecure))
            }
            #expect(error?.code == .tlsFailed)
        }
    }
}
