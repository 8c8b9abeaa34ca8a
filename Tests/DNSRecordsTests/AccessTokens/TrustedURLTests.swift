import Testing

@testable import DNSRecords

@Suite struct TrustedURLTests {
    @Test(arguments: [
        "https://sts.googleapis.com/v1/token", "https://a.example:8443/x?y=z", "http://127.0.0.1:8080/token",
        "http://localhost", "http://[::1]/token",
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b.iam.gserviceaccount.com:generateAccessToken",
    ])
    func secretsMayGoThere(url: String) { #expect(TrustedURL.isPrivate(url)) }

    @Test(arguments: [
        "", "sts.googleapis.com", "http://sts.googleapis.com/", "http://localhost.example.com/",
        "http://127.0.0.1.example/",
        "http://localhost@example.com/", "https://user:password@example.com/", "ftp://example.com/", "https:///x",
        "https://example.com/#fragment", "https://example.com/a b", "http://localhost:80@example.com",
    ])
    func secretsMayNotGoThere(url: String) { #expect(!TrustedURL.isPrivate(url)) }
}
