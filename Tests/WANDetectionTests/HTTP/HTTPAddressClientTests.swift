import CurlHTTP
import HTTPTypes
import NetworkPrimitives
import TestSupport
import Testing

@testable import WANDetection

@Suite struct HTTPAddressClientTests {
    private static func status(_ code: Int, retryAfter: Duration? = nil) -> Result<HTTPClientResponse, HTTPClientError>
    {
        .success(HTTPClientResponse(status: .init(code: code), retryAfter: retryAfter))
    }

    private static func body(_ text: String) -> Result<HTTPClientResponse, HTTPClientError> {
        .success(HTTPClientResponse(status: .ok, body: Array(text.utf8)))
    }

    private func ask(
        _ transport: ScriptedTransport, _ url: String = "https://ip.example.net/", family: IPAddress.Family = .ipv4,
        clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> Result<IPAddress, SourceError> {
        let client = HTTPAddressClient(transport: transport, clock: clock)
        let url = try HTTPURL(parsing: url)
        do throws(SourceError) {
            return .success(try await client.address(from: url, family: family))
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: ["93.184.216.34", "93.184.216.34\n", "\r\n  93.184.216.34\t\r\n"])
    func readsAPlainAnswer(body: String) async throws {
        let transport = ScriptedTransport(body: body)
        #expect(try await ask(transport) == .success(globalAddress(34)))
        let request = try #require(transport.requests.first)
        #expect(request.method == .get)
        #expect(request.url == "https://ip.example.net/")
        #expect(request.maximumBodyBytes == 4096)
        #expect(try #require(request.timeout) <= .seconds(4))
    }

    @Test(arguments: [
        "", " \n", "93.184.216.34 93.184.216.35", "93.184.216.34,93.184.216.35", "093.184.216.34", "93.184.216",
        "93.184.216.34:80", "<html><body>Your IP is 93.184.216.34</body></html>", "{\"ip\":\"93.184.216.34\"}",
        "ip=93.184.216.34", "\u{0}93.184.216.34", "９３.184.216.34",
    ])
    func refusesAnythingButOneAddress(body: String) async throws {
        guard case .failure(let error) = try await ask(ScriptedTransport(body: body)) else {
            Issue.record("\(body) was accepted")
            return
        }
        #expect(error.code == .invalidAnswer)
        #expect(error.detail.count < 120)
        #expect(!error.detail.contains("\n"))
    }

    @Test func refusesInvalidUTF8() async throws {
        let response = HTTPClientResponse(status: .ok, body: [0xFF, 0xFE, 0x31])
        guard case .failure(let error) = try await ask(ScriptedTransport([.success(response)])) else {
            Issue.record("invalid text was accepted")
            return
        }
        #expect(error.code == .invalidAnswer)
    }

    @Test func pinsTheFamily() async throws {
        let result = try await ask(ScriptedTransport(body: "2606:2800::1"))
        #expect(
            result == .failure(SourceError(.wrongFamily, "answered 2606:2800::1, which is of the wrong address family"))
        )
        #expect(
            try await ask(ScriptedTransport(body: "2606:2800::1"), family: .ipv6) == .success(address("2606:2800::1")))
    }

    @Test func readsATrace() async throws {
        let trace = "fl=1f1\nh=api.cloudflare.com\nip=93.184.216.34\nts=1.1\nwarp=off\ngateway=off\n"
        let result = try await ask(ScriptedTransport(body: trace), "https://api.cloudflare.com/cdn-cgi/trace")
        #expect(result == .success(globalAddress(34)))
    }

    @Test(arguments: [
        ("ip=93.184.216.34\nwarp=on\n", "WARP"), ("ip=93.184.216.34\nwarp=plus\n", "WARP"),
        ("ip=104.28.1.2\nwarp=off\n", "Cloudflare's own"), ("ip=93.184.216.34\nip=93.184.216.35\n", "ip=ADDRESS"),
        ("warp=off\n", "ip=ADDRESS"), ("93.184.216.34", "ip=ADDRESS"), ("ip=\n", "ip=ADDRESS"),
    ])
    func refusesATrace(body: String, reason: String) async throws {
        let result = try await ask(ScriptedTransport(body: body), "https://api.cloudflare.com/cdn-cgi/trace")
        guard case .failure(let error) = result else {
            Issue.record("\(body) was accepted")
            return
        }
        #expect(error.code == .invalidAnswer)
        #expect(error.detail.contains(reason))
    }

