import CurlHTTP
import HTTPTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Workload identity federation: a token of somebody else's, such as a Kubernetes cluster outside Google Cloud, is
/// exchanged for Google's, which in turn may stand for a service account.
///
/// https://google.aip.dev/auth/4117, RFC 8693
struct GoogleExternalAccount: Sendable {
    /// The configuration as `gcloud iam workload-identity-pools create-cred-config` writes it.
    struct File: Decodable {
        struct Source: Decodable {
            var file: String?
            var url: String?
            var headers: [String: String]?
            var format: Format?
        }

        struct Format: Decodable {
            var type: String?
            var subject_token_field_name: String?
        }

        struct Impersonation: Decodable { var token_lifetime_seconds: Int? }

        var audience: String
        var subject_token_type: String
        var token_url: String
        var credential_source: Source
        var service_account_impersonation_url: String?
        var service_account_impersonation: Impersonation?
        var client_id: String?
        var client_secret: String?
        var workforce_pool_user_project: String?
    }

    private let file: File
    let source: GoogleSubjectTokenSource
    private var clientSecret: SecretValue? { file.client_secret.map(SecretValue.init) }

    /// - Throws: ``GoogleCredentials/InvalidError``, which never quotes the file.
    init(_ file: File) throws(GoogleCredentials.InvalidError) {
        source = try GoogleSubjectTokenSource(file.credential_source)
        guard TrustedURL.isPrivate(file.token_url) else {
            throw .init(description: "its token_url is not an https URL")
        }
        if let url = file.service_account_impersonation_url, !TrustedURL.isPrivate(url) {
            throw .init(description: "its service_account_impersonation_url is not an https URL")
        }
        // What the service itself allows.
        let lifetime = file.service_account_impersonation?.token_lifetime_seconds ?? 3600
        guard (600...43_200).contains(lifetime) else {
            throw .init(
                description: "its service_account_impersonation.token_lifetime_seconds is not within 600 to 43200")
        }
        self.file = file
    }

    func token(_ transport: any HTTPTransport) async throws(ProviderError) -> AccessToken {
        let subjectToken = try await source.token(transport)
        let federated = try await exchange(subjectToken, transport)
        guard let url = file.service_account_impersonation_url else { return federated }
        return try await impersonate(url, federated.secret, transport)
    }

    private func exchange(
        _ subjectToken: SecretValue, _ transport: any HTTPTransport
    ) async throws(ProviderError) -> AccessToken {
        let endpoint = TokenEndpoint(
            transport: transport, url: file.token_url, title: "Google's security token service",
            refusalAdvice:
                "the subject token has expired, or the workload identity pool's provider does not accept its issuer, subject "
                + "or audience")
        var form: [(name: String, value: String)] = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("audience", file.audience),
            ("subject_token", subjectToken.exposed),
            ("subject_token_type", file.subject_token_type),
            // The federated token itself needs no more than to be exchanged once more.
            (
                "scope",
                file.service_account_impersonation_url == nil ? GoogleProvider.scope : GoogleProvider.platformScope
            ),
        ]
        var headers: HTTPFields = [:]
        if let id = file.client_id {
            let pair = Data("\(id):\(file.client_secret ?? "")".utf8)
            headers[.authorization] = "Basic \(pair.base64EncodedString())"
        } else if let project = file.workforce_pool_user_project {
            form.append(("options", #"{"userProject":"\#(project)"}"#))
        }
        return try await endpoint.exchange(
            form, headers: headers, secrets: [subjectToken] + (clientSecret.map { [$0] } ?? []))
    }

    /// https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
    private func impersonate(
        _ url: String, _ federated: SecretValue, _ transport: any HTTPTransport
    ) async throws(ProviderError) -> AccessToken {
        struct Wish: Encodable {
            var scope: [String]
            var lifetime: String
        }
        struct Answer: Decodable {
            var accessToken: String
            var expireTime: String
        }
        let http = ProviderHTTP(
            transport: transport, title: "Google's service account credentials API",
            refusalAdvice:
                "grant the federated identity the role Workload Identity User (roles/iam.workloadIdentityUser) on the service "
                + "account, and enable the IAM Service Account Credentials API",
            dialect: GoogleError.dialect)
        let lifetime = file.service_account_impersonation?.token_lifetime_seconds ?? 3600
        let request = HTTPClientRequest(
            method: .post, url: url,
            headers: [
                .accept: "application/json", .contentType: "application/json",
                .authorization: "Bearer \(federated.exposed)",
            ],
            body: try http.encode(Wish(scope: [GoogleProvider.scope], lifetime: "\(lifetime)s")))
        let response = try await http.send(request, isWrite: false, secrets: [federated])
        let answer = try http.decode(Answer.self, from: response, of: "the request for a token")
        // The lifetime is the one that was asked for; `expireTime` would have to be compared with a clock.
        guard !answer.expireTime.isEmpty, let token = AccessToken(answer.accessToken, lifetime: .seconds(lifetime))
        else {
            throw ProviderError(.temporary, "\(http.title) answered without a token")
        }
        return token
    }
}
