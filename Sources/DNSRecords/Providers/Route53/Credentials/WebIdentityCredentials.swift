import CurlHTTP
import HTTPTypes

/// A role that a Kubernetes service account may assume (IRSA), by the token that EKS mounts into its pods.
///
/// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
struct WebIdentityCredentials: AWSCredentialSource {
    private let roleARN: String
    private let sessionName: String
    private let token: SecretSource
    private let baseURL: String
    private let http: ProviderHTTP

    /// - Parameters:
    ///   - sessionName: how the role's use is called in AWS's audit log.
    ///   - token: read again for every session; the kubelet replaces its file.
    ///   - baseURL: of the Security Token Service.
    init(
        roleARN: String, sessionName: String, token: SecretSource, baseURL: String, transport: any HTTPTransport
    ) {
        self.roleARN = roleARN
        self.sessionName = sessionName
        self.token = token
        self.baseURL = baseURL
        http = ProviderHTTP(
            transport: transport, title: "AWS STS",
            refusalAdvice: "check that \(roleARN) trusts this cluster's OIDC provider and service account",
            dialect: AWSErrorAnswer.dialect(retryingAfter: .seconds(10)))
    }

    var title: String { "the web identity for \(roleARN)" }

    var secretRevision: SecretRevision { SecretRevision(token) }

    func load() async throws(ProviderError) -> AWSCredentials? {
        let token = token.current()
        let form = [
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", roleARN),
            ("RoleSessionName", sessionName), ("WebIdentityToken", token.exposed),
        ].map { "\($0)=\(AWSSignature.encoded($1))" }.joined(separator: "&")
        let request = HTTPClientRequest(
            method: .post, url: baseURL + "/", headers: [.contentType: "application/x-www-form-urlencoded"],
            body: Array(form.utf8), timeout: .seconds(10))
        // It changes nothing: a session more does no harm.
        let response = try await http.send(request, isWrite: false, secrets: [token])
        guard let root = try? XML.parse(response.body), root.name == "AssumeRoleWithWebIdentityResponse",
            let answer = root["AssumeRoleWithWebIdentityResult"]?["Credentials"]
        else { throw ProviderError(.temporary, "AWS STS answered something unexpected to AssumeRoleWithWebIdentity") }
        let document = AWSCredentialDocument(
            AccessKeyId: answer.text(of: "AccessKeyId"), SecretAccessKey: answer.text(of: "SecretAccessKey"),
            Token: answer.text(of: "SessionToken"), Expiration: answer.text(of: "Expiration"))
        return try document.credentials(origin: title)
    }
}
