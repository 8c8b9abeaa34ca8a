import CurlHTTP
import HTTPTypes
import Testing

@testable import DNSRecords

@Suite struct ProviderHTTPTests {
    /// Answers every request alike.
    private struct OneAnswer: HTTPTransport {
        var result: Result<HTTPClientResponse, HTTPClientError>

        func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse { try result.get() }

        func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
            throw HTTPClientError(.internalError, "there are no streams here")
        }
    }

    private func kind(
        _ result: Result<HTTPClientResponse, HTTPClientError>, isWrite: Bool, accepting: Set<Int> = []
    ) async -> ProviderError? {
        let http = ProviderHTTP(transport: OneAnswer(result: result), title: "Example", refusalAdvice: "get a token")
        do {
            _ = try await http.send(
                HTTPClientRequest(url: "https://api.example.net/"), accepting: accepting, isWrite: isWrite,
                secrets: [SecretValue("hunter2")])
            return nil
        } catch {
            return error
        }
    }

    private struct StatusCase: Sendable {
        var status: Int
        var read: ProviderError.Kind?
        var write: ProviderError.Kind?

        init(_ status: Int, _ read: ProviderError.Kind?, write: ProviderError.Kind? = nil) {
            self.status = status
            self.read = read
            self.write = write ?? read
        }
    }

    private static let statusCases = [
        StatusCase(200, nil), StatusCase(204, nil), StatusCase(302, .permanent), StatusCase(400, .permanent),
        StatusCase(401, .refused), StatusCase(403, .refused), StatusCase(404, .permanent),
        StatusCase(408, .temporary, write: .uncertain), StatusCase(409, .conflict), StatusCase(412, .conflict),
        StatusCase(422, .permanent), StatusCase(429, .limited(retryAfter: .seconds(60))),
        StatusCase(500, .temporary, write: .uncertain), StatusCase(503, .temporary, write: .uncertain),
    ]

    @Test(arguments: statusCases)
    private func makesErrorsOfStatusCodes(_ test: StatusCase) async {
        let (status, read, write) = (test.status, test.read, test.write)
        let response = HTTPClientResponse(status: .init(code: status))
        #expect(await kind(.success(response), isWrite: false)?.kind == read)
        #expect(await kind(.success(response), isWrite: true)?.kind == write)
        #expect(await kind(.success(response), isWrite: true, accepting: [status]) == nil)
    }

    @Test(arguments: [
        (HTTPClientError.Code.connectFailed, ProviderError.Kind.temporary), (.resolveFailed, .temporary),
        (.tlsFailed, .temporary), (.timedOut, .uncertain), (.connectionLost, .uncertain), (.cancelled, .uncertain),
    ])
    func aRequestThatMayHaveArrivedIsUncertain(code: HTTPClientError.Code, write: ProviderError.Kind) async {
        #expect(await kind(.failure(HTTPClientError(code, "")), isWrite: true)?.kind == write)
        #expect(await kind(.failure(HTTPClientError(code, "")), isWrite: false)?.kind == .temporary)
    }

    @Test(arguments: [(429, 7, 7), (503, 7, 7), (429, 1_000_000_000, 86_400)])
    func waitsAsLongAsItIsTold(status: Int, seconds: Int, waits: Int) async {
        let response = HTTPClientResponse(status: .init(code: status), retryAfter: .seconds(seconds))
        #expect(await kind(.success(response), isWrite: true)?.kind == .limited(retryAfter: .seconds(waits)))
    }

    @Test func theExplanationIsShortPrintableAndWithoutTheSecret() async throws {
        let long = String(repeating: "x", count: 1000)
        let body = #"{"message": "token hunter2\n\u001b[31m is wrong \#(long)"}"#
        let response = HTTPClientResponse(status: .badRequest, body: Array(body.utf8))
        let message = try #require(await kind(.success(response), isWrite: false)?.message)
        #expect(message.hasPrefix("Example answered 400 (token <redacted>  [31m is wrong xxx"))
        #expect(message.count < 300)
        #expect(message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }

    @Test(arguments: [
        ("home.example-1_~", "home.example-1_~"), ("*", "*"), ("@", "@"), ("a/b?c#d", "a%2Fb%3Fc%23d"),
        (#"a\.b"#, "a%5C.b"), ("é", "%C3%A9"),
    ])
    func encodesPathSegments(text: String, encoded: String) {
        #expect(text.percentEncoded == encoded)
    }
}
