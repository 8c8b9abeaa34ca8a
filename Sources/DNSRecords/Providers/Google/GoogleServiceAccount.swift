import Crypto
import CryptoExtras
import CurlHTTP

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A service account's key, and how it becomes an access token: an assertion that it signs is exchanged for one.
///
/// https://developers.google.com/identity/protocols/oauth2/service-account (HTTP/REST), RFC 7523
struct GoogleServiceAccount: Sendable {
    /// The file as Google hands it out.
    struct File: Decodable {
        var project_id: String?
        var private_key_id: String?
        var private_key: String
        var client_email: String
        var token_uri: String
    }

    let projectID: String?
    let email: String
    private let keyID: String?
    private let key: _RSA.Signing.PrivateKey
    private let tokenURL: String

    /// - Throws: ``GoogleCredentials/InvalidError``, which never quotes the file.
    init(_ file: File) throws(GoogleCredentials.InvalidError) {
        guard TrustedURL.isPrivate(file.token_uri) else {
            throw .init(description: "its token_uri is not an https URL")
        }
        do {
            key = try _RSA.Signing.PrivateKey(pemRepresentation: file.private_key)
        } catch {
            throw .init(
                description: "its private_key is not an RSA key of 2048 bits or more in PEM; create another key for it")
        }
        projectID = file.project_id.flatMap { $0.isEmpty ? nil : $0 }
        email = file.client_email
        keyID = file.private_key_id
        tokenURL = file.token_uri
    }

    func token(
        _ transport: any HTTPTransport, wallClock: WallClock
    ) async throws(ProviderError) -> AccessToken {
        let assertion = try assertion(at: wallClock.secondsSinceEpoch)
        let endpoint = TokenEndpoint(
            transport: transport, url: tokenURL, title: "Google's token endpoint",
            refusalAdvice: "the key of \(email.prefix(80)) was deleted or disabled; create another one",
            advice: Self.advice)
        return try await endpoint.exchange(
            [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion.exposed)],
            secrets: [assertion])
    }

    /// Google looks at the times first, so that a wrong clock makes a good key look bad.
    private static let advice: @Sendable (TokenError) -> String? = { error in
        error.text?.contains("reasonable timeframe") == true
            ? "the clock of this machine is wrong by minutes; set it, preferably by NTP" : nil
    }

    /// A JSON Web Token, signed with RS256 (RFC 7515, RFC 7518 section 3.3).
    ///
    /// - Parameter now: seconds since 1970. The assertion begins ten seconds earlier, for clocks that are a little fast.
    func assertion(at now: UInt64) throws(ProviderError) -> SecretValue {
        struct Header: Encodable {
            var alg = "RS256"
            var typ = "JWT"
            var kid: String?
        }
        struct Claims: Encodable {
            var iss: String
            var scope: String
            var aud: String
            var iat: UInt64
            var exp: UInt64
        }
        let issued = now - min(now, 10)
        let claims = Claims(
            iss: email, scope: GoogleProvider.scope, aud: tokenURL, iat: issued, exp: issued + 3600)
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let parts = [try encoder.encode(Header(kid: keyID)), try encoder.encode(claims)]
            let signed = parts.map(Self.base64URL).joined(separator: ".")
            let signature = try key.signature(for: Data(signed.utf8), padding: .insecurePKCS1v1_5)
            return SecretValue("\(signed).\(Self.base64URL(signature.rawRepresentation))")
        } catch {
            throw ProviderError(.permanent, "the key of \(email.prefix(80)) cannot sign")
        }
    }

    /// Without padding, with the characters for URLs (RFC 4648 section 5).
    private static func base64URL(_ data: Data) -> String {
        String(
            data.base64EncodedString().compactMap { character in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            })
    }
}
