import CurlHTTP
import HTTPTypes

/// An HTTP API whose requests carry an access token that expires (RFC 6750).
struct TokenAuthorizedHTTP: Sendable {
    let http: ProviderHTTP
    let tokens: AccessTokenCache

    /// Sends a request with a token. A 401 is followed by one more attempt with another token: what is not authorised was
    /// not carried out, so that this is safe for writes as well.
    ///
    /// See ``ProviderHTTP/send(_:accepting:isWrite:secrets:)`` for parameters and errors.
    func send(
        _ request: HTTPClientRequest, accepting: Set<Int> = [], isWrite: Bool
    ) async throws(ProviderError) -> HTTPClientResponse {
        let token = try await tokens.token()
        let response = try await send(request, with: token, accepting: accepting.union([401]), isWrite: isWrite)
        guard response.status.code == 401 else { return response }
        tokens.reject(token)
        return try await send(request, with: try await tokens.token(), accepting: accepting, isWrite: isWrite)
    }

    private func send(
        _ request: HTTPClientRequest, with token: SecretValue, accepting: Set<Int>, isWrite: Bool
    ) async throws(ProviderError) -> HTTPClientResponse {
        var request = request
        request.headers[.authorization] = "Bearer \(token.exposed)"
        do throws(ProviderError) {
            return try await http.send(request, accepting: accepting, isWrite: isWrite, secrets: [token])
        } catch {
            // Somebody will change the credentials or what they allow; the next token shows that at once.
            if error.kind == .refused { tokens.reject(token) }
            throw error
        }
    }
}
