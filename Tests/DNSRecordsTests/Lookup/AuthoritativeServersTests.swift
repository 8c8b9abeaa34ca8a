import NetworkPrimitives
import Synchronization
import TestSupport
import Testing

@testable import DNSRecords

/// Servers as they are: lame, delegating, disagreeing, deaf to EDNS, and only reachable over IPv6.
@Suite struct AuthoritativeServersTests {
    private static let subnets = Mutex(0)
    private let name = RecordName("home.example.com") ?? .root
    private let address = IPAddress.v4(IPv4Address(198, 51, 100, 7))

    private func client(
        resolvers: [HostPort] = [], nameServers: [HostPort] = [], port: UInt16 = 53, timeout: Duration = .seconds(5),
        clock: some Clock<Duration> = ContinuousClock(), deadline: Duration = .seconds(300)
    ) -> AuthoritativeClient {
        var configuration = AuthoritativeClient.Configuration()
        configuration.resolvers = { resolvers }
        configuration.nameServers = nameServers
        configuration.nameServerPort = port
        configuration.deadline = deadline
        return AuthoritativeClient(
            configuration: configuration, dns: DNSExchange(sendTimes: [.zero], timeout: timeout), clock: clock)
    }

    private func zone(_ apex: String = "example.com", _ last: Int = 7) -> FakeZone {
        let zone = FakeZone(apex)
        zone.put("home.example.com", ["198.51.100.\(last)"], ttl: 60)
        return zone
    }

    /// A resolver that knows `example.com`, and the servers `ns1` and so on at these addresses; the first is the primary if
    /// there is one.
    private func resolve(
        _ addresses: [String], primary: String = "hidden.example.net"
    ) -> @Sendable (FakeDNSServer.Request) -> FakeDNSServer.Reply {
        { request in
            var answer = request.message.response()
            answer.recursionAvailable = true
            guard let question = request.message.questions.first else { return .silence }
            let apex = RecordName("example.com") ?? .root
            let names = addresses.indices.map { RecordName("ns\($0 + 1).example.net") ?? .root }
            switch question.type {
            case .soa where question.name.isWithin(apex):
                let primary = RecordName(primary) ?? .root
                let record = DNSRecord.soa(
                    apex, ttl: 60, StartOfAuthority(primaryServer: primary, mailbox: apex, serial: 1))
                if question.name == apex { answer.answers = [record] } else { answer.authorities = [record] }
            case .ns where question.name == apex: answer.answers = names.map { .ns(apex, ttl: 60, $0) }
            case .a, .aaaa:
                guard let index = names.firstIndex(of: question.name), let address = IPAddress(addresses[index]),
                    (address.family == .ipv4) == (question.type == .a)
                else { break }
                answer.answers = [.address(question.name, ttl: 60, address)]
            default: answer.responseCode = .nameError
            }
            return .message(answer)
        }
    }

    /// Runs several servers on one port of 127.0.0.2 and so on, and a resolver that knows them.
    private func withServers(
        _ answers: [@Sendable (FakeDNSServer.Request) -> FakeDNSServer.Reply], primary: String = "hidden.example.net",
        _ body: @escaping @Sendable (_ resolver: HostPort, _ port: UInt16, _ host: String) async throws -> Void
    ) async throws {
        // Of their own, since a port that is free at one address has to be at the others as well.
        let subnet = Self.subnets.withLock { count in
            count += 1
            return count
        }
        let hosts = answers.indices.map { "127.1.\(subnet).\($0 + 2)" }
        @Sendable func start(_ index: Int, port: UInt16) async throws {
            guard index < answers.count else {
                return try await FakeDNSServer.run(answering: resolve(hosts, primary: primary)) { resolver in
                    try await body(resolver.endpoint, port, hosts[0])
                }
            }
            try await FakeDNSServer.run(host: hosts[index], port: Int(port), answering: answers[index]) { server in
                try await start(index + 1, port: server.endpoint.port)
            }
        }
        try await start(0, port: 0)
    }

    @Test func thePrimaryRulesOverASecondaryThatLagsBehind() async throws {
        let (new, old) = (zone(), zone("example.com", 1))
        try await withServers(
            [{ .message(old.answer($0.message)) }, { .message(new.answer($0.message)) }], primary: "ns2.example.net"
        ) { resolver, port, _ in
            #expect(await client(resolvers: [resolver], port: port).observe(name, .a).holds([address]))
        }
    }