    @Test(arguments: [408, 429, 500, 502, 503, 504]) func retriesTemporaryFailures(code: Int) async throws {
        let clock = VirtualClock()
        let transport = ScriptedTransport([Self.status(code), Self.status(code), Self.body("93.184.216.34")])
        async let result = ask(transport, clock: clock)
        await clock.waitForSleepers(1)
        clock.advance(to: .milliseconds(250))
        await clock.waitForSleepers(1)
        clock.advance(to: .milliseconds(750))
        #expect(try await result == .success(globalAddress(34)))
        #expect(transport.requests.count == 3)
    }

    @Test func givesUpAfterTwoRetries() async throws {
        let clock = VirtualClock()
        let transport = ScriptedTransport([Self.status(503), Self.status(503), Self.status(503)])
        async let result = ask(transport, clock: clock)
        await clock.waitForSleepers(1)
        clock.advance(to: .seconds(1))
        await clock.waitForSleepers(1)
        clock.advance(to: .seconds(2))
        #expect(try await result == .failure(SourceError(.rejected, "answered HTTP status 503")))
        #expect(transport.requests.count == 3)
    }

    @Test func waitsAsLongAsTheServerAsks() async throws {
        let clock = VirtualClock()
        let transport = ScriptedTransport([Self.status(429, retryAfter: .seconds(3)), Self.body("93.184.216.34")])
        async let result = ask(transport, clock: clock)
        await clock.waitForSleepers(1)
        clock.advance(to: .milliseconds(2999))
        #expect(transport.requests.count == 1)
        clock.advance(to: .seconds(3))
        #expect(try await result == .success(globalAddress(34)))
        // What is left of the deadline bounds the second attempt.
        #expect(transport.requests.last?.timeout == .seconds(3))
    }

    @Test func doesNotWaitPastTheDeadline() async throws {
        let transport = ScriptedTransport([Self.status(429, retryAfter: .seconds(3600))])
        #expect(try await ask(transport) == .failure(SourceError(.rejected, "answered HTTP status 429")))
    }

    @Test(arguments: [301, 302, 307, 308]) func followsNoRedirect(code: Int) async throws {
        let transport = ScriptedTransport([Self.status(code)])
        let expected = SourceError(.rejected, "answered HTTP status \(code); redirects are not followed")
        #expect(try await ask(transport) == .failure(expected))
        #expect(transport.requests.count == 1)
    }

    @Test(arguments: [204, 400, 403, 404, 501]) func otherStatusesAreFinal(code: Int) async throws {
        let transport = ScriptedTransport([Self.status(code)])
        #expect(try await ask(transport) == .failure(SourceError(.rejected, "answered HTTP status \(code)")))
        #expect(transport.requests.count == 1)
    }

    @Test(arguments: [
        (HTTPClientError.Code.resolveFailed, SourceError.Code.unresolvable), (.connectFailed, .unreachable),
        (.tlsFailed, .tlsFailed), (.timedOut, .timedOut), (.connectionLost, .unreachable),
        (.invalidResponse, .invalidAnswer), (.bodyTooLarge, .invalidAnswer), (.cancelled, .cancelled),
        (.invalidRequest, .failed),
    ])
    func mapsTransportErrors(code: HTTPClientError.Code, expected: SourceError.Code) async throws {
        let transport = ScriptedTransport([.failure(HTTPClientError(code, "why"))])
        #expect(try await ask(transport) == .failure(SourceError(expected, "\(code): why")))
    }

    @Test func endsSoonWhenCancelledInAPause() async throws {
        let clock = VirtualClock()
        let transport = ScriptedTransport([Self.status(503)])
        let asking = Task { try await ask(transport, clock: clock) }
        await clock.waitForSleepers(1)
        asking.cancel()
        #expect(try await asking.value == .failure(SourceError(.cancelled, "cancelled")))
    }
}
