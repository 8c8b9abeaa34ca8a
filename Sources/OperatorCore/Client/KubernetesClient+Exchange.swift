import CurlHTTP
import HTTPTypes

extension KubernetesClient {
    /// Largest answer that is read, in bytes: a ConfigMap of 1 MiB, its escapes and its managed fields fit.
    static var maximumBodyBytes: Int { 8 * 1024 * 1024 }

    /// Sends a request and collects the answer, whatever its status.
    ///
    /// - Parameter timeout: bounds the call as a whole. Nothing is sent where it is not positive.
    func send(
        _ request: KubernetesRequest, timeout: Duration
    ) async throws(KubernetesError) -> HTTPClientResponse {
        let start = ContinuousClock.now
        return try await authorized(request) { token throws(KubernetesError) in
            let remaining = timeout - start.duration(to: .now)
            guard remaining > .zero else {
                throw request.failure(.transport(.timedOut), "no time was left to send the request")
            }
            var message = message(request, token)
            message.timeout = remaining
            message.maximumBodyBytes = Self.maximumBodyBytes
            do throws(HTTPClientError) {
                return try await transport.send(message)
            } catch {
                throw KubernetesError(error, request)
            }
        }
    }

    /// Starts a watch and returns its body once the server has agreed to it.
    func open(
        _ request: KubernetesRequest, idleTimeout: Duration
    ) async throws(KubernetesError) -> AsyncThrowingStream<[UInt8], any Error> {
        let stream = try await authorized(request) { token throws(KubernetesError) in
            var message = message(request, token)
            message.timeout = nil
            message.idleTimeout = idleTimeout
            do throws(HTTPClientError) {
                return try await transport.stream(message)
            } catch {
                throw KubernetesError(error, request)
            }
        }
        guard stream.status.kind == .successful else {
            throw KubernetesAnswer.failure(
                status: stream.status.code, headers: stream.headers, body: await beginning(of: stream.body),
                retryAfter: stream.retryAfter, request)
        }
        let type = stream.headers[.contentType] ?? "application/json"
        guard type.hasPrefix("application/json") else {
            throw request.failure(.unexpectedAnswer, "\(KubernetesAnswer.bounded(type, bytes: 64)) instead of JSON")
        }
        return stream.body
    }

    /// Exchanges with the current token, and once more where the server refuses it and there is another by then.
    private func authorized<Response: ResponseWithStatus>(
        _ request: KubernetesRequest,
        _ exchange: (BearerToken?) async throws(KubernetesError) -> Response
    ) async throws(KubernetesError) -> Response {
        let token = try await token(request)
        let response = try await measured(request, token, exchange)
        guard response.status == .unauthorized else { return response }
        await credentials.rejected(token)
        guard let fresh = try? await credentials.bearerToken(), fresh != token else { return response }
        return try await measured(request, fresh, exchange)
    }

    private func token(_ request: KubernetesRequest) async throws(KubernetesError) -> BearerToken? {
        do throws(KubernetesError) {
            return try await credentials.bearerToken()
        } catch {
            var error = error
            error.request = request.label
            throw error
        }
    }

    private func measured<Response: ResponseWithStatus>(
        _ request: KubernetesRequest,
        _ token: BearerToken?,
        _ exchange: (BearerToken?) async throws(KubernetesError) -> Response
    ) async throws(KubernetesError) -> Response {
        let start = ContinuousClock.now
        var code: Int?
        defer {
            metrics.answered(
                method: request.verb.method.rawValue, host: server.authority, code: code,
                after: start.duration(to: .now))
        }
        let response = try await exchange(token)
        code = response.status.code
        return response
    }

    private func message(_ request: KubernetesRequest, _ token: BearerToken?) -> HTTPClientRequest {
        var headers: HTTPFields = [.accept: "application/json"]
        if let token { headers[.authorization] = "Bearer \(token.value)" }
        if request.body != nil { headers[.contentType] = request.contentType }
        return HTTPClientRequest(
            method: request.verb.method, url: server.url + request.target, headers: headers,
            body: request.body?.serialized())
    }

    /// As much of an error's body as a message needs; the stream may never end by itself.
    private func beginning(of body: AsyncThrowingStream<[UInt8], any Error>) async -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await chunk in body {
                bytes += chunk
                if bytes.count >= 64 * 1024 { break }
            }
        } catch {
            // What has arrived has to do: the status alone says enough.
        }
        return bytes
    }
}

/// What complete and streaming responses have in common.
private protocol ResponseWithStatus: Sendable {
    var status: HTTPResponse.Status { get }
}

extension HTTPClientResponse: ResponseWithStatus {}
extension HTTPClientStream: ResponseWithStatus {}