    @Test func secondariesThatDisagreeDecideNothing() async throws {
        let (new, old) = (zone(), zone("example.com", 1))
        try await withServers([{ .message(old.answer($0.message)) }, { .message(new.answer($0.message)) }]) {
            resolver, port, _ in
            guard
                case .unknown(let failure) = await client(resolvers: [resolver], port: port).observe(name, .a)
            else {
                Issue.record("one of them was believed")
                return
            }
            #expect(failure.code == .serversDisagree)
            #expect(failure.message.contains("198.51.100.1") && failure.message.contains("198.51.100.7"))
        }
    }

    @Test func lameServersAreLeftOut() async throws {
        let zone = zone()
        let lame = [DNSRecord.ns(.root, ttl: 60, name)]
        try await withServers([
            { .message($0.message.response(.refused)) },
            { request in
                var answer = request.message.response()
                answer.authorities = lame
                return .message(answer)
            },
            { request in
                var answer = request.message.response(.nameError, isAuthoritative: true)
                answer.authorities = [FakeZone("com").soa]
                return .message(answer)
            },
            { .message(zone.answer($0.message)) },
        ]) { resolver, port, _ in
            #expect(await client(resolvers: [resolver], port: port).observe(name, .a).holds([address]))
        }
    }

    @Test func whoeverAnswersForAllServersIsNotBelieved() async throws {
        let zone = zone()
        let intercepting: @Sendable (FakeDNSServer.Request) -> FakeDNSServer.Reply = { request in
            var answer = zone.answer(request.message)
            answer.recursionAvailable = true
            return .message(answer)
        }
        try await withServers([intercepting, intercepting], primary: "ns1.example.net") { resolver, port, _ in
            guard case .unknown(let failure) = await client(resolvers: [resolver], port: port).observe(name, .a) else {
                Issue.record("the interceptor was believed")
                return
            }
            #expect(failure.code == .notAuthoritative && failure.message.contains("intercept port 53"))
        }
        try await withServers([intercepting, { .message(zone.answer($0.message)) }], primary: "ns1.example.net") {
            resolver, port, _ in
            #expect(await client(resolvers: [resolver], port: port).observe(name, .a).holds([address]))
        }
    }

    /// `example.com` delegates `sub.example.com`, which resolvers that only half work do not tell.
    @Test(arguments: [true, false]) func followsADelegation(isFound: Bool) async throws {
        let below = FakeZone("sub.example.com")
        below.put("home.sub.example.com", ["198.51.100.7"])
        let inner = try #require(RecordName("home.sub.example.com"))
        let above = FakeZone("example.com")
        let answering: @Sendable (FakeDNSServer.Request) -> FakeDNSServer.Reply = { request in
            guard let question = request.message.questions.first, question.name.isWithin(below.apex) else {
                return .message(above.answer(request.message))
            }
            var answer = request.message.response()
            let server = RecordName("ns.sub.example.com") ?? .root
            answer.authorities = [.ns(below.apex, ttl: 60, server)]
            answer.additionals = [.a(server, ttl: 60, IPv4Address(127, 0, 0, 9))]
            return .message(answer)
        }
        try await withServers([answering]) { resolver, port, host in
            try await FakeDNSServer.run(
                host: "127.0.0.9", port: Int(port), answering: { .message(below.answer($0.message)) }
            ) { _ in
                let client =
                    isFound
                    ? client(resolvers: [resolver], port: port)
                    : client(nameServers: [HostPort(host: host, port: port)], port: port)
                #expect(await client.observe(inner, .a).holds([address]))
                #expect(await client.observe(RecordName("other.example.com") ?? .root, .a) == .absent(.noSuchName))
                guard isFound else { return }
                let found = try await client.zone(of: inner)
                #expect(found.apex == below.apex)
            }
        }
    }

    @Test func aServerThatOnlyRepeatsWhatItHasHeardDelegatesNothing() async throws {
        let asked = Mutex(0)
        try await FakeDNSServer.run(
            host: "127.0.0.9",
            answering: { request in
                asked.withLock { $0 += 1 }
                return .message(zone().answer(request.message))
            }
        ) { other in
            try await FakeDNSServer.run(answering: { request in
                var answer = request.message.response()
                answer.authorities = [.ns(RecordName("example.com") ?? .root, ttl: 60, RecordName("ns.com") ?? .root)]
                answer.additionals = [.a(RecordName("ns.com") ?? .root, ttl: 60, IPv4Address(127, 0, 0, 9))]
                return .message(answer)
            }) { lame in
                let client = client(nameServers: [lame.endpoint], port: other.endpoint.port)
                guard case .unknown = await client.observe(name, .a) else {
                    Issue.record("a lame server led somewhere")
                    return
                }
            }
        }
        #expect(asked.withLock { $0 } == 0)
    }

