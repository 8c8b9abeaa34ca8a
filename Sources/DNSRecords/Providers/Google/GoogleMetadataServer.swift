import CurlHTTP
import HTTPTypes

/// The server that tells a machine or a pod in Google Cloud who it is.
///
/// https://cloud.google.com/compute/docs/metadata/overview; GKE's stands in for it with Workload Identity
struct GoogleMetadataServer: Sendable {
    /// By address, so that nothing is asked of a resolver where there is no such server.
    static let defaultHost = "169.254.169.254"

    private let http: ProviderHTTP
    private let host: String
    /// It is on the same machine; where it is absent, a packet to it vanishes.
    private static let timeout = Duration.seconds(3)

    /// - Parameter host: HOST or HOST:PORT.
    init(transport: any HTTPTransport, host: String = GoogleMetadataServer.defaultHost) {
        self.host = host
        var dialect = ProviderHTTP.Dialect()
        dialect.explanation = { response in
            let text = String(decoding: response.body.prefix(200), as: UTF8.self)
            return text.contains("<") ? nil : text
        }
        dialect.kind = { $0.status.code == 404 ? .refused : nil }
        http = ProviderHTTP(
            transport: transport, title: "Google's metadata server (\(host))",
            refusalAdvice:
                "attach a service account to this machine, or bind the pod's with Workload Identity Federation for GKE",
            dialect: dialect)
    }

    func token() async throws(ProviderError) -> AccessToken {
        let path = "instance/service-accounts/default/token?scopes=\(GoogleProvider.scope.percentEncoded)"
        return try http.decode(TokenAnswer.self, from: try await get(path), of: "the request for a token").token
    }

    /// The project that the machine belongs to.
    func projectID() async throws(ProviderError) -> String {
        let text = String(decoding: try await get("project/project-id").body, as: UTF8.self)
        guard GoogleProvider.isProjectID(text) else {
            throw ProviderError(
                .temporary, "\(http.title) answered something unexpected to the request for the project")
        }
        return text
    }

    private func get(_ path: String) async throws(ProviderError) -> HTTPClientResponse {
        var request = HTTPClientRequest(url: "http://\(host)/computeMetadata/v1/\(path)", timeout: Self.timeout)
        // Both sides show that nobody was talked into this request or this answer.
        guard let flavor = HTTPField.Name("Metadata-Flavor") else { return HTTPClientResponse(status: .badRequest) }
        request.headers[flavor] = "Google"
        let response: HTTPClientResponse
        do throws(ProviderError) {
            response = try await http.send(request, isWrite: false, secrets: [])
        } catch {
            guard error.kind == .temporary else { throw error }
            throw ProviderError(
                .temporary, "\(error.message); outside Google Cloud, set GOOGLE_CREDENTIALS to a service account's key")
        }
        guard response.headers[flavor] == "Google" else {
            throw ProviderError(
                .temporary,
                "what answers at \(host) is not Google's metadata server; outside Google Cloud, set GOOGLE_CREDENTIALS to a "
                    + "service account's key")
        }
        return response
    }
}
