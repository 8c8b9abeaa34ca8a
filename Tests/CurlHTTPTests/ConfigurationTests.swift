import Testing

@testable import CurlHTTP

@Suite("HTTPClient.Configuration")
struct ConfigurationTests {
    private func error(_ change: (inout HTTPClient.Configuration) -> Void) -> HTTPClientError? {
        var configuration = HTTPClient.Configuration()
        change(&configuration)
        do {
            // The client's own initializer: whoever makes a client has to see the error.
            _ = try HTTPClient(configuration: configuration)
            Issue.record("accepted")
            return nil
        } catch {
            return error
        }
    }

    @Test("Durations and sizes have to be more than zero")
    func numbers() {
        #expect(error { $0.connectTimeout = .zero }?.detail.contains("connectTimeout") == true)
        #expect(error { $0.maximumConnectionAge = .seconds(-1) }?.detail.contains("maximumConnectionAge") == true)
        #expect(error { $0.maximumIdleAge = .zero }?.detail.contains("maximumIdleAge") == true)
        #expect(error { $0.streamBufferBytes = 0 }?.code == .invalidRequest)
    }

    @Test("Names with line breaks are refused", arguments: ["a\r\nX: y", "a\nb", "ü", "a\u{0}"])
    func names(text: String) {
        #expect(error { $0.userAgent = text }?.code == .invalidRequest)
        #expect(error { $0.tlsServerName = text }?.code == .invalidRequest)
        #expect(error { $0.proxy = .url("http://h", noProxy: [text]) }?.code == .invalidRequest)
    }

    @Test("TLS server names", arguments: ["", "a b", "a/b", "[::1]", "a:1", String(repeating: "a", count: 300)])
    func serverNames(text: String) {
        #expect(error { $0.tlsServerName = text }?.code == .invalidRequest)
    }

    @Test(
        "Proxies that are no proxy URL, without showing their password",
        arguments: [
            "", "h:8080", "ftp://u:pa55@h/", "http://", "http://u:pa55@ h/",
        ])
    func proxies(url: String) {
        let error = error { $0.proxy = .url(url) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.detail.contains("pa55") == false)
    }

    @Test(
        "Proxies that are fine",
        arguments: [
            "http://h:3128", "https://u:p@h", "socks5h://127.0.0.1:1080", "socks4://h", "http://[::1]:3128/",
        ])
    func goodProxies(url: String) throws {
        var configuration = HTTPClient.Configuration()
        configuration.proxy = .url(url, noProxy: ["example.com", ".svc", "10.0.0.0/8", "::1"])
        try configuration.validate()
    }

    @Test(
        "Authorities that are no PEM",
        arguments: [
            ("", "no PEM block"), ("garbage", "no PEM block"), ("-----BEGIN CERTIFICATE-----\nAAAA\n", "no END line"),
            ("-----BEGIN CERTIFICATE-----\nMAA*\n-----END CERTIFICATE-----\n", "damaged"),
            ("-----BEGIN CERTIFICATE-----\nMAMCAQ==\n-----END CERTIFICATE-----\n", "damaged"),
            ("-----BEGIN CERTIFICATE-----\nMAMCAQEA\n-----END CERTIFICATE-----\n", "damaged"),
            ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "damaged"),
            ("-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END PRIVATE KEY-----\n", "does not match"),
            ("-----BEGIN PUBLIC KEY-----\nMAMCAQE=\n-----END PUBLIC KEY-----\n", "no PEM block"),
        ])
    func authorities(pem: String, why: String) {
        let error = error { $0.trustRoots = .pem(Array(pem.utf8)) }
        #expect(error?.code == .tlsFailed)
        #expect(error?.detail.contains(why) == true, "\(String(describing: error))")
        #expect(error?.requestWasNotSent == true)
    }

    @Test(
        "Client keys that cannot be used, without showing them",
        arguments: [
            ("-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n", "no PEM block"),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAMCAQE=\n-----END ENCRYPTED PRIVATE KEY-----\n", "encrypted"),
            (
                "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMAMCAQE=\n"
                    + "-----END EC PRIVATE KEY-----\n", "encrypted"
            ),
            ("-----BEGIN PRIVATE KEY-----\nMAMCAQ\n-----END PRIVATE KEY-----\n", "damaged"),
        ])
    func clientKeys(key: String, why: String) {
        let certificate = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n"
        let error = error {
            $0.clientCertificate = .init(certificateChain: Array(certificate.utf8), privateKey: Array(key.utf8))
        }
        #expect(error?.code == .tlsFailed)
        #expect(error?.detail.contains(why) == true, "\(String(describing: error))")
        #expect(error?.detail.contains("MAMC") == false)
    }

    @Test("A key after its parameters, as some tools write it")
    func keyWithParameters() throws {
        let text =
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
            + "-----BEGIN EC PRIVATE KEY-----\r\nMAMC  \r\nAQE=\r\n-----END EC PRIVATE KEY-----\r\n"
        let blocks = try PEM.blocks(in: Array(text.utf8), called: "the key")
        #expect(blocks.map(\.label) == ["EC PARAMETERS", "EC PRIVATE KEY"])
    }

    @Test("Well-formed PEM with senseless content fails the first exchange")
    func senselessContent() async throws {
        var configuration = HTTPClient.Configuration()
        configuration.trustRoots = .pem(
            Array("-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n".utf8))
        try await TestServer.serving(script: { await $0.waitForClose() }) { server in
            try await withHTTPClient(configuration: configuration) { client in
                let error = await clientError {
                    try await client.send(HTTPClientRequest(url: "https://127.0.0.1:\(server.port)/"))
                }
                #expect(error?.code == .tlsFailed)
            }
        }
    }
}
