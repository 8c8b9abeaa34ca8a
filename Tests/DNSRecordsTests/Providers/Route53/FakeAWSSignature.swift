import Crypto
import CurlHTTP
import Foundation
import HTTPTypes

/// Checks signatures the way a service does: from nothing but the request as it arrived.
struct FakeAWSSignature: Sendable {
    static let accessKeyID = "AKIDEXAMPLE"
    static let secret = "secret-token/K7MDENG+bPxRfiCYEXAMPLEKEY"

    var accessKeyID = Self.accessKeyID
    var secret = Self.secret
    var sessionToken: String?
    var region = "us-east-1"
    var service = "route53"
    /// Seconds since the epoch.
    var now: UInt64

    /// - Returns: the error's code and message; `nil` for a good signature.
    func problem(with request: HTTPClientRequest) -> (code: String, message: String)? {
        guard let authorization = header("authorization", request) else {
            return ("MissingAuthenticationToken", "Missing Authentication Token")
        }
        guard let parts = parts(of: authorization), let stamp = header("x-amz-date", request),
            let credential = parts["Credential"]?.split(separator: "/").map(String.init), credential.count == 5,
            let names = parts["SignedHeaders"]?.split(separator: ";").map(String.init), names == names.sorted(),
            names.contains("host"), names.contains("x-amz-date"), let url = URLComponents(string: request.url)
        else { return ("IncompleteSignature", "Authorization header is not understood") }
        guard credential[0] == accessKeyID else {
            return ("InvalidClientTokenId", "The security token included in the request is invalid")
        }
        guard header("x-amz-security-token", request) == sessionToken else {
            return ("InvalidClientTokenId", "The security token included in the request is invalid")
        }
        guard credential[1] == String(stamp.prefix(8)), credential[2...] == [region, service, "aws4_request"] else {
            return ("SignatureDoesNotMatch", "Credential should be scoped to a valid region")
        }
        guard let time = Self.time(stamp), abs(Int64(time) - Int64(now)) <= 300 else {
            return ("SignatureDoesNotMatch", "Signature expired: \(stamp) is now earlier than the allowed time")
        }
        var lines: [String] = []
        for name in names {
            let value = name == "host" ? Self.host(url) : header(name, request)
            guard let value else { return ("SignatureDoesNotMatch", "\(name) is signed and was not sent") }
            lines.append("\(name):\(value)")
        }
        for field in request.headers where field.name.canonicalName.hasPrefix("x-amz-") || field.name == .contentType {
            guard names.contains(field.name.canonicalName) else {
                return ("SignatureDoesNotMatch", "\(field.name) has to be signed")
            }
        }
        let canonical =
            [request.method.rawValue, Self.strictly(url.percentEncodedPath, "/"), Self.query(url)].joined(
                separator: "\n")
            + "\n" + lines.map { $0 + "\n" }.joined() + "\n" + names.joined(separator: ";") + "\n"
            + Self.hex(SHA256.hash(data: Data(request.body ?? [])))
        let scope = credential[1...].joined(separator: "/")
        let toSign = ["AWS4-HMAC-SHA256", stamp, scope, Self.hex(SHA256.hash(data: Data(canonical.utf8)))]
        var key = Data("AWS4\(secret)".utf8)
        for part in credential[1...] + [toSign.joined(separator: "\n")] {
            key = Data(HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: SymmetricKey(data: key)))
        }
        guard Self.hex(key) == parts["Signature"] else {
            // As AWS does, with everything that was signed.
            return ("SignatureDoesNotMatch", "The Canonical String for this request should have been '\(canonical)'")
        }
        return nil
    }

    private func header(_ name: String, _ request: HTTPClientRequest) -> String? {
        HTTPField.Name(name).flatMap { request.headers[$0] }
    }

    private func parts(of authorization: String) -> [String: String]? {
        let prefix = "AWS4-HMAC-SHA256 "
        guard authorization.hasPrefix(prefix) else { return nil }
        let pairs = authorization.dropFirst(prefix.count).components(separatedBy: ", ").map {
            $0.split(separator: "=", maxSplits: 1).map(String.init)
        }
        guard pairs.allSatisfy({ $0.count == 2 }) else { return nil }
        return Dictionary(pairs.map { ($0[0], $0[1]) }) { $1 }
    }

    private static func host(_ url: URLComponents) -> String? {
        url.host.map { host in url.port.map { "\(host):\($0)" } ?? host }
    }

    private static func query(_ url: URLComponents) -> String {
        (url.queryItems ?? []).map { "\(strictly($0.name))=\(strictly($0.value ?? ""))" }.sorted().joined(
            separator: "&")
    }

    private static func strictly(_ text: String, _ also: String = "") -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~" + also)
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static func time(_ stamp: String) -> UInt64? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        return formatter.date(from: stamp).map { UInt64($0.timeIntervalSince1970) }
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String(format: "%02x", $0) }.joined()
    }
}
