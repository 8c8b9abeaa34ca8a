import CurlHTTP
import Foundation
import HTTPTypes
import Synchronization

@testable import DNSRecords

/// Microsoft Entra ID and the metadata server of a machine, in memory.
final class FakeAzureIdentity: Sendable {
    /// What is wrong, for one test each.
    enum Flaw: Hashable, Sendable {
        case metadataServerAbsent, metadataServerUpdating, noIdentity
        case halfAnAnswer, expiredAnswer, htmlAnswer, endpointDown, limited
        /// An error of the token endpoint, with that number.
        case refused(String)
    }

    static let tenant = "11111111-1111-1111-1111-111111111111"
    static let client = "22222222-2222-2222-2222-222222222222"
    static let secret = "hunter2~secret"
    static let federatedToken = "eyJ.cluster.secret"

    private struct State {
        var issued = 0
        var valid: Set<String> = []
        var flaw: Flaw?
        var log: [String] = []
    }

    private let state: Mutex<State>
    /// What tokens are asked for.
    private let resource: String
    /// Client IDs of the machine's identities; `nil` stands for the only one.
    private let identities: [String?]

    init(flaw: Flaw? = nil, resource: String = "https://management.azure.com", identities: [String?] = [nil]) {
        state = Mutex(State(flaw: flaw))
        self.resource = resource
        self.identities = identities
    }

    var flaw: Flaw? {
        get { state.withLock { $0.flaw } }
        set { state.withLock { $0.flaw = newValue } }
    }

    /// Requests for tokens, as METHOD HOST.
    var log: [String] { state.withLock { $0.log } }
    var issued: Int { state.withLock { $0.issued } }

    func accepts(_ authorization: String?) -> Bool {
        guard let authorization, authorization.hasPrefix("Bearer ") else { return false }
        return state.withLock { $0.valid.contains(String(authorization.dropFirst(7))) }
    }

    func revokeAll() { state.withLock { $0.valid = [] } }

    func respond(to request: CloudRequest) throws(HTTPClientError) -> HTTPClientResponse {
        let flaw = state.withLock {
            $0.log.append("\(request.method) \(request.host)")
            return $0.flaw
        }
        switch request.host {
        case "169.254.169.254": return try metadata(request, flaw)
        case "login.microsoftonline.com", "login.chinacloudapi.cn": return exchange(request, flaw)
        default: throw HTTPClientError(.resolveFailed, "\(request.host): no such host")
        }
    }

    private func metadata(_ request: CloudRequest, _ flaw: Flaw?) throws(HTTPClientError) -> HTTPClientResponse {
        switch flaw {
        case .metadataServerAbsent: throw HTTPClientError(.connectFailed, "after 5 s")
        case .metadataServerUpdating: return error(410, "gone", "updating")
        default: break
        }
        guard let header = HTTPField.Name("Metadata"), request.headers[header] == "true", request.method == .get else {
            return error(400, "bad_request_102", "Required metadata header not specified")
        }
        var query = request.query
        let client = query.removeValue(forKey: "client_id")
        guard request.path == ["metadata", "identity", "oauth2", "token"],
            query == ["api-version": "2018-02-01", "resource": "\(resource)/"]
        else { return error(400, "invalid_resource", "AADSTS500011: the resource was not found") }
        guard flaw != .noIdentity, identities.contains(client) else {
            return error(400, "invalid_request", "Identity not found")
        }
        return issue(flaw, isMetadata: true)
    }

    private func exchange(_ request: CloudRequest, _ flaw: Flaw?) -> HTTPClientResponse {
        var form = request.form ?? [:]
        let proof = [
            form.removeValue(forKey: "client_secret"), form.removeValue(forKey: "client_assertion"),
            form.removeValue(forKey: "client_assertion_type"),
        ]
        guard request.method == .post, request.path == [Self.tenant, "oauth2", "v2.0", "token"], request.query.isEmpty,
            form == [
                "grant_type": "client_credentials", "client_id": Self.client, "scope": "\(resource)/.default",
            ]
        else { return error(400, "invalid_request", "AADSTS90014: The required field is missing.") }
        if case .refused(let number) = flaw {
            let echo = proof.compactMap { $0 }.first ?? ""
            return error(
                number == "700016" ? 400 : 401, "invalid_client",
                "AADSTS\(number): Something is wrong with \(echo).\r\nTrace ID: 0\r\nTimestamp: 2026-01-01 00:00:00Z")
        }
        let isRight =
            proof == [Self.secret, nil, nil]
            || proof == [nil, Self.federatedToken, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
        guard isRight else { return error(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.") }
        return issue(flaw, isMetadata: false)
    }

    private func issue(_ flaw: Flaw?, isMetadata: Bool) -> HTTPClientResponse {
        switch flaw {
        case .halfAnAnswer: return .json(200, ["token_type": "Bearer", "expires_in": 3599])
        case .htmlAnswer: return HTTPClientResponse(status: .ok, body: Array("<html>".utf8))
        case .endpointDown: return HTTPClientResponse(status: .badGateway)
        case .limited:
            var response = error(429, "too_many_requests", "slow down")
            response.retryAfter = .seconds(9)
            return response
        default: break
        }
        let token = state.withLock {
            $0.issued += 1
            let token = "eyJ0.secret-token-\($0.issued)"
            $0.valid.insert(token)
            return token
        }
        let seconds = flaw == .expiredAnswer ? 0 : 3599
        guard isMetadata else {
            return .json(200, ["access_token": token, "token_type": "Bearer", "expires_in": seconds])
        }
        return .json(
            200,
            [
                "access_token": token, "token_type": "Bearer", "expires_in": "\(seconds)", "client_id": Self.client,
                "resource": "\(resource)/",
            ])
    }

    private func error(_ status: Int, _ code: String, _ text: String) -> HTTPClientResponse {
        .json(status, ["error": code, "error_description": text])
    }
}
