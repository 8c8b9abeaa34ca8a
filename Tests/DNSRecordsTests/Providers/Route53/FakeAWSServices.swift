import CurlHTTP
import Foundation
import HTTPTypes
import Synchronization

@testable import DNSRecords

/// Where AWS hands out credentials, in memory, as an HTTP transport: STS, the agent of EKS Pod Identity, and the metadata
/// service of an EC2 instance. Each checks what it is asked with.
final class FakeAWSServices: HTTPTransport {
    enum Fault: Hashable, Sendable {
        /// What it takes to be authorised is not accepted.
        case wrongToken
        /// There is no such role, or none is attached.
        case noRole
        case halfAnAnswer(without: String)
        case expired
        case badExpiration
        case malformed
        case limited
        case broken
        case silent
    }

    static let now = FakeRoute53.now
    static let webToken = "eyJhbGciOi.web-identity-token"
    static let podToken = "eyJhbGciOi.pod-identity-token"
    static let role = "arn:aws:iam::123456789012:role/dns"

    private struct State {
        var fault: Fault?
        var requests: [HTTPClientRequest] = []
        var handedOut = 0
    }

    private let state: Mutex<State>
    /// Seconds for which credentials are good.
    private let lifetime: UInt64

    init(fault: Fault? = nil, lifetime: UInt64 = 3600) {
        state = Mutex(State(fault: fault))
        self.lifetime = lifetime
    }

    var fault: Fault? {
        get { state.withLock { $0.fault } }
        set { state.withLock { $0.fault = newValue } }
    }
    var requests: [HTTPClientRequest] { state.withLock { $0.requests } }
    var calls: [String] { requests.map { "\($0.method) \($0.url)" } }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        throw HTTPClientError(.internalError, "there are no streams here")
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        state.withLock { $0.requests.append(request) }
        switch fault {
        case .silent: throw HTTPClientError(.timedOut, "after 2 s")
        case .broken: return answer(500, "<html>")
        case .malformed: return answer(200, "<html>captive portal")
        default: break
        }
        guard request.timeout != nil, let url = URLComponents(string: request.url) else { return answer(400, "") }
        switch url.host {
        case "sts.eu-central-1.amazonaws.com": return sts(request)
        case "169.254.170.23": return agent(request, url)
        case "169.254.169.254": return metadata(request, url)
        default: return answer(404, "")
        }
    }

    // MARK: STS

    private func sts(_ request: HTTPClientRequest) -> HTTPClientResponse {
        var form = URLComponents()
        form.percentEncodedQuery = String(decoding: request.body ?? [], as: UTF8.self)
        let values = Dictionary((form.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { first, _ in first }
        guard request.method == .post, request.url.hasSuffix(".com/"),
            request.headers[.contentType] == "application/x-www-form-urlencoded",
            request.headers[.authorization] == nil,
            Set(values.keys) == ["Action", "Version", "RoleArn", "RoleSessionName", "WebIdentityToken"],
            values["Action"] == "AssumeRoleWithWebIdentity", values["Version"] == "2011-06-15",
            values["RoleSessionName"] == "esddns"
        else { return stsError(400, "ValidationError", "no") }
        guard values["WebIdentityToken"] == Self.webToken, fault != .wrongToken else {
            return stsError(400, "InvalidIdentityToken", "\(values["WebIdentityToken"] ?? "") is not good")
        }
        guard values["RoleArn"] == Self.role, fault != .noRole else {
            return stsError(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
        }
        if fault == .limited { return stsError(400, "Throttling", "Rate exceeded") }
        let content = handOut().map { name, value in
            "<\(name == "Token" ? "SessionToken" : name)>\(value)</\(name == "Token" ? "SessionToken" : name)>"
        }.joined()
        return answer(
            200,
            """
            <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
            <AssumeRoleWithWebIdentityResult><Audience>sts.amazonaws.com</Audience><Credentials>\(content)</Credentials>
            </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
            """)
    }

    private func stsError(_ status: Int, _ code: String, _ message: String) -> HTTPClientResponse {
        answer(
            status,
            """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>\(code)</Code>\
            <Message>\(message)</Message></Error><RequestId>x</RequestId></ErrorResponse>
            """)
    }

    // MARK: EKS Pod Identity

    private func agent(_ request: HTTPClientRequest, _ url: URLComponents) -> HTTPClientResponse {
        guard request.method == .get, url.path == "/v1/credentials" else { return answer(404, "") }
        guard request.headers[.authorization] == Self.podToken, fault != .wrongToken else {
            return answer(401, #"{"message": "\#(request.headers[.authorization] ?? "") is not good"}"#)
        }
        if fault == .noRole { return answer(403, #"{"message": "no association"}"#) }
        if fault == .limited { return answer(429, "{}") }
        return json(handOut().merging(["AccountId": "123456789012"]) { $1 })
    }

    // MARK: EC2

    private func metadata(_ request: HTTPClientRequest, _ url: URLComponents) -> HTTPClientResponse {
        func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { request.headers[$0] } }
        let roles = "/latest/meta-data/iam/security-credentials/"
        if url.path == "/latest/api/token" {
            guard request.method == .put, let seconds = Int(header("X-aws-ec2-metadata-token-ttl-seconds") ?? ""),
                (1...21600).contains(seconds), request.body?.isEmpty == true
            else { return answer(400, "") }
            return answer(200, "metadata-token")
        }
        guard request.method == .get, header("X-aws-ec2-metadata-token") == "metadata-token", fault != .wrongToken
        else {
            return answer(401, "<html>metadata-token is not good</html>")
        }
        switch url.path {
        case roles: return fault == .noRole ? answer(404, "<html>") : answer(200, "node-role")
        case roles + "node-role":
            if fault == .limited { return answer(429, "") }
            return json(handOut().merging(["Code": "Success", "Type": "AWS-HMAC"]) { $1 })
        default: return answer(404, "<html>")
        }
    }

    // MARK: Answers

    private func handOut() -> [String: String] {
        let count = state.withLock { state in
            state.handedOut += 1
            return state.handedOut
        }
        let expires = fault == .expired ? Self.now - 1 : Self.now + lifetime
        var values = [
            "AccessKeyId": "ASIA\(count)", "SecretAccessKey": "temporary-secret-\(count)",
            "Token": "temporary-token-\(count)", "Expiration": Self.extended(expires),
        ]
        if case .halfAnAnswer(let missing) = fault { values[missing] = nil }
        if fault == .badExpiration { values["Expiration"] = "tomorrow" }
        return values
    }

    static func extended(_ seconds: UInt64) -> String {
        ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
    }

    private func json(_ values: [String: String]) -> HTTPClientResponse {
        answer(200, String(decoding: (try? JSONEncoder().encode(values)) ?? Data(), as: UTF8.self))
    }

    private func answer(_ status: Int, _ body: String) -> HTTPClientResponse {
        HTTPClientResponse(status: .init(code: status), body: Array(body.utf8))
    }
}
