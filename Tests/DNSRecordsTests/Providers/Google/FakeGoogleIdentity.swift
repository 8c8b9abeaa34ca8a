import CryptoExtras
import CurlHTTP
import Foundation
import HTTPTypes
import Synchronization

@testable import DNSRecords

/// Everything that hands out access tokens for Google's APIs, in memory.
final class FakeGoogleIdentity: Sendable {
    /// What is wrong, for one test each.
    enum Flaw: Sendable, CaseIterable {
        case metadataServerAbsent, foreignMetadataServer, noServiceAccount
        case halfAnAnswer, expiredAnswer, notBearer, htmlAnswer
        case keyDeleted, clockSkew, subjectTokenExpired, wrongAudience, impersonationDenied, halfImpersonation,
            endpointDown
    }

    static let project = "my-project-1"
    static let scope = "https://www.googleapis.com/auth/ndev.clouddns.readwrite"
    static let platformScope = "https://www.googleapis.com/auth/cloud-platform"
    static let audience =
        "//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool/providers/cluster"
    static let subjectToken = "subject-token-of-the-cluster"
    /// One for all tests: making one takes a moment.
    static let key = try? _RSA.Signing.PrivateKey(keySize: .bits2048)

    private struct State {
        var issued = 0
        /// Tokens for the DNS API.
        var valid: Set<String> = []
        /// Tokens that can only be exchanged once more.
        var federated: Set<String> = []
        var flaw: Flaw?
        var log: [String] = []
    }

    private let state: Mutex<State>
    private let now: UInt64

    /// - Parameter now: the real time of day, which an assertion has to be near to.
    init(flaw: Flaw? = nil, now: UInt64 = 1_800_000_000) {
        state = Mutex(State(flaw: flaw))
        self.now = now
    }

    var flaw: Flaw? {
        get { state.withLock { $0.flaw } }
        set { state.withLock { $0.flaw = newValue } }
    }

    /// Requests for tokens and projects, as METHOD HOST.
    var log: [String] { state.withLock { $0.log } }
    var issued: Int { state.withLock { $0.issued } }

    func accepts(_ authorization: String?) -> Bool {
        guard let authorization, authorization.hasPrefix("Bearer ") else { return false }
        return state.withLock { $0.valid.contains(String(authorization.dropFirst(7))) }
    }

    /// From now on no token that was issued is accepted.
    func revokeAll() { state.withLock { $0.valid = [] } }

    func respond(to request: CloudRequest) throws(HTTPClientError) -> HTTPClientResponse {
        let flaw = state.withLock {
            $0.log.append("\(request.method) \(request.host)")
            return $0.flaw
        }
        switch request.host {
        case "169.254.169.254", "metadata.test:8080": return try metadata(request, flaw)
        case "oauth2.googleapis.com": return assertion(request, flaw)
        case "sts.googleapis.com": return exchange(request, flaw)
        case "iamcredentials.googleapis.com": return impersonation(request, flaw)
        case "issuer.test":
            guard request.method == .get, request.headers[.accept] == "text/plain" else { return error(400, "bad", "") }
            return .json(200, ["value": Self.subjectToken])
        default: throw HTTPClientError(.resolveFailed, "\(request.host): no such host")
        }
    }

    private func metadata(_ request: CloudRequest, _ flaw: Flaw?) throws(HTTPClientError) -> HTTPClientResponse {
        guard flaw != .metadataServerAbsent else { throw HTTPClientError(.connectFailed, "after 3 s") }
        guard let flavor = HTTPField.Name("Metadata-Flavor"), request.headers[flavor] == "Google" else {
            return HTTPClientResponse(status: .forbidden, body: Array("Missing Metadata-Flavor:Google header".utf8))
        }
        let headers: HTTPFields = flaw == .foreignMetadataServer ? [:] : [flavor: "Google"]
        switch (request.path.joined(separator: "/"), request.query) {
        case ("computeMetadata/v1/project/project-id", [:]):
            return HTTPClientResponse(status: .ok, headers: headers, body: Array(Self.project.utf8))
        case ("computeMetadata/v1/instance/service-accounts/default/token", ["scopes": Self.scope]):
            guard flaw != .noServiceAccount else {
                return HTTPClientResponse(status: .notFound, headers: headers, body: Array("<html>".utf8))
            }
            return issue(flaw, headers: headers)
        default: return HTTPClientResponse(status: .notFound, headers: headers)
        }
    }

