import CurlHTTP
import HTTPTypes
import Testing

@testable import DNSRecords

/// The signatures that AWS publishes for its test requests, as far as they are about requests that this program can make.
@Suite struct AWSSignatureTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var method = HTTPRequest.Method.get
        var path = "/"
        var query: [(name: String, value: String)] = []
        var headers: [(name: String, value: String)] = []
        var body: [UInt8]?
        var token: String?
        var signedHeaders = "host;x-amz-date"
        var signature: String
    }

    private static let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    private static let stsToken =
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7"
        + "mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY"
        + "9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="

    static let vectors = [
        Vector(
            testDescription: "get-vanilla",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        Vector(
            testDescription: "get-vanilla-empty-query-key", query: [("Param1", "value1")],
            signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        Vector(
            testDescription: "get-vanilla-query-order-encoded",
            query: [("Param-3", "Value3"), ("Param", "Value2"), ("ሴ", "Value1")],
            signature: "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"),
        Vector(
            testDescription: "get-vanilla-query-order-key-case", query: [("Param2", "value2"), ("Param1", "value1")],
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        Vector(
            testDescription: "get-vanilla-query-order-key", query: [("Param1", "value2"), ("Param1", "Value1")],
            signature: "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"),
        Vector(
            testDescription: "get-vanilla-query-order-value", query: [("Param1", "value2"), ("Param1", "value1")],
            signature: "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"),
        Vector(
            testDescription: "get-vanilla-query-unreserved", query: [(unreserved, unreserved)],
            signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
        Vector(
            testDescription: "get-vanilla-utf8-query", query: [("ሴ", "bar")],
            signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
        Vector(
            testDescription: "get-unreserved", path: "/\(unreserved)",
            signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
        Vector(
            testDescription: "get-utf8", path: "/ሴ",
            signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        Vector(
            testDescription: "get-space", path: "/example space/",
            signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
        Vector(
            testDescription: "get-special-character", path: "/example/$delete",
            signature: "a853c9b21b528b19643d00910d35b83a10c366a10833ceefb45edd6c80e40f27"),
        Vector(
            testDescription: "get-header-value-trim",
            headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
            signedHeaders: "host;my-header1;my-header2;x-amz-date",
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        Vector(
            testDescription: "post-vanilla", method: .post,
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Vector(
            testDescription: "post-vanilla-query", method: .post, query: [("Param1", "value1")],
            signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
        Vector(
            testDescription: "post-header-value-case", method: .post, headers: [("My-Header1", "VALUE1")],
            signedHeaders: "host;my-header1;x-amz-date",
            signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
        Vector(
            testDescription: "post-sts-header-before", method: .post, token: stsToken,
            signedHeaders: "host;x-amz-date;x-amz-security-token",
            signature: "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"),
        Vector(
            testDescription: "post-x-www-form-urlencoded", method: .post,
            headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array("Param1=value1".utf8),
            signedHeaders: "content-type;host;x-amz-date",
            signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
        Vector(
            testDescription: "post-x-www-form-urlencoded-parameters", method: .post,
            headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf8")],
            body: Array("Param1=value1".utf8), signedHeaders: "content-type;host;x-amz-date",
            signature: "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"),
    ]

    private let credentials = AWSCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: SecretValue("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        origin: "x")
    /// 2015-08-30 12:36:00 UTC.
    private let time: UInt64 = 1_440_938_160

    @Test(arguments: vectors)
    func signsAsAWSDoes(_ vector: Vector) throws {
        var credentials = credentials
        credentials.sessionToken = vector.token.map { SecretValue($0) }
        let request = AWSSignature(region: "us-east-1", service: "service").signed(
            AWSSignature.Request(
                method: vector.method, baseURL: "https://example.amazonaws.com", path: vector.path, query: vector.query,
                headers: vector.headers, body: vector.body),
            by: credentials, at: time)
        #expect(request.headers[try #require(HTTPField.Name("X-Amz-Date"))] == "20150830T123600Z")
        #expect(
            request.headers[.authorization]
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders="
                + "\(vector.signedHeaders), Signature=\(vector.signature)")
        #expect(request.body == vector.body)
    }

    @Test(arguments: [
        ("https://h.example", "h.example"), ("https://h.example:443", "h.example"),
        ("http://h.example:80", "h.example"),
        ("http://h.example:443", "h.example:443"), ("https://h.example:8443/prefix", "h.example:8443"),
        ("http://[::1]:5000", "[::1]:5000"), ("http://127.0.0.1:5000", "127.0.0.1:5000"),
    ])
    func signsTheHostAsItIsSent(baseURL: String, host: String) throws {
        let signature = AWSSignature(region: "us-east-1", service: "route53")
        let request = signature.signed(
            .init(baseURL: baseURL, path: "/x", query: [("b", "*"), ("a", "")]), by: credentials, at: FakeRoute53.now)
        #expect(request.url == "\(baseURL)/x?a=&b=%2A")
        var check = FakeAWSSignature(
            accessKeyID: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", now: FakeRoute53.now)
        // The fake takes the host out of the URL; a port that goes without saying is not sent.
        var sent = request
        for port in [":443/", ":80/"] where host == "h.example" { sent.url = sent.url.replacing(port, with: "/") }
        #expect(check.problem(with: sent) == nil)
        check.secret = "another"
        #expect(check.problem(with: sent)?.code == "SignatureDoesNotMatch")
    }

    @Test func secretsAreNowhereInTheRequestButWhereTheyBelong() throws {
        var credentials = credentials
        credentials.sessionToken = SecretValue("hunter2")
        let request = AWSSignature(region: "us-east-1", service: "route53").signed(
            .init(baseURL: "https://h.example", path: "/x"), by: credentials, at: time)
        #expect(!"\(request)".contains("wJalrXUtnFEMI") && !request.url.contains("hunter2"))
        #expect(!String(reflecting: credentials).contains("wJalr") && !"\(credentials)".contains("hunter2"))
    }
}
