public import CurlHTTP
public import HTTPTypes

/// A request that no typed method covers: health, version, discovery, a sub-resource such as `token`.
public struct RawRequest: Sendable {
    public var method: HTTPRequest.Method
    /// Path and query, percent-encoded, as in `/readyz?verbose`.
    public var target: String
    /// `Accept` and `Content-Type` say JSON unless they are set here.
    public var headers: HTTPFields
    public var body: [UInt8]?

    public init(
        _ method: HTTPRequest.Method = .get, _ target: String, headers: HTTPFields = [:], body: [UInt8]? = nil
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// A request with a document of JSON.
    public init(_ method: HTTPRequest.Method, _ target: String, json: JSONValue, headers: HTTPFields = [:]) {
        self.init(method, target, headers: headers, body: json.serialized())
    }
}

extension KubernetesClient {
    /// Sends a request as it is, with the client's credentials, and returns the answer whatever its status.
    ///
    /// A 401 drops the credentials, and the request is sent once more if they then yield another token, as with all
    /// requests. A watch is collected until the server ends it.
    ///
    /// - Parameter timeout: bounds the call as a whole.
    /// - Throws: ``KubernetesError`` where there is no answer, or where the target does not begin with a slash.
    public func raw(
        _ request: RawRequest, timeout: Duration
    ) async throws(KubernetesError) -> HTTPClientResponse {
        guard request.target.hasPrefix("/") else {
            throw KubernetesError(.configuration, message: "the target of a request has to begin with a slash")
        }
        let start = ContinuousClock.now
        let label = "\(request.method) \(request.target.prefix { $0 != "?" })"
        func attempt(_ token: BearerToken?) async throws(KubernetesError) -> HTTPClientResponse {
            var message = HTTPClientRequest(
                method: request.method, url: server.url + request.target, headers: [.accept: "application/json"],
                body: request.body, timeout: timeout - start.duration(to: .now),
                maximumBodyBytes: Self.maximumBodyBytes)
            if request.body != nil { message.headers[.contentType] = "application/json" }
            for field in request.headers { message.headers[field.name] = field.value }
            if let token { message.headers[.authorization] = "Bearer \(token.value)" }
            let sent = ContinuousClock.now
            var code: Int?
            defer {
                metrics.answered(
                    method: request.method.rawValue, host: server.authority, code: code,
                    after: sent.duration(to: .now))
            }
            do throws(HTTPClientError) {
                let response = try await transport.send(message)
                code = response.status.code
                return response
            } catch {
                throw KubernetesError(.transport(error.code), message: error.detail, request: label)
            }
        }
        let token = try await credentials.bearerToken()
        let response = try await attempt(token)
        guard response.status == .unauthorized else { return response }
        await credentials.rejected(token)
        guard let fresh = try? await credentials.bearerToken(), fresh != token else { return response }
        return try await attempt(fresh)
    }
}
