import HTTPTypes
import Testing

@testable import AddressSync

struct WebhookURLTests {
    @Test(arguments: [
        "https://hooks.example.com/services/T0/B0/secret", "https://example.com:8443/a?b=c",
        "http://127.0.0.1:8080/hook",
        "http://localhost/x", "http://[::1]:1/x",
    ]) func goodOnesAreTaken(_ text: String) throws {
        let url = try WebhookURL(parsing: text, allowsHTTP: false)
        #expect(url.exposed == text)
        #expect("\(url)" == "<redacted>" && !String(reflecting: url).contains("secret"))
    }

    @Test(arguments: [
        "http://hooks.example.com/secret", "http://192.0.2.1/secret", "ftp://example.com/secret", "secret",
        "https://user:secret@example.com/", "https:///secret", "https://example.com/#secret",
        "https://exa mple.com/secret",
        "http://127.example.com/secret", "http://localhost.example.com/secret",
    ]) func othersAreRefusedWithoutShowingThem(_ text: String) {
        let error = #expect(throws: WebhookURL.ParseError.self) { try WebhookURL(parsing: text, allowsHTTP: false) }
        #expect(error?.description.contains("secret") == false)
    }

    @Test func plainHTTPIsTakenWhereItIsAllowed() throws {
        #expect(throws: Never.self) { try WebhookURL(parsing: "http://192.0.2.1/x", allowsHTTP: true) }
    }

    @Test(arguments: [
        ("https://hc.example/uuid", "https://hc.example/uuid/fail"),
        ("https://hc.example/uuid/", "https://hc.example/uuid/fail"),
        ("https://hc.example/uuid?rid=1", "https://hc.example/uuid/fail?rid=1"),
        ("https://hc.example", "https://hc.example/fail"),
    ]) func aFailureIsToldAtItsOwnPath(_ text: String, _ failing: String) throws {
        #expect(try WebhookURL(parsing: text, allowsHTTP: false).ofFailure.exposed == failing)
    }

    @Test func redirectionsStayAtTheServer() throws {
        let url = try WebhookURL(parsing: "https://example.com/a?k=v", allowsHTTP: false)
        func target(_ location: String) -> String? { url.redirected(to: location)?.exposed }
        #expect(target("/b?c") == "https://example.com/b?c")
        #expect(target("https://EXAMPLE.com/b") == "https://EXAMPLE.com/b")
        #expect(target("https://example.com:443/b") == "https://example.com:443/b")
        for other in [
            "https://example.org/b", "http://example.com/b", "//example.org/b", "https://example.com:8443/b",
            "https://example.com@example.org/b", "https://user@example.com/b", "b", "",
        ] {
            #expect(target(other) == nil, "\(other)")
        }
    }

    @Test func headersAreLines() throws {
        let fields = try HeaderLines.parse("Authorization: Bearer abc\n\nX-Title:  Home  \r\nx-empty:\n")
        #expect(fields[.authorization] == "Bearer abc")
        #expect(fields[try #require(HTTPField.Name("X-Title"))] == "Home")
        #expect(fields.count == 3)
    }

    @Test(arguments: [
        "no colon here", ": secret", "Host: secret", "content-length: 5", "Bad Name\u{7F}: secret", "A: sec\u{0}ret",
    ])
    func badHeadersAreRefusedWithoutTheirValues(_ text: String) {
        let error = #expect(throws: HeaderLines.ParseError.self) { try HeaderLines.parse(text) }
        #expect(error?.description.contains("secret") == false && error?.description.contains("no colon here") == false)
    }
}
