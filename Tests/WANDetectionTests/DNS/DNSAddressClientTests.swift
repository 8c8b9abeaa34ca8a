import CurlHTTP
import HTTPTypes
import NIOCore
import NetworkPrimitives
import Testing

@testable import WANDetection

/// The question over UDP and over HTTPS.
@Suite struct DNSAddressClientTests {
    private static let seen = DNSAddressQuestionTests.seen

    private func ask(
        _ question: DNSQuestion, at server: HostPort, allowNonGlobal: Bool = true,
        schedule: AskingSchedule = AskingSchedule(sendTimes: [.zero], deadline: .seconds(120))
    ) async -> Result<IPAddress, SourceError> {
        let client = DNSAddressClient(
            allowNonGlobal: allowNonGlobal, schedule: schedule, makeID: { DNSAddressQuestionTests.id })
        do throws(SourceError) {
            return .success(try await client.address(asking: question, at: server, family: .ipv4))
        } catch {
            return .failure(error)
        }
    }

    @Test func waitsThroughForgeriesForTheAnswer() async throws {
        let question = try DNSAddressQuestionTests.question()
        let lie = [DNSAddressQuestionTests.text(question, "93.184.216.66")]
        let forged = try (1...40).map { number in
            try DNSAddressQuestionTests.answer(to: question, lie) { $0.id = $0.id &+ number }
        }
        let right = try DNSAddressQuestionTests.answer(
            to: question, [DNSAddressQuestionTests.text(question, "93.184.216.34")])
        try await LoopbackSTUNServer.run {
            _, _ in
            [[], [1]] + forged + [right]
        } _: { server in
            #expect(await ask(question, at: server.address) == .success(Self.seen))
            let request = try #require(server.requests.first)
            #expect(try DNSMessage(decoding: request).questions == [question])
        }
    }

    @Test func retransmitsAndGivesUp() async throws {
        let question = try DNSAddressQuestionTests.question()
        try await LoopbackSTUNServer.run {
            _, _ in
            []
        } _: { server in
            let schedule = AskingSchedule(
                sendTimes: [.zero, .milliseconds(5), .milliseconds(10)], deadline: .milliseconds(60))
            #expect(await ask(question, at: server.address, schedule: schedule).code == .timedOut)
            #expect(Set(server.requests).count == 1)
        }
    }

    @Test func refusesAServerAtANonGlobalAddress() async throws {
        let question = try DNSAddressQuestionTests.question()
        let server = HostPort(host: "127.0.0.1", port: 53)
        #expect(await ask(question, at: server, allowNonGlobal: false).code == .notPermitted)
    }

    @Test func asksOverHTTPS() async throws {
        let question = try DNSAddressQuestionTests.question()
        let transport = EchoingTransport { query in
            var answer = query.response()
            answer.answers = [DNSAddressQuestionTests.text(question, "93.184.216.34")]
            return try answer.encoded()
        }
        let url = try HTTPURL(parsing: "https://dns.example/dns-query")
        let client = HTTPAddressClient(transport: transport)
        #expect(try await client.address(asking: question, at: url, family: .ipv4) == Self.seen)
    }

    @Test func overHTTPSTheAnswerIsCheckedAsStrictly() async throws {
        let question = try DNSAddressQuestionTests.question()
        let url = try HTTPURL(parsing: "https://dns.example/dns-query")
        let transports = [
            EchoingTransport { _ in Array("93.184.216.34".utf8) },
            EchoingTransport { query in
                var answer = query.response()
                answer.id ^= 1
                answer.answers = [DNSAddressQuestionTests.text(question, "93.184.216.34")]
                return try answer.encoded()
            },
            EchoingTransport { try $0.encoded() },
        ]
        for transport in transports {
            await #expect(
                throws: SourceError(.invalidAnswer, "answered something that is no DNS answer to the question")
            ) {
                try await HTTPAddressClient(transport: transport).address(asking: question, at: url, family: .ipv4)
            }
        }
    }
}

/// A DNS server over HTTPS that makes its answer from the question.
private struct EchoingTransport: HTTPTransport {
    var answer: @Sendable (DNSMessage) throws -> [UInt8]

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        guard request.method == .post, request.headers[.contentType] == "application/dns-message",
            request.headers[.accept] == "application/dns-message", request.maximumBodyBytes == 4096,
            let query = try? DNSMessage(decoding: request.body ?? []), let body = try? answer(query)
        else { throw HTTPClientError(.internalError, "no question came") }
        return HTTPClientResponse(status: .ok, body: body)
    }

    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        throw HTTPClientError(.internalError, "address sources do not stream")
    }
}
