import ClusterSimulator
import CurlHTTP
import HTTPTypes
import Testing

@testable import AddressSync

@Suite(.timeLimit(.minutes(1))) struct WebhookSenderTests {
    private func send(
        to server: SimulatedWebhookServer, _ client: HTTPClient, path: String = NotifyingFixture.path,
        timeout: Duration = .seconds(10)
    ) async -> WebhookSender.Answer {
        let sender = WebhookSender(transport: client, timeout: timeout)
        guard let url = try? WebhookURL(parsing: server.url + path, allowsHTTP: false) else {
            return .refused(.init(label: "no URL", text: path))
        }
        return await sender.send(.post, to: url, headers: [.contentType: "application/json"], body: Array("{}".utf8))
    }

    private static func failure(_ answer: WebhookSender.Answer) -> WebhookSender.Failure? {
        switch answer {
        case .accepted: nil
        case .failed(let failure, _), .refused(let failure): failure
        }
    }

    @Test func whatIsAcceptedIsAccepted() async throws {
        try await NotifyingFixture.run { server, client in
            #expect(await send(to: server, client) == .accepted)
            let request = try #require(server.requests.first)
            #expect(
                request.method == "POST" && request.path == NotifyingFixture.path && request.body == Array("{}".utf8))
            #expect(request.header("Content-Type") == "application/json")
        }
    }

    @Test(arguments: [(500, true), (503, true), (408, true), (404, false), (403, false), (410, false), (303, false)])
    func someAnswersMayChange(_ status: Int, _ mayChange: Bool) async throws {
        try await NotifyingFixture.run { server, client in
            server.faults.inject(.status(status))
            let answer = await send(to: server, client)
            let isFailed = if case .failed(_, nil) = answer { true } else { false }
            #expect(isFailed == mayChange, "\(answer)")
            #expect(Self.failure(answer)?.text == "the server answers \(status)")
        }
    }

    @Test func aTimeThatTheServerNamesIsHeeded() async throws {
        try await NotifyingFixture.run { server, client in
            server.faults.inject(.status(429, retryAfter: 17))
            guard case .failed(_, .seconds(17)) = await send(to: server, client) else {
                Issue.record("expected a failure with a time")
                return
            }
        }
    }

    @Test func aServerThatHangsIsGivenUp() async throws {
        try await NotifyingFixture.run { server, client in
            server.faults.inject(.hang)
            let answer = await send(to: server, client, timeout: .milliseconds(200))
            #expect(answer == .failed(.init(label: "timed_out", text: "no answer in time")))
        }
    }

    @Test func aServerThatIsNotThereFails() async throws {
        try await NotifyingFixture.run { server, client in
            await server.stop()
            #expect(Self.failure(await send(to: server, client))?.label == "connect_failed")
        }
    }

    @Test func redirectionsAreFollowedAtTheSameServerOnly() async throws {
        try await NotifyingFixture.run { server, client in
            server.redirect("/old", to: "/new?a=b")
            #expect(await send(to: server, client, path: "/old") == .accepted)
            #expect(server.requests.map(\.target) == ["/old", "/new?a=b"])
            #expect(server.requests.allSatisfy { $0.method == "POST" && $0.body == Array("{}".utf8) })
            let other = try SimulatedWebhookServer()
            try await other.start()
            server.redirect("/old", to: other.url + "/catch")
            let answer = await send(to: server, client, path: "/old")
            #expect(Self.failure(answer)?.label == "redirect", "\(answer)")
            #expect(other.requests.isEmpty)
            await other.stop()
            server.redirect("/old", to: "/old")
            #expect(
                Self.failure(await send(to: server, client, path: "/old"))?.text.contains("again and again") == true
            )
        }
    }

    @Test func certificatesAreChecked() async throws {
        let authority = try CertificateAuthority()
        try await NotifyingFixture.run(authority: authority) { server, client in
            #expect(await send(to: server, client) == .accepted)
        }
        try await NotifyingFixture.run(authority: authority, certificateNames: ["other.example"]) { server, client in
            let answer = await send(to: server, client)
            #expect(Self.failure(answer)?.label == "tls_failed")
            #expect(server.requests.isEmpty)
        }
    }
}