    private func assertion(_ request: CloudRequest, _ flaw: Flaw?) -> HTTPClientResponse {
        let form = request.form ?? [:]
        guard request.method == .post, request.path == ["token"], Set(form.keys) == ["grant_type", "assertion"],
            form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        else { return error(400, "unsupported_grant_type", "Invalid grant_type") }
        let parts = (form["assertion"] ?? "").split(separator: ".").map(String.init)
        guard parts.count == 3, let signature = decode(parts[2]),
            (try? JSONSerialization.jsonObject(with: decode(parts[0]) ?? Data())) as? [String: String]
                == ["alg": "RS256", "typ": "JWT", "kid": "key-1"],
            let claims = (try? JSONSerialization.jsonObject(with: decode(parts[1]) ?? Data())) as? [String: Any],
            Set(claims.keys) == ["iss", "scope", "aud", "iat", "exp"],
            claims["aud"] as? String == "https://oauth2.googleapis.com/token", claims["scope"] as? String == Self.scope,
            claims["iss"] as? String == "dns@my-project-1.iam.gserviceaccount.com"
        else { return error(400, "invalid_grant", "Invalid JWT") }
        guard let begin = claims["iat"] as? UInt64, let end = claims["exp"] as? UInt64, flaw != .clockSkew,
            begin <= now + 300, end >= now, end - begin <= 3600
        else {
            return error(
                400, "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and "
                    + "exp values in the JWT claim.")
        }
        let isSigned =
            Self.key?.publicKey.isValidSignature(
                .init(rawRepresentation: signature), for: Data("\(parts[0]).\(parts[1])".utf8),
                padding: .insecurePKCS1v1_5) == true
        guard isSigned, flaw != .keyDeleted else {
            return error(400, "invalid_grant", "Invalid JWT Signature: \(form["assertion"] ?? "").")
        }
        return issue(flaw)
    }

    private func exchange(_ request: CloudRequest, _ flaw: Flaw?) -> HTTPClientResponse {
        var form = request.form ?? [:]
        let scope = form.removeValue(forKey: "scope")
        let wanted = [
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "audience": flaw == .wrongAudience ? "another" : Self.audience,
            "subject_token": Self.subjectToken, "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        ]
        guard request.method == .post, request.path == ["v1", "token"], form == wanted, flaw != .subjectTokenExpired
        else {
            return error(400, "invalid_grant", "The subject token \(form["subject_token"] ?? "") is stale or foreign.")
        }
        return issue(flaw, isFederated: scope == Self.platformScope)
    }

    private func impersonation(_ request: CloudRequest, _ flaw: Flaw?) -> HTTPClientResponse {
        let token = String((request.headers[.authorization] ?? "").dropFirst(7))
        let isKnown = state.withLock { $0.federated.contains(token) }
        guard isKnown, flaw != .impersonationDenied else {
            return .json(403, ["error": ["code": 403, "message": "Permission denied for \(token)", "status": "X"]])
        }
        guard request.method == .post,
            request.path.last == "dns@my-project-1.iam.gserviceaccount.com:generateAccessToken",
            let body = request.json, Set(body.keys) == ["scope", "lifetime"],
            body["scope"] as? [String] == [Self.scope],
            body["lifetime"] as? String == "3600s"
        else { return .json(400, ["error": ["code": 400, "message": "Invalid JSON payload"]]) }
        guard flaw != .halfImpersonation else { return .json(200, ["accessToken": "x"]) }
        return .json(200, ["accessToken": next(isFederated: false), "expireTime": "2027-01-15T09:00:00Z"])
    }

    private func issue(_ flaw: Flaw?, isFederated: Bool = false, headers: HTTPFields = [:]) -> HTTPClientResponse {
        switch flaw {
        case .halfAnAnswer: return .json(200, ["access_token": "half", "token_type": "Bearer"], headers: headers)
        case .htmlAnswer: return HTTPClientResponse(status: .ok, headers: headers, body: Array("<html>".utf8))
        case .endpointDown: return HTTPClientResponse(status: .serviceUnavailable, headers: headers)
        default: break
        }
        return .json(
            200,
            [
                "access_token": next(isFederated: isFederated), "expires_in": flaw == .expiredAnswer ? 0 : 3599,
                "token_type": flaw == .notBearer ? "mac" : "Bearer",
            ], headers: headers)
    }

    private func next(isFederated: Bool) -> String {
        state.withLock {
            $0.issued += 1
            let token = "ya29.secret-token-\($0.issued)"
            if isFederated { $0.federated.insert(token) } else { $0.valid.insert(token) }
            return token
        }
    }

    private func error(_ status: Int, _ code: String, _ text: String) -> HTTPClientResponse {
        .json(status, ["error": code, "error_description": text])
    }

    private func decode(_ base64URL: String) -> Data? {
        let text = base64URL.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        return Data(base64Encoded: text + String(repeating: "=", count: (4 - text.count % 4) % 4))
    }

    // MARK: Documents

    /// A service account's key as Google hands it out.
    static func keyFile(_ changes: [String: Any?] = [:]) -> String {
        document(
            [
                "type": "service_account", "project_id": project, "private_key_id": "key-1",
                "private_key": key?.pkcs8PEMRepresentation ?? "",
                "client_email": "dns@my-project-1.iam.gserviceaccount.com",
                "client_id": "1234", "token_uri": "https://oauth2.googleapis.com/token",
                "universe_domain": "googleapis.com",
            ], changes)
    }

    /// A configuration of workload identity federation.
    static func federation(source: [String: Any], isImpersonating: Bool, _ changes: [String: Any?] = [:]) -> String {
        var document: [String: Any] = [
            "type": "external_account", "audience": audience,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": "https://sts.googleapis.com/v1/token", "credential_source": source,
        ]
        if isImpersonating {
            document["service_account_impersonation_url"] =
                "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/dns@my-project-1.iam.gserviceaccount.com:"
                + "generateAccessToken"
        }
        return self.document(document, changes)
    }

    private static func document(_ object: [String: Any], _ changes: [String: Any?]) -> String {
        var object = object
        for (key, value) in changes { object[key] = value }
        let data = (try? JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted])) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }
}
