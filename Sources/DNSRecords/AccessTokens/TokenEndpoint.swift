import CurlHTTP
import HTTPTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where credentials are exchanged for an access token: the token endpoint of OAuth 2.0 (RFC 6749 section 3.2).
struct TokenEndpoint: Sendable {
    private let http: ProviderHTTP
    private let url: String

    /// - Parameters:
    ///   - title: what people call it: `Google's token endpoint`.
    ///   - refusalAdvice: what to do when it accepts no credentials.
    ///   - advice: what to do about this very error, from its code and description; `nil`: nothing better is known.
    init(
        transport: any HTTPTransport, url: String, title: String, refusalAdvice: String,
        advice: @escaping @Sendable (TokenError) -> String? = { _ in nil }
    ) {
        var dialect = ProviderHTTP.Dialect()
        dialect.explanation = { TokenError($0)?.description }
        dialect.kind = { TokenError($0)?.kind(status: $0.status.code) }
        dialect.advice = { TokenError($0).flatMap(advice) }
        http = ProviderHTTP(transport: transport, title: title, refusalAdvice: refusalAdvice, dialect: dialect)
        self.url = url
    }

    /// Sends a form and reads the token out of the answer.
    ///
    /// - Parameter secrets: what of the form must not appear in errors.
    /// - Throws: ``ProviderError``; never ``ProviderError/Kind/uncertain``, since nothing is changed by it.
    func exchange(
        _ form: [(name: String, value: String)], headers: HTTPFields = [:], secrets: [SecretValue]
    ) async throws(ProviderError) -> AccessToken {
        var headers = headers
        headers[.accept] = "application/json"
        headers[.contentType] = "application/x-www-form-urlencoded"
        let body = form.map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }.joined(separator: "&")
        let request = HTTPClientRequest(method: .post, url: url, headers: headers, body: Array(body.utf8))
        let response = try await http.send(request, isWrite: false, secrets: secrets)
        return try http.decode(TokenAnswer.self, from: response, of: "the request for a token").token
    }
}

/// A token endpoint's answer (RFC 6749 section 5.1), which metadata servers give as well.
struct TokenAnswer: Decodable {
    let token: AccessToken

    private enum CodingKeys: String, CodingKey {
        case accessToken = "access_token"
        case expiresIn = "expires_in"
        case tokenType = "token_type"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func wrong(_ key: CodingKeys, _ why: String) -> DecodingError {
            DecodingError.dataCorruptedError(forKey: key, in: values, debugDescription: why)
        }
        // Azure's metadata server has the number as a string.
        let seconds =
            if let text = try? values.decode(String.self, forKey: .expiresIn) {
                Int32(text)
            } else {
                try values.decode(Int32.self, forKey: .expiresIn)
            }
        guard let seconds else { throw wrong(.expiresIn, "no number of seconds") }
        guard try values.decode(String.self, forKey: .tokenType).lowercased() == "bearer" else {
            throw wrong(.tokenType, "only bearer tokens can be used")
        }
        let text = try values.decode(String.self, forKey: .accessToken)
        guard let token = AccessToken(text, lifetime: .seconds(seconds)) else {
            throw wrong(.accessToken, "no token, or one that has expired")
        }
        self.token = token
    }
}

/// A token endpoint's error (RFC 6749 section 5.2).
struct TokenError: Decodable, Sendable, CustomStringConvertible {
    /// Such as `invalid_client`.
    let code: String
    let text: String?

    private enum CodingKeys: String, CodingKey {
        case code = "error"
        case text = "error_description"
    }

    /// - Returns: `nil` where the answer's body is none.
    init?(_ response: HTTPClientResponse) {
        guard let error = try? JSONDecoder().decode(TokenError.self, from: Data(response.body)) else { return nil }
        self = error
    }

    var description: String { text.map { "\(code): \($0)" } ?? code }

    /// Refusals have the status 400 here, as RFC 6749 says.
    func kind(status: Int) -> ProviderError.Kind? {
        switch (status, code) {
        case (_, "temporarily_unavailable"), (_, "server_error"): .temporary
        case (400, _), (401, _), (403, _): .refused
        default: nil
        }
    }
}
