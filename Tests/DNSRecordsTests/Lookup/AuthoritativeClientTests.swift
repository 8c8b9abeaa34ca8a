import NetworkPrimitives
import Synchronization
import Testing

@testable import DNSRecords

@Suite struct AuthoritativeClientTests {
    private let name = RecordName("home.example.com") ?? .root
    private let address = IPAddress.v4(IPv4Address(198, 51, 100, 7))

    /// Short waits: nothing that is expected to answer is slow on the loopback interface.
    private func client(
        _ servers: [HostPort], timeout: Duration = .seconds(5),
        change: (inout AuthoritativeClient.Configuration) -> Void = { _ in }
    ) -> AuthoritativeClient {
        var configuration = AuthoritativeClient.Configuration()
        configuration.nameServers = servers
        // However busy the machine is.
        configuration.deadline = .seconds(300)
        change(&configuration)
        return AuthoritativeClient(configuration: configuration, dns: DNSExchange(sendTimes: [.zero], timeout: timeout))
    }

    private func zone() -> FakeZone {
        let zone = FakeZone("example.com")
        zone.put("home.example.com", ["198.51.100.7"], ttl: 60)
        return zone
    }

    @Test func observesTheRecordSetWithItsTTL() async throws {
        let zone = zone()
        zone.put("multi.example.com", ["203.0.113.2", "203.0.113.1"], ttl: 120)
        zone.put("multi.example.com", ["2001:db8::1"])
        try await FakeDNSServer.run(answering: { .message(zone.answer($0.message)) }) { server in
            let client = client([server.endpoint])
            let one = await client.observe(name, .a)
            #expect(one == .present(RecordSet(name: name, address: address, ttl: 60)))
            #expect(one.holds([address]))
            #expect(!one.holds([.v4(IPv4Address(198, 51, 100, 8))]))
            let multi = try #require(RecordName("multi.example.com"))
            #expect(await client.observe(multi, .a).holds(["203.0.113.1", "203.0.113.2"].compactMap(IPAddress.init)))
            #expect(await client.observe(multi, .aaaa).holds([IPAddress("2001:db8::1")].compactMap { $0 }))
        }
    }

    @Test func tellsTheKindsOfAbsenceAndAliasesApart() async throws {
        let zone = zone()
        let alias = try #require(RecordName("alias.example.com"))
        zone.put([.cname(alias, ttl: 60, name)])
        try await FakeDNSServer.run(answering: { .message(zone.answer($0.message)) }) { server in
            let client = client([server.endpoint])
            #expect(await client.observe(name, .aaaa) == .absent(.noSuchType))
            let missing = try #require(RecordName("other.example.com"))
            #expect(await client.observe(missing, .a) == .absent(.noSuchName))
            let observation = await client.observe(alias, .a)
            #expect(observation == .alias(of: name))
            #expect(observation.description.contains("remove the CNAME record"))
        }
    }

    @Test func anAnswerWithoutTheAABitNeverDecides() async throws {
        let zone = zone()
        try await FakeDNSServer.run(answering: { request in
            var answer = zone.answer(request.message)
            answer.isAuthoritative = false
            return .message(answer)
        }) { server in
            guard case .unknown(let failure) = await client([server.endpoint]).observe(name, .a) else {
                Issue.record("an answer of a resolver was believed")
                return
            }
            #expect(failure.code == .notAuthoritative)
            #expect(failure.message.contains("intercepts port 53"))
            #expect(failure.message.contains("\(server.endpoint)"))
        }
    }

    @Test func skipsServersThatCannotTell() async throws {
        let zone = zone()
        try await FakeDNSServer.run(answering: { .message($0.message.response(.refused)) }) { lame in
            try await FakeDNSServer.run(answering: { .message(zone.answer($0.message)) }) { good in
                let unreachable = HostPort(host: "127.0.0.1", port: 1)
                let observation = await client([unreachable, lame.endpoint, good.endpoint]).observe(name, .a)
                #expect(observation.holds([address]))
            }
        }
    }

    @Test func reportsErrorsOfAllServers() async throws {
        try await FakeDNSServer.run(answering: { .message($0.message.response(.serverFailure)) }) { server in
            guard case .unknown(let failure) = await client([server.endpoint]).observe(name, .a) else {
                Issue.record("SERVFAIL was taken for an answer")
                return
            }
            #expect(failure.code == .serversRefused)
            #expect(failure.message.contains("SERVFAIL"))
        }
    }