    @Test func asksWithoutEDNSWhereThatIsMetWithSilenceAndRemembersIt() async throws {
        let zone = zone()
        let withEDNS = Mutex(0)
        try await FakeDNSServer.run(answering: { request in
            guard request.message.ednsOptions == nil else {
                withEDNS.withLock { $0 += 1 }
                return .silence
            }
            return .message(zone.answer(request.message))
        }) { server in
            let client = client(nameServers: [server.endpoint], timeout: .milliseconds(600))
            #expect(await client.observe(name, .a).holds([address]))
            #expect(await client.observe(name, .a).holds([address]))
            #expect(withEDNS.withLock { $0 } == 1)
        }
    }

    @Test(arguments: [DNSResponseCode.formatError, .notImplemented, .serverFailure])
    func asksWithoutEDNSWhereThatIsAnError(code: DNSResponseCode) async throws {
        let zone = zone()
        try await FakeDNSServer.run(answering: { request in
            request.message.ednsOptions == nil
                ? .message(zone.answer(request.message)) : .message(request.message.response(code))
        }) { server in
            #expect(await client(nameServers: [server.endpoint]).observe(name, .a).holds([address]))
        }
    }

    @Test func takesDatagramsLargerThanItAskedFor() async throws {
        let zone = FakeZone("example.com")
        let many = (1...200).map { "203.0.113.\($0)" }
        zone.put("home.example.com", many)
        try await FakeDNSServer.run(answering: { $0.isTCP ? .silence : .message(zone.answer($0.message)) }) { server in
            #expect(
                await client(nameServers: [server.endpoint]).observe(name, .a).holds(many.compactMap(IPAddress.init)))
        }
    }

    @Test func nameServersMayHaveOnlyIPv6() async throws {
        let zone = zone()
        try await FakeDNSServer.run(host: "::1", answering: { .message(zone.answer($0.message)) }) { server in
            try await FakeDNSServer.run(answering: resolve(["::1"])) { resolver in
                let client = client(resolvers: [resolver.endpoint], port: server.endpoint.port)
                #expect(await client.observe(name, .a).holds([address]))
                let found = try await client.zone(of: name)
                #expect(found.servers == [server.endpoint])
            }
        }
    }

    @Test func aResolverThatRefusesSomeNamesIsAskedForTheOnesAbove() async throws {
        let zone = zone()
        try await withServers([{ .message(zone.answer($0.message)) }]) { resolver, port, host in
            for code in [DNSResponseCode.refused, .nameError, .serverFailure] {
                let known = resolve([host])
                try await FakeDNSServer.run(answering: { request in
                    let isAbove = request.message.questions.first.map { $0.name.labels.count <= 2 } ?? false
                    return isAbove
                        || request.message.questions.first?.name.labels.first?.starts(with: Array("ns".utf8)) == true
                        ? known(request) : .message(request.message.response(code))
                }) { odd in
                    #expect(await client(resolvers: [odd.endpoint], port: port).observe(name, .a).holds([address]))
                }
            }
        }
    }

    @Test func aResolverThatKnowsNoZoneSaysNothingAboutTheNext() async throws {
        let zone = zone()
        try await withServers([{ .message(zone.answer($0.message)) }]) { resolver, port, _ in
            try await FakeDNSServer.run(answering: { .message($0.message.response(.nameError)) }) { ignorant in
                let client = client(resolvers: [ignorant.endpoint, resolver], port: port)
                #expect(await client.observe(name, .a).holds([address]))
            }
        }
    }

    @Test(arguments: [true, false]) func aLookEndsAtItsDeadline(isZoneKnown: Bool) async throws {
        let clock = VirtualClock()
        let (asked, wasAsked) = AsyncStream.makeStream(of: Void.self)
        try await FakeDNSServer.run(answering: { _ in
            wasAsked.yield()
            return .silence
        }) { server in
            let client = client(
                resolvers: [server.endpoint], nameServers: isZoneKnown ? [server.endpoint] : [], timeout: .seconds(600),
                clock: clock, deadline: .seconds(15))
            async let observation = client.observe(name, .a)
            for await _ in asked.prefix(1) {}
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(15))
            guard case .unknown(let failure) = await observation else {
                Issue.record("silence was taken for an answer")
                return
            }
            #expect(failure.code == (isZoneKnown ? .serversSilent : .resolversFailed))
            #expect(failure.message.contains("within 15.0 seconds"))
        }
    }
}
