import ClusterSimulator
import CurlHTTP
import HTTPTypes
import Testing

/// An answer, with its body as text.
struct TestResponse: Sendable {
    var status: Int
    var headers: HTTPFields
    var text: String

    var json: OrderedJSON { get throws { try OrderedJSON(parsing: text) } }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}

/// A client of one simulated server, as one user.
struct TestClient: Sendable {
    var client: HTTPClient
    var baseURL: String
    var token: String?

    func request(
        _ method: String, _ target: String, _ body: String? = nil, contentType: String = "application/json",
        headers: [(String, String)] = []
    ) throws -> HTTPClientRequest {
        let method = try #require(HTTPRequest.Method(method))
        var request = HTTPClientRequest(method: method, url: baseURL + target, timeout: .seconds(20))
        if let token { request.headers[.authorization] = "Bearer \(token)" }
        if let body {
            request.body = Array(body.utf8)
            request.headers[.contentType] = contentType
        }
        for (name, value) in headers {
            let name = try #require(HTTPField.Name(name))
            request.headers[name] = value
        }
        return request
    }

    func send(
        _ method: String, _ target: String, _ body: String? = nil, contentType: String = "application/json",
        headers: [(String, String)] = []
    ) async throws -> TestResponse {
        let response = try await client.send(
            request(method, target, body, contentType: contentType, headers: headers))
        return TestResponse(
            status: response.status.code, headers: response.headers,
            text: String(decoding: response.body, as: UTF8.self))
    }

    func patch(_ target: String, _ body: String) async throws -> TestResponse {
        try await send("PATCH", target, body, contentType: "application/merge-patch+json")
    }

    func watch(_ target: String) async throws -> TestWatch {
        var request = try request("GET", target)
        request.timeout = nil
        let stream = try await client.stream(request)
        return TestWatch(stream)
    }
}

/// A watch stream, line by line.
struct TestWatch {
    let status: Int
    let headers: HTTPFields
    private var iterator: AsyncThrowingStream<[UInt8], any Error>.Iterator
    private var buffer: [UInt8] = []

    init(_ stream: HTTPClientStream) {
        status = stream.status.code
        headers = stream.headers
        iterator = stream.body.makeAsyncIterator()
    }

    /// The next line without its line feed; `nil` at the end of the stream.
    mutating func nextLine() async throws -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeSubrange(...end)
                return line
            }
            guard let chunk = try await iterator.next() else {
                defer { buffer = [] }
                return buffer.isEmpty ? nil : String(decoding: buffer, as: UTF8.self)
            }
            buffer += chunk
        }
    }

    mutating func nextEvent() async throws -> OrderedJSON? {
        guard let line = try await nextLine() else { return nil }
        return try OrderedJSON(parsing: line)
    }

    /// Type and name of the next event, such as `ADDED esddns-wan-address`.
    mutating func next() async throws -> String? {
        guard let event = try await nextEvent() else { return nil }
        let name = event[path: "object", "metadata", "name"]?.string
        return [event["type"]?.string, name].compactMap(\.self).joined(separator: " ")
    }
}

/// Runs a test against a started API server, with a client that is the administrator.
func withAPIServer(
    _ configuration: SimulatedAPIServer.Configuration = .init(),
    _ body: (SimulatedAPIServer, TestClient) async throws -> Void
) async throws {
    let server = try SimulatedAPIServer(configuration: configuration)
    try await server.start()
    do {
        try await withClient(of: server) { client in try await body(server, client) }
    } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}

/// Runs a test with a client of a server.
func withClient(
    of server: SimulatedAPIServer, token: String? = nil, _ body: (TestClient) async throws -> Void
) async throws {
    var configuration = HTTPClient.Configuration()
    configuration.trustRoots = .pem(Array(server.authority.certificatePEM.utf8))
    configuration.userAgent = "unknown"
    try await withPlainClient(configuration, baseURL: server.url, token: token ?? server.adminToken, body)
}

func withPlainClient(
    _ configuration: HTTPClient.Configuration = .init(), baseURL: String, token: String? = nil,
    _ body: (TestClient) async throws -> Void
) async throws {
    let client = try HTTPClient(configuration: configuration)
    do {
        try await body(TestClient(client: client, baseURL: baseURL, token: token))
    } catch {
        await client.shutdown()
        throw error
    }
    await client.shutdown()
}
