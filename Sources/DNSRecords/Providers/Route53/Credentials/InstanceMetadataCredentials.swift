import CurlHTTP
import HTTPTypes

/// Credentials of the role of an EC2 instance, by version 2 of its metadata service.
///
/// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html
struct InstanceMetadataCredentials: AWSCredentialSource {
    static let defaultBaseURL = "http://169.254.169.254"
    private static let path = "/latest/meta-data/iam/security-credentials/"
    /// Seconds; only this one conversation needs the token.
    private static let tokenLifetime = 300

    private let baseURL: String
    /// How the user can give credentials instead, for the message where nothing else is left.
    private let otherwise: String
    private let http: ProviderHTTP

    init(baseURL: String, otherwise: String, transport: any HTTPTransport) {
        self.baseURL = baseURL
        self.otherwise = otherwise
        http = ProviderHTTP(
            transport: transport, title: "the EC2 instance metadata service",
            refusalAdvice: "it has to be enabled for this instance; or \(otherwise)")
    }

    var title: String { "the EC2 instance metadata" }

    func load() async throws(ProviderError) -> AWSCredentials? {
        let token = try await token()
        let roles = try await get(Self.path, token: token, accepting: [404])
        guard roles.status.code != 404 else {
            throw ProviderError(.refused, "this EC2 instance has no role; attach an instance profile, or \(otherwise)")
        }
        let role = String(decoding: roles.body.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        guard Self.isRole(role) else {
            throw ProviderError(.temporary, "\(title) answered something unexpected to the question for a role")
        }
        let answer = try await get(Self.path + role, token: token)
        let document = try http.decode(AWSCredentialDocument.self, from: answer, of: "the question for credentials")
        guard document.Code ?? "Success" == "Success" else {
            let why = "\(document.Code ?? ""): \(document.Message ?? "")".filter { $0.isASCII && !$0.isNewline }
            throw ProviderError(.refused, "\(title) has no credentials for the role \(role) (\(why.prefix(200)))")
        }
        return try document.credentials(origin: "\(title), role \(role)")
    }

    private func token() async throws(ProviderError) -> SecretValue {
        let request = HTTPClientRequest(
            method: .put, url: baseURL + "/latest/api/token",
            headers: Self.header("X-aws-ec2-metadata-token-ttl-seconds", "\(Self.tokenLifetime)"), body: [],
            timeout: .seconds(2))
        let response: HTTPClientResponse
        do {
            response = try await http.send(request, isWrite: false, secrets: [])
        } catch {
            guard error.kind == .temporary else { throw error }
            throw ProviderError(
                .temporary,
                "there are no AWS credentials: none are set, and \(error.message); \(otherwise) (on EC2, pods need a "
                    + "metadata hop limit of 2)")
        }
        let text = String(decoding: response.body, as: UTF8.self)
        guard !text.isEmpty, text.utf8.count < 1024, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ProviderError(.temporary, "\(title) answered something unexpected to the question for a token")
        }
        return SecretValue(text)
    }

    private func get(
        _ path: String, token: SecretValue, accepting: Set<Int> = []
    ) async throws(ProviderError) -> HTTPClientResponse {
        let request = HTTPClientRequest(
            url: baseURL + path, headers: Self.header("X-aws-ec2-metadata-token", token.exposed), timeout: .seconds(2))
        return try await http.send(request, accepting: accepting, isWrite: false, secrets: [token])
    }

    private static func header(_ name: String, _ value: String) -> HTTPFields {
        var fields = HTTPFields()
        if let name = HTTPField.Name(name) { fields[name] = value }
        return fields
    }

    /// What IAM accepts as a role's name: 1 to 64 letters, digits and `+=,.@-_`.
    private static func isRole(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+=,.@-_".contains($0)) }
    }
}