    @Test func asksASilentServerAgainAndThenGivesUp() async throws {
        let (questions, question) = AsyncStream.makeStream(of: Void.self)
        try await FakeDNSServer.run(answering: { _ in
            question.yield()
            return .silence
        }) { server in
            guard
                case .unknown(let failure) = await client([server.endpoint], timeout: .milliseconds(30)).observe(
                    name, .a)
            else {
                Issue.record("silence was taken for an answer")
                return
            }
            #expect(failure.code == .serversSilent)
            // Both were sent by now; on a busy machine the server may take its time to read them.
            for await _ in questions.prefix(2) {}
        }
    }

    @Test func ignoresForgedAnswers() async throws {
        let zone = zone()
        try await FakeDNSServer.run(answering: { request in
            let honest = zone.answer(request.message)
            let lie = DNSRecord.a(name, ttl: 60, IPv4Address(192, 0, 2, 66))
            var wrongID = honest
            wrongID.id &+= 1
            wrongID.answers = [lie]
            var wrongCase = honest
            wrongCase.questions = [DNSQuestion(name: RecordName("HOME.example.com") ?? .root, type: .a)]
            wrongCase.answers = [lie]
            var wrongType = honest
            wrongType.questions = [DNSQuestion(name: name, type: .aaaa)]
            wrongType.answers = [lie]
            var noQuestion = honest
            noQuestion.questions = []
            noQuestion.answers = [lie]
            var question = honest
            question.isResponse = false
            question.answers = [lie]
            return .messages([wrongID, wrongCase, wrongType, noQuestion, question, honest])
        }) { server in
            #expect(await client([server.endpoint]).observe(name, .a).holds([address]))
        }
    }

    @Test func answersForOtherNamesDoNotCount() async throws {
        let zone = zone()
        try await FakeDNSServer.run(answering: { request in
            var answer = zone.answer(request.message)
            answer.answers = [.a(RecordName("other.example.com") ?? .root, ttl: 60, IPv4Address(192, 0, 2, 66))]
            return .message(answer)
        }) { server in
            #expect(await client([server.endpoint]).observe(name, .a) == .absent(.noSuchType))
        }
    }

    @Test func asksOverTCPWhenTheAnswerIsTruncated() async throws {
        let zone = zone()
        let many = (1...200).map { "203.0.113.\($0)" }
        zone.put("home.example.com", many)
        try await FakeDNSServer.run(answering: { request in
            var answer = zone.answer(request.message)
            if !request.isTCP {
                answer.isTruncated = true
                answer.answers = []
            }
            return .message(answer)
        }) { server in
            #expect(await client([server.endpoint]).observe(name, .a).holds(many.compactMap(IPAddress.init)))
        }
    }

    @Test func asksWithoutEDNSWhereThatIsNotUnderstood() async throws {
        let zone = zone()
        try await FakeDNSServer.run(answering: { request in
            guard request.message.ednsOptions == nil else {
                var refusal = DNSMessage(id: request.message.id, isResponse: true)
                refusal.responseCode = .formatError
                return .message(refusal)
            }
            return .message(zone.answer(request.message))
        }) { server in
            #expect(await client([server.endpoint]).observe(name, .a).holds([address]))
        }
    }

    @Test func queriesCarryEDNSAndNoRecursionAndAnUnpredictableIdentifier() async throws {
        let zone = zone()
        let seen = Mutex<[DNSMessage]>([])
        try await FakeDNSServer.run(answering: { request in
            seen.withLock { $0.append(request.message) }
            return .message(zone.answer(request.message))
        }) { server in
            let client = client([server.endpoint])
            for _ in 0..<8 { _ = await client.observe(name, .a) }
        }
        let queries = seen.withLock { $0 }
        #expect(queries.allSatisfy { $0.ednsOptions?.udpPayloadSize == 1232 && !$0.recursionDesired })
        #expect(Set(queries.map(\.id)).count > 1)
    }

    @Test func cancellationEndsTheSearch() async throws {
        let (asked, wasAsked) = AsyncStream.makeStream(of: Void.self)
        try await FakeDNSServer.run(answering: { _ in
            wasAsked.yield()
            return .silence
        }) { server in
            let client = client([server.endpoint], timeout: .seconds(600))
            let task = Task { await client.observe(name, .a) }
            var iterator = asked.makeAsyncIterator()
            await iterator.next()
            task.cancel()
            #expect(await task.value == .unknown(.cancelled))
        }
    }
}
