import CurlHTTP
import HTTPTypes
import OperatorCore
import TestSupport
import Testing

@Suite struct KubernetesClientTests {
    private let lease =
        #"{"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"l","resourceVersion":"7"}}"#
    private let unauthorized =
        #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}"#

    private func client(
        _ transport: ScriptedTransport, _ credentials: any KubernetesCredentials = NoCredentials(),
        server: String = "https://10.96.0.1:443", metrics: ClientMetrics = ClientMetrics()
    ) throws -> KubernetesClient {
        try KubernetesClient(
            server: server, transport: transport, credentials: credentials, fieldManager: "esddns", metrics: metrics)
    }

    private func get(_ client: KubernetesClient, name: String = "l", namespace: String = "n") async throws -> Lease {
        try await client.get(Lease.self, name: name, namespace: namespace, timeout: .seconds(5))
    }

    private func failure(_ client: KubernetesClient) async throws -> KubernetesError {
        try #require(await #expect(throws: KubernetesError.self) { try await get(client) })
    }

    // MARK: What is sent

    @Test func theServersPathIsKeptAndItsTrailingSlashIsNot() async throws {
        let transport = ScriptedTransport(.init(200, lease))
        _ = try await get(client(transport, server: "https://rancher.test/k8s/clusters/c-1/"))
        #expect(
            transport.requests.first?.url
                == "https://rancher.test/k8s/clusters/c-1/apis/coordination.k8s.io/v1/namespaces/n/leases/l")
    }

    @Test func reservedCharactersAreEncoded() async throws {
        let transport = ScriptedTransport(.init(200, lease))
        _ = try await get(client(transport), name: "ä?#&x")
        #expect(transport.requests.first?.url.hasSuffix("/leases/%C3%A4%3F%23%26x") == true)
    }

    @Test(arguments: ["", ".", "..", "a/b", "a%2Fb", "a b", "a\n"])
    func aNameThatWouldMeanSomethingElseIsNeverSent(name: String) async throws {
        let transport = ScriptedTransport(.init(200, lease))
        let client = try client(transport)
        let deletion = await #expect(throws: KubernetesError.self) {
            try await client.delete(Lease.self, name: name, namespace: "n", timeout: .seconds(5))
        }
        #expect(deletion?.failure == .configuration)
        let list = await #expect(throws: KubernetesError.self) {
            try await client.list(Lease.self, namespace: name, fieldSelector: nil, timeout: .seconds(5))
        }
        #expect(list?.failure == .configuration)
        #expect(transport.requests.isEmpty)
    }

    @Test(arguments: [
        "", "api.test", "ftp://api.test", "https://", "https:///x", "https://user:secret@api.test", "https://a?b=c",
        "https://a#b", "https://a b",
    ])
    func aServerThatIsNoURLIsRefused(server: String) throws {
        let error = #expect(throws: KubernetesError.self) { try client(ScriptedTransport(.init(200)), server: server) }
        #expect(error?.failure == .configuration)
        #expect(error?.description.contains("secret") == false)
    }

    @Test func anUpdateNeedsAVersion() async throws {
        let transport = ScriptedTransport(.init(200, lease))
        var map = ConfigMap(name: "m")
        let client = try client(transport)
        for version in [nil, ""] {
            map.resourceVersion = version
            let error = await #expect(throws: KubernetesError.self) {
                try await client.update(map, namespace: "n", timeout: .seconds(5))
            }
            #expect(error?.failure == .configuration)
            #expect(error?.request == "update configmaps n/m")
            #expect(error?.mayHaveBeenApplied == false)
        }
        #expect(transport.requests.isEmpty)
    }

    @Test func nothingIsSentWithoutTime() async throws {
        let transport = ScriptedTransport(.init(200, lease))
        let error = await #expect(throws: KubernetesError.self) {
            try await client(transport).get(Lease.self, name: "l", namespace: "n", timeout: .zero)
        }
        #expect(error?.failure == .transport(.timedOut))
        #expect(transport.requests.isEmpty)
    }

    // MARK: Tokens

    @Test func everyRequestCarriesTheCurrentToken() async throws {
        let transport = ScriptedTransport(.init(200, lease))
        let files = MemoryFiles(["/token": "first\n"])
        let clock = VirtualClock()
        let client = try client(transport, TokenFile(path: "/token", files: files.reader, clock: clock))
        _ = try await get(client)
        files["/token"] = "second"
        _ = try await get(client)
        clock.advance(by: .seconds(60))
        _ = try await get(client)
        #expect(
            transport.requests.map { $0.headers[.authorization] } == ["Bearer first", "Bearer first", "Bearer second"])
    }

    @Test func aRefusedTokenIsReplacedAtOnce() async throws {
        let (lease, unauthorized) = (lease, unauthorized)
        let transport = ScriptedTransport { request, _ in
            request.headers[.authorization] == "Bearer new" ? .init(200, lease) : .init(401, unauthorized)
        }
        let files = MemoryFiles(["/token": "old"])
        let client = try client(transport, TokenFile(path: "/token", files: files.reader, clock: VirtualClock()))
        let error = try await failure(client)
        #expect(error.isUnauthorized)
        // The token had not changed, so there was no second try.
        #expect(transport.requests.count == 1)
        files["/token"] = "new"
        #expect(try await get(client).resourceVersion == "7")
        #expect(
            transport.requests.map { $0.headers[.authorization] } == ["Bearer old", "Bearer old", "Bearer new"])
    }

    @Test func aTokenThatRotatesBehindOurBackCostsOneTry() async throws {
        let (lease, unauthorized) = (lease, unauthorized)
        let transport = ScriptedTransport { request, _ in
            request.headers[.authorization] == "Bearer new" ? .init(200, lease) : .init(401, unauthorized)
        }
        let files = MemoryFiles(["/token": "new"])
        let credentials = TokenFile(path: "/token", files: files.reader, clock: VirtualClock())
        files["/token"] = "old"
        _ = try await credentials.bearerToken()
        files["/token"] = "new"
        #expect(try await get(client(transport, credentials)).resourceVersion == "7")
        #expect(transport.requests.count == 2)

        // A watch takes the same way.
        let watching = ScriptedTransport { request, number in
            number == 0 ? .init(401, unauthorized) : .init(200, "")
        }
        files["/token"] = "newer"
        let options = WatchOptions(
            fieldSelector: nil, resourceVersion: "1", timeoutSeconds: 300, idleTimeout: .seconds(80))
        _ = try await client(watching, credentials).watch(Lease.self, namespace: "n", options: options)
        #expect(watching.requests.map { $0.headers[.authorization] } == ["Bearer new", "Bearer newer"])
    }

    @Test func aMissingTokenFailsTheRequestAndNoMore() async throws {
        let transport = ScriptedTransport(.init(200, lease))
        let files = MemoryFiles()
        let client = try client(transport, TokenFile(path: "/token", files: files.reader, clock: VirtualClock()))
        let error = try await failure(client)
        #expect(error.failure == .configuration)
        #expect(error.request == "get leases n/l")
        #expect(error.message.contains("/token: No such file"))
        #expect(transport.requests.isEmpty)
        files["/token"] = "there"
        _ = try await get(client)
        #expect(transport.requests.count == 1)
    }

    // MARK: What comes back

    @Test func aProxysPageIsNotAnAnswer() async throws {
        let html = "<!DOCTYPE html><html><head><title>Sign in\n to continue</title></head><body>…</body></html>"
        let page = try await failure(client(ScriptedTransport(.init(200, html, type: "text/html"))))
        #expect(page.failure == .unexpectedAnswer)
        #expect(page.message.hasSuffix("an HTML page, Sign in to continue"))

        let missing = try await failure(client(ScriptedTransport(.init(404, html, type: "text/html"))))
        #expect(missing.failure == .unexpectedAnswer)
        #expect(!missing.isNotFound)

        let gateway = try await failure(
            client(
                ScriptedTransport(
                    .init(502, "<html><h1>502</h1></html>", type: "text/html", headers: [.retryAfter: "7"]))))
        #expect(gateway.failure == .status(502, reason: ""))
        #expect(gateway.message == "an HTML page")
        #expect(gateway.retryAfter == .seconds(7))

        let text = try await failure(
            client(ScriptedTransport(.init(503, "upstream \u{1B}[31m connect\r\n error", type: "text/plain"))))
        #expect(text.message == "upstream [31m connect error")

        let redirect = try await failure(client(ScriptedTransport(.init(302, "", headers: [.location: "https://x/"]))))
        #expect(redirect.failure == .unexpectedAnswer)

        let huge = try await failure(
            client(ScriptedTransport(.init(500, String(repeating: "x", count: 100_000), type: "text/plain"))))
        #expect(huge.message.utf8.count < 600)

        let empty = try await failure(client(ScriptedTransport(.init(200, ""))))
        #expect(empty.failure == .unexpectedAnswer)
    }

    @Test func anotherKindIsNotAnAnswer() async throws {
        let map = #"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"l"}}"#
        let error = try await failure(client(ScriptedTransport(.init(200, map))))
        #expect(error.failure == .unexpectedAnswer)
        #expect(error.description == "get leases n/l: unexpected answer: ConfigMap instead of Lease")
        let list = await #expect(throws: KubernetesError.self) {
            try await client(ScriptedTransport(.init(200, #"{"kind":"LeaseList","metadata":{},"items":[]}"#)))
                .list(Lease.self, namespace: "n", fieldSelector: nil, timeout: .seconds(5))
        }
        #expect(list?.failure == .unexpectedAnswer)
    }

    @Test func itemsOfAListGetTheirType() async throws {
        let recording = try Recording.titled("list, object present")
        let list = try await client(ScriptedTransport(recording.reply))
            .list(ConfigMap.self, namespace: "n", fieldSelector: nil, timeout: .seconds(5))
        #expect(list.items.first?.json["kind"] == "ConfigMap")
        #expect(list.items.first?.json["apiVersion"] == "v1")
        #expect(list.items.first?.data == ["ipv4": "198.51.100.1"])
    }

    @Test func theLongerWaitCounts() async throws {
        let body =
            #"{"kind":"Status","message":"slow down","reason":"TooManyRequests","details":{"retryAfterSeconds":3},"code":429}"#
        let header = try await failure(client(ScriptedTransport(.init(429, body, retryAfter: .seconds(9)))))
        #expect(header.retryAfter == .seconds(9))
        let details = try await failure(client(ScriptedTransport(.init(429, body, retryAfter: .seconds(1)))))
        #expect(details.retryAfter == .seconds(3))
    }

    @Test func transportFailuresKeepTheirCode() async throws {
        for code in [HTTPClientError.Code.connectFailed, .timedOut, .connectionLost, .cancelled, .tlsFailed] {
            let error = try await failure(client(ScriptedTransport(.failure(HTTPClientError(code, "why")))))
            #expect(error.failure == .transport(code))
            #expect(error.request == "get leases n/l")
        }
    }

    @Test func requestsAreCounted() async throws {
        let metrics = RecordingMetrics()
        let transport = ScriptedTransport { [lease] _, number in
            number == 2 ? .failure(HTTPClientError(.timedOut, "")) : .init(200, lease)
        }
        let client = try client(transport, metrics: ClientMetrics(factory: metrics))
        _ = try await get(client)
        _ = try await get(client)
        _ = try await failure(client)
        let host = "host=10.96.0.1:443"
        #expect(metrics.values("rest_client_requests_total{code=200,method=GET,\(host)}") == [1, 1])
        #expect(metrics.values("rest_client_requests_total{code=<error>,method=GET,\(host)}") == [1])
        #expect(metrics.values("rest_client_request_duration_seconds{verb=GET,\(host)}").count == 3)
    }

    @Test func tokensDoNotPrintThemselves() throws {
        let token = try #require(BearerToken(" eyJhbGciOi \n"))
        #expect(!"\(token) \(String(reflecting: token))".contains("eyJ"))
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!dumped.contains("eyJ"))
        #expect(BearerToken("") == nil)
        #expect(BearerToken(" \n") == nil)
        #expect(BearerToken("a\r\nX-Evil: 1") == nil)
    }
}
