import CurlHTTP
import HTTPTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension AzureProvider {
    /// Who is asking.
    public enum Credential: Sendable {
        /// Workload identity: a token of the cluster's, in a file that it replaces, stands for an application.
        case workloadIdentity(token: SecretSource, application: Application)
        /// An application with a secret of its own.
        case clientSecret(SecretSource, application: Application)
        /// Whatever identity the machine has; the one with that client ID, where it has several.
        case managedIdentity(clientID: String?)
    }

    /// An application in Microsoft Entra ID.
    public struct Application: Hashable, Sendable {
        public var tenantID: String
        public var clientID: String
        /// Where it signs in, without a slash at the end.
        public var authorityURL: String

        public init(
            tenantID: String, clientID: String, authorityURL: String = AzureProvider.defaultAuthorityURL
        ) {
            self.tenantID = tenantID
            self.clientID = clientID
            self.authorityURL = authorityURL
        }
    }
}

extension AzureProvider.Credential {
    /// What tokens are got with; of a machine's identity nothing is known here.
    var secretRevision: SecretRevision {
        switch self {
        case .workloadIdentity(let source, _), .clientSecret(let source, _): SecretRevision(source)
        case .managedIdentity: .unchanging
        }
    }

    /// Gets a token.
    ///
    /// - Parameter resource: what it is for: the URL of Azure Resource Manager.
    func token(
        for resource: String, _ transport: any HTTPTransport
    ) async throws(ProviderError) -> AccessToken {
        switch self {
        case .workloadIdentity(let source, let application):
            let assertion = source.current()
            return try await application.token(
                for: resource, transport,
                proof: [
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                    ("client_assertion", assertion.exposed),
                ], secret: assertion)
        case .clientSecret(let source, let application):
            let secret = source.current()
            return try await application.token(
                for: resource, transport, proof: [("client_secret", secret.exposed)], secret: secret)
        case .managedIdentity(let clientID):
            return try await AzureMetadataServer(transport: transport).token(for: resource, clientID: clientID)
        }
    }
}

extension AzureProvider.Application {
    /// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    fileprivate func token(
        for resource: String, _ transport: any HTTPTransport, proof: [(name: String, value: String)],
        secret: SecretValue
    ) async throws(ProviderError) -> AccessToken {
        let endpoint = TokenEndpoint(
            transport: transport, url: "\(authorityURL)/\(tenantID.percentEncoded)/oauth2/v2.0/token",
            title: "Microsoft Entra ID", refusalAdvice: "check the application's credentials in Microsoft Entra ID",
            advice: Self.advice)
        return try await endpoint.exchange(
            [("grant_type", "client_credentials"), ("client_id", clientID), ("scope", "\(resource)/.default")] + proof,
            secrets: [secret])
    }

    /// What to do about the errors that people see.
    ///
    /// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
    private static let advice: @Sendable (TokenError) -> String? = { error in
        guard let text = error.text, text.hasPrefix("AADSTS") else { return nil }
        switch text.dropFirst(6).prefix(while: \.isNumber) {
        case "7000215": return "the client secret is wrong: its value is needed, not its ID"
        case "7000222": return "the client secret has expired; create another one"
        case "700016": return "there is no such application in that tenant; check the client ID and the tenant ID"
        case "90002", "900023": return "there is no such tenant; check the tenant ID and the authority"
        case "700024":
            return "the federated token has expired, or a clock is wrong; see whether the file is still replaced"
        case "70021", "700211", "700212", "700213":
            return
                "the federated credential of the application does not fit: its issuer has to be the cluster's, its subject "
                + "system:serviceaccount:NAMESPACE:NAME, its audience api://AzureADTokenExchange"
        default: return nil
        }
    }
}

/// The server that tells a machine in Azure who it is (IMDS).
///
/// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#get-a-token-using-http
struct AzureMetadataServer: Sendable {
    private static let host = "169.254.169.254"
    private static let apiVersion = "2018-02-01"
    /// It is on the same machine but may have to ask further on; where it is absent, a packet to it vanishes.
    private static let timeout = Duration.seconds(5)

    private let http: ProviderHTTP

    init(transport: any HTTPTransport) {
        var dialect = ProviderHTTP.Dialect()
        dialect.explanation = { TokenError($0)?.description }
        // 404 and 410 are what it says while it is being updated.
        dialect.kind = { response in
            switch response.status.code {
            case 400: .refused
            case 404, 410: .temporary
            default: nil
            }
        }
        http = ProviderHTTP(
            transport: transport, title: "Azure's metadata server (\(Self.host))",
            refusalAdvice:
                "assign a managed identity to this machine or, where it has several, set AZURE_CLIENT_ID to one of them",
            dialect: dialect)
    }

    func token(for resource: String, clientID: String?) async throws(ProviderError) -> AccessToken {
        var url = "http://\(Self.host)/metadata/identity/oauth2/token?api-version=\(Self.apiVersion)"
        url += "&resource=\("\(resource)/".percentEncoded)"
        if let clientID { url += "&client_id=\(clientID.percentEncoded)" }
        var request = HTTPClientRequest(url: url, timeout: Self.timeout)
        // Nobody who only makes this program fetch a URL can add a header.
        if let metadata = HTTPField.Name("Metadata") { request.headers[metadata] = "true" }
        do throws(ProviderError) {
            let response = try await http.send(request, isWrite: false, secrets: [])
            return try http.decode(TokenAnswer.self, from: response, of: "the request for a token").token
        } catch {
            guard error.kind == .temporary else { throw error }
            throw ProviderError(
                .temporary,
                "\(error.message); outside Azure, set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET")
        }
    }
}
