import HTTPTypes
import Testing

@testable import CurlHTTP

@Suite("RequestPlan and RequestTarget")
struct RequestPlanTests {
    private func plan(_ request: HTTPClientRequest) throws(HTTPClientError) -> RequestPlan {
        try RequestPlan(request, tlsServerName: nil)
    }

    private func lines(_ plan: RequestPlan) -> [String] {
        plan.headerLines.map { String(decoding: $0.dropLast(), as: UTF8.self) }
    }

    @Test(
        "URLs that are taken as they are",
        arguments: [
            "http://h/", "https://h", "https://h:6443/api/v1?watch=1&x=%20y", "http://127.0.0.1:80/a/../b",
            "http://[::1]:1/",
            "HTTPS://H.example/",
        ])
    func goodURLs(url: String) throws {
        #expect(try RequestTarget(parsing: url).url == url)
    }

    @Test(
        "URLs that are refused",
        arguments: [
            "", "h", "/path", "//h/", "ftp://h/", "file:///etc/passwd", "gopher://h/", "http://", "http:///x",
            "http://h:99999/",
            "http://h/a b", "http://h/\r\nX: y", "http://h/\n", "http://h/\u{0}", "http://h/ü", "http://exa mple/",
            "http://[::1/", "http://user:p\r\nass@h/",
        ])
    func badURLs(url: String) {
        do {
            _ = try RequestTarget(parsing: url)
            Issue.record("accepted")
        } catch {
            #expect(error.code == .invalidRequest)
            #expect(error.requestWasNotSent)
            #expect(!error.detail.contains("\n") && !error.detail.contains("\r"))
        }
    }

    @Test("Labels have neither credentials nor queries, and are bounded")
    func labels() throws {
        let target = try RequestTarget(parsing: "https://user:pa55@h.example:8443/a/b?token=s3cret#frag")
        #expect(target.label == "https://h.example:8443/a/b")
        let long = try RequestTarget(parsing: "https://h/" + String(repeating: "x", count: 5000))
        #expect(long.label.utf8.count < 140)
    }

    @Test(
        "URLs that cannot be parsed are shown without what may be a secret",
        arguments: [
            ("ftp://user:pa55@h/x?y=1", "ftp://h/x"), ("http://user:pa/55@h/x", "http://h/x"),
            ("http://user:pa?55@h", "http://h"), ("user:pa55@h/x", "h/x"), ("no url#pa55", "no url"),
        ])
    func redaction(text: String, expected: String) {
        #expect(RedactedURL(text).description == expected)
    }

    @Test("A TLS server name changes the URL, and CONNECT_TO and Host lead back")
    func serverName() throws {
        let target = try RequestTarget(parsing: "https://10.0.0.1:6443/api?x=1", tlsServerName: "kubernetes")
        #expect(target.url == "https://kubernetes:6443/api?x=1")
        #expect(target.connectTo == "::10.0.0.1:6443")
        #expect(target.hostHeader == "10.0.0.1:6443")
        #expect(target.label == "https://10.0.0.1:6443/api")
        let six = try RequestTarget(parsing: "https://[fd00::1]/", tlsServerName: "kubernetes")
        #expect(six.connectTo == "::[fd00::1]:443")
        #expect(six.hostHeader == "[fd00::1]")
        let plain = try RequestTarget(parsing: "http://10.0.0.1/", tlsServerName: "kubernetes")
        #expect(plain.url == "http://10.0.0.1/" && plain.connectTo == nil)
    }

    @Test("Header lines cannot hold a line break", arguments: ["a\r\nB: c", "a\nb", "a\rb", "a\u{0}b", "\n"])
    func injection(value: String) {
        #expect(RequestPlan.headerLine(name: "X-A", value: Array(value.utf8)) == nil)
        #expect(RequestPlan.headerLine(name: "X-A\(value)", value: []) == nil)
    }

    @Test("HTTPFields replaces line breaks itself; the request stays one")
    func sanitizedByHTTPFields() throws {
        var request = HTTPClientRequest(url: "http://h/")
        request.headers[.accept] = "a\r\nInjected: b"
        #expect(try lines(plan(request)).contains { $0.hasPrefix("Accept: a") })
        #expect(try !lines(plan(request)).contains { $0.hasPrefix("Injected") })
    }

    @Test("What libcurl would add is switched off")
    func defaults() throws {
        #expect(try lines(plan(HTTPClientRequest(url: "http://h/"))) == ["Expect:"])
        #expect(
            try lines(plan(HTTPClientRequest(method: .post, url: "http://h/", body: [1]))) == [
                "Expect:", "Content-Type:",
            ])
        var request = HTTPClientRequest(method: .post, url: "http://h/", body: [1])
        request.headers = [.contentType: "text/plain", .contentLength: "1", .accept: ""]
        #expect(try lines(plan(request)) == ["Content-Type: text/plain", "Accept;", "Expect:"])
    }

    @Test("Requests that make no sense are refused")
    func refused() {
        var requests = [
            HTTPClientRequest(method: .head, url: "http://h/", body: [1]),
            HTTPClientRequest(method: .connect, url: "http://h/"),
            HTTPClientRequest(url: "http://h/", maximumBodyBytes: -1),
        ]
        for (name, value) in [
            (HTTPField.Name.contentLength, "5"), (.transferEncoding, "chunked"), (.expect, "100-continue"),
            (.upgrade, "h2c"),
        ] {
            requests.append(HTTPClientRequest(method: .post, url: "http://h/", headers: [name: value], body: [1]))
        }
        for request in requests {
            do {
                _ = try plan(request)
                Issue.record("accepted: \(request)")
            } catch {
                #expect(error.code == .invalidRequest)
            }
        }
    }

    @Test("Milliseconds and seconds are rounded up and bounded")
    func durations() {
        #expect(Duration.zero.milliseconds == 0)
        #expect(Duration.seconds(-1).milliseconds == 0)
        #expect(Duration.nanoseconds(1).milliseconds == 1)
        #expect(Duration.milliseconds(1500).milliseconds == 1500)
        #expect(Duration.microseconds(1500).milliseconds == 2)
        #expect(Duration.seconds(Int64.max).milliseconds == Int(Int32.max))
        #expect(Duration.milliseconds(1500).wholeSeconds == 2)
        #expect(Duration.seconds(110).wholeSeconds == 110)
        #expect(Duration.seconds(Int64(Int32.max)).wholeSeconds == Int(Int32.max))
    }
}
