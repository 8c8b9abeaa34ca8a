import CurlHTTP
import HTTPTypes
import NetworkPrimitives

/// Credentials that an agent on the node hands to a container: EKS Pod Identity, or ECS.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
struct ContainerCredentials: AWSCredentialSource {
    private let url: String
    private let token: SecretSource?
    private let http: ProviderHTTP

    /// - Parameters:
    ///   - url: one that ``isAllowed(_:)``.
    ///   - token: what authorises the request; read again at every use, because the kubelet replaces its file.
    init(url: String, token: SecretSource?, transport: any HTTPTransport) {
        self.url = url
        self.token = token
        http = ProviderHTTP(
            transport: transport, title: "the container credentials agent",
            refusalAdvice: "check that the service account has a Pod Identity association with a role")
    }

    /// Where credentials of an ECS task are, before a relative URI.
    static let relativeBaseURL = "http://169.254.170.2"

    var title: String { "the container credentials at \(RedactedURL(url))" }

    var secretRevision: SecretRevision { SecretRevision(token) }

    /// Whether credentials may be asked for there: over TLS, or in the clear where nobody else can listen.
    static func isAllowed(_ url: String) -> Bool {
        guard let separator = url.firstRange(of: "://"), url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return false
        }
        let authority = url[separator.upperBound...].prefix { !"/?#\\".contains($0) }
        guard !authority.isEmpty, !authority.contains("@") else { return false }
        switch url[..<separator.lowerBound].lowercased() {
        case "https": return true
        case "http":
            let host: Substring
            if authority.first == "[" {
                host = authority.dropFirst().prefix { $0 != "]" }
            } else {
                host = authority.prefix { $0 != ":" }
            }
            guard let address = IPAddress(String(host)) else { return host.lowercased() == "localhost" }
            return address.description.hasPrefix("127.")
                || ["::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"].contains { IPAddress($0) == address }
        default: return false
        }
    }

    func load() async throws(ProviderError) -> AWSCredentials? {
        let token = token?.current()
        var headers: HTTPFields = [.accept: "application/json"]
        if let token { headers[.authorization] = token.exposed }
        let request = HTTPClientRequest(url: url, headers: headers, timeout: .seconds(5))
        let response = try await http.send(request, isWrite: false, secrets: token.map { [$0] } ?? [])
        let document = try http.decode(AWSCredentialDocument.self, from: response, of: "a request for credentials")
        return try document.credentials(origin: title)
    }
}
