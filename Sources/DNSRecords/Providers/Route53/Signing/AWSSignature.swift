import Crypto
import CurlHTTP
import HTTPTypes

/// AWS Signature Version 4, in the Authorization header.
///
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
/// Why libcurl does not sign: docs/decisions/0012-own-signatures.md.
struct AWSSignature: Sendable {
    var region: String
    var service: String

    /// A request before it is signed.
    struct Request: Sendable {
        var method: HTTPRequest.Method = .get
        /// Scheme, host and perhaps a port and the beginning of the path, without a slash at its end.
        var baseURL: String
        /// As it travels; begins with a slash.
        var path: String
        /// Not encoded.
        var query: [(name: String, value: String)] = []
        /// All of them are signed.
        var headers: [(name: String, value: String)] = []
        var body: [UInt8]?
    }

    /// The request with the headers that authorise it.
    ///
    /// - Parameter time: seconds since the epoch; AWS accepts some minutes of difference from its own clock.
    func signed(_ request: Request, by credentials: AWSCredentials, at time: UInt64) -> HTTPClientRequest {
        let (host, prefix) = Self.hostAndPath(of: request.baseURL)
        let stamp = UTCTimestamp.basic(time)
        var headers = request.headers + [("X-Amz-Date", stamp)]
        if let token = credentials.sessionToken { headers.append(("X-Amz-Security-Token", token.exposed)) }
        let query = Self.canonicalQuery(request.query)
        let signedHeaders = (headers + [("Host", host)]).map { (name: $0.0.lowercased(), value: Self.trimmed($0.1)) }
            .sorted { $0.name < $1.name }
        let names = signedHeaders.map(\.name).joined(separator: ";")
        let canonical = [
            request.method.rawValue, Self.encoded(prefix + request.path, keepingSlashes: true), query,
            signedHeaders.map { "\($0.name):\($0.value)\n" }.joined(), names,
            Self.hex(SHA256.hash(data: request.body ?? [])),
        ].joined(separator: "\n")
        let day = String(stamp.prefix(8))
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let toSign = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n\(Self.hex(SHA256.hash(data: Array(canonical.utf8))))"
        let secret = Array("AWS4\(credentials.secretAccessKey.exposed)".utf8)
        let key = [day, region, service, "aws4_request"].reduce(secret) { Array(Self.code($1, key: $0)) }
        headers.append(
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), SignedHeaders=\(names), "
                    + "Signature=\(Self.hex(Self.code(toSign, key: key)))"
            ))
        return HTTPClientRequest(
            method: request.method, url: request.baseURL + request.path + (query.isEmpty ? "" : "?\(query)"),
            headers: HTTPFields(
                headers.compactMap { name, value in
                    HTTPField.Name(name).map { HTTPField(name: $0, value: value) }
                }),
            body: request.body)
    }

    /// What the client sends as `Host`, and where the path begins: a port that the scheme implies is left out.
    private static func hostAndPath(of url: String) -> (host: String, path: String) {
        let (scheme, rest) =
            url.firstRange(of: "://").map { (url[..<$0.lowerBound], url[$0.upperBound...]) } ?? ("", url[...])
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        let implied = scheme == "https" ? ":443" : ":80"
        let host = rest[..<end].hasSuffix(implied) ? rest[..<end].dropLast(implied.count) : rest[..<end]
        return (String(host), String(rest[end...]))
    }

    /// The query is sent in the order in which it is signed.
    private static func canonicalQuery(_ query: [(name: String, value: String)]) -> String {
        query.map { (encoded($0.name), encoded($0.value)) }.sorted { $0 < $1 }
            .map { "\($0)=\($1)" }.joined(separator: "&")
    }

    /// Without white space around it, and with single spaces inside.
    private static func trimmed(_ value: String) -> String { value.split(separator: " ").joined(separator: " ") }

    /// Percent-encoded but for the unreserved characters of RFC 3986, as AWS insists on; `*` is encoded as well.
    static func encoded(_ text: String, keepingSlashes: Bool = false) -> String {
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        var result = String.UnicodeScalarView()
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(Unicode.Scalar(byte))
            case UInt8(ascii: "/") where keepingSlashes: result.append("/")
            default:
                result.append("%")
                result.append(digits[Int(byte >> 4)])
                result.append(digits[Int(byte & 0x0F)])
            }
        }
        return String(result)
    }

    private static func code(_ text: String, key: [UInt8]) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key))
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
