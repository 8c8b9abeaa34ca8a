import CurlHTTP
import HTTPTypes

/// Adds the headers by which a user asks the API server to be treated as another.
///
/// See "User impersonation" in the Kubernetes documentation; the server decides by RBAC whether that is allowed.
struct ImpersonatingTransport: HTTPTransport {
    let base: any HTTPTransport
    let impersonation: KubernetesAccess.Impersonation

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        try await base.send(marked(request))
    }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        try await base.stream(marked(request))
    }

    private func marked(_ request: HTTPClientRequest) throws(HTTPClientError) -> HTTPClientRequest {
        var request = request
        let fields =
            [("Impersonate-User", impersonation.user), ("Impersonate-Uid", impersonation.uid)]
            + impersonation.groups.map { ("Impersonate-Group", $0) }
        for case (let name, let value?) in fields {
            guard let name = HTTPField.Name(name), HTTPField.isValidValue(value) else {
                throw HTTPClientError(
                    .invalidRequest, "\(name) cannot be sent: it has characters that no header may have")
            }
            request.headers.append(HTTPField(name: name, value: value))
        }
        return request
    }
}
