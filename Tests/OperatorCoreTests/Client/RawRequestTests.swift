import CurlHTTP
import HTTPTypes
import OperatorCore
import Synchronization
import Testing

@Suite struct RawRequestTests {
    /// Yields another token after each refusal.
    private final class Tokens: KubernetesCredentials {
        private let number = Mutex(1)

        func bearerToken() async throws(KubernetesError) -> BearerToken? {
            BearerToken("token-\(number.withLock { $0 })")
        }

        func rejected(_ token: BearerToken?) async { number.withLock { $0 += 1 } }
    }

    private func client(_ transport: ScriptedTransport) throws -> KubernetesClient {
        try KubernetesClient(
            server: "https://h/prefix", transport: transport, credentials: Tokens(), fieldManager: "test")
    }

    @Test func anyAnswerIsOneAndNothingIsAdded() async throws {
        let transport = ScriptedTransport(.init(500, "no", type: "text/plain"))
        let answer = try await client(transport).raw(RawRequest(.get, "/readyz?verbose"), timeout: .seconds(5))
        #expect(answer.status.code == 500)
        #expect(answer.body == Array("no".utf8))
        let request = try #require(transport.requests.first)
        #expect(request.url == "https://h/prefix/readyz?verbose")
        #expect(request.headers[.accept] == "application/json")
        #expect(request.headers[.contentType] == nil)
        #expect(request.headers[.authorization] == "Bearer token-1")
    }

    @Test func headersOfTheRequestComeFirst() async throws {
        let transport = ScriptedTransport(.init(201, "{}"))
        let request = RawRequest(.post, "/x", json: ["a": 1], headers: [.contentType: "text/json", .accept: "*/*"])
        _ = try await client(transport).raw(request, timeout: .seconds(5))
        let sent = try #require(transport.requests.first)
        #expect(sent.method == .post)
        #expect(sent.body == Array(#"{"a":1}"#.utf8))
        #expect(sent.headers[.contentType] == "text/json")
        #expect(sent.headers[.accept] == "*/*")
    }

    @Test func aRefusedTokenIsReplacedOnce() async throws {
        let transport = ScriptedTransport(.init(401, "{}"))
        let answer = try await client(transport).raw(RawRequest(.get, "/version"), timeout: .seconds(5))
        #expect(answer.status == .unauthorized)
        #expect(transport.requests.map { $0.headers[.authorization] } == ["Bearer token-1", "Bearer token-2"])
    }

    @Test func aTargetWithoutASlashIsNeverSent() async throws {
        let transport = ScriptedTransport(.init(200, "{}"))
        let error = await #expect(throws: KubernetesError.self) {
            try await client(transport).raw(RawRequest(.get, ".evil.test/"), timeout: .seconds(5))
        }
        #expect(error?.failure == .configuration)
        #expect(transport.requests.isEmpty)
    }

    @Test func aFailureNamesTheRequestWithoutItsQuery() async throws {
        let transport = ScriptedTransport(.failure(HTTPClientError(.connectionLost, "gone")))
        let error = await #expect(throws: KubernetesError.self) {
            try await client(transport).raw(RawRequest(.get, "/version?x=y"), timeout: .seconds(5))
        }
        #expect(error?.failure == .transport(.connectionLost))
        #expect(error?.request == "GET /version")
    }
}
