import NetworkPrimitives
import Synchronization
import TestSupport
import Testing

@testable import DNSRecords

/// Finding a zone's name servers with the help of a recursive resolver.
@Suite struct ZoneDiscoveryTests {
    private let name = RecordName("home.example.com") ?? .root

    /// A resolver that knows one zone and the addresses of its name servers, and answers like a recursive one.
    final class FakeResolver: Sendable {
        let zone: FakeZone
        let nameServers: [(name: String, address: String)]
        /// Without the authority section, as some home routers answer.
        let stripsAuthority: Bool
        let questions = Mutex<[DNSQuestion]>([])

        init(_ zone: FakeZone, nameServers: [(name: String, address: String)], stripsAuthority: Bool = false) {
            self.zone = zone
            self.nameServers = nameServers
            self.stripsAuthority = stripsAuthority
        }

        func answer(_ request: FakeDNSServer.Request) -> FakeDNSServer.Reply {
            let query = request.message
            guard let question = query.questions.first, query.recursionDesired else {
                return .message(query.response(.refused))
            }
            questions.withLock { $0.append(question) }
            var answer = query.response()
            answer.recursionAvailable = true
            switch question.type {
            case .ns where question.name == zone.apex:
                answer.answers = nameServers.map { .ns(zone.apex, ttl: 300, RecordName($0.name) ?? .root) }
            case .a:
                answer.answers = nameServers.filter { RecordName($0.name) == question.name }.compactMap { server in
                    IPv4Address(server.address).map { .a(question.name, ttl: 300, $0) }
                }
            case .aaaa: break
            default:
                answer = question.name.isWithin(zone.apex) ? zone.answer(query) : query.response(.nameError)
                answer.isAuthoritative = false
                if stripsAuthority { answer.authorities = [] }
            }
            return .message(answer)
        }
    }

    private func client(
        _ resolvers: [HostPort], port: UInt16, clock: some Clock<Duration> = ContinuousClock()
    ) -> AuthoritativeClient {
        var configuration = AuthoritativeClient.Configuration()
        configuration.resolvers = { resolvers }
        configuration.nameServerPort = port
        return AuthoritativeClient(
            configuration: configuration, dns: DNSExchange(sendTimes: [.zero], timeout: .seconds(5)), clock: clock)
    }

    @Test(arguments: [false, true])
    func findsTheZoneAndAsksItsServers(stripsAuthority: Bool) async throws {
        let zone = FakeZone("example.com")
        zone.put("home.example.com", ["198.51.100.7"])
        try await FakeDNSServer.run(host: "127.0.0.2", answering: { .message(zone.answer($0.message)) }) { server in
            let resolver = FakeResolver(
                zone, nameServers: [("ns1.example.net", "127.0.0.2")], stripsAuthority: stripsAuthority)
            try await FakeDNSServer.run(answering: { resolver.answer($0) }) { resolving in
                let client = client([resolving.endpoint], port: server.endpoint.port)
                let found = try await client.zone(of: name)
                #expect(found.apex == zone.apex && found.servers == [server.endpoint])
                #expect(await client.observe(name, .a).holds([.v4(IPv4Address(198, 51, 100, 7))]))
                // The resolver was never asked for the record itself.
                #expect(resolver.questions.withLock { $0 }.allSatisfy { $0.name != name || $0.type == .soa })
            }
        }
    }

    @Test(arguments: ["example.com", "*.example.com", "a.b.c.example.com", "HOME.Example.com"])
    func findsTheZoneOfAnyNameInIt(text: String) async throws {
        let zone = FakeZone("example.com")
        let resolver = FakeResolver(zone, nameServers: [("ns1.example.net", "127.0.0.1")])
        try await FakeDNSServer.run(answering: { resolver.answer($0) }) { resolving in
            let found = try await client([resolving.endpoint], port: 53).zone(of: try #require(RecordName(text)))
            #expect(found.apex == zone.apex)
        }
    }

    @Test func anAliasesTargetIsNotMistakenForTheZone() async throws {
        let zone = FakeZone("example.com")
        let target = RecordName("target.example.net") ?? .root
        let resolver = FakeResolver(zone, nameServers: [("ns1.example.net", "127.0.0.1")])
        try await FakeDNSServer.run(answering: { request in
            guard let question = request.message.questions.first, question.name == name, question.type == .soa else {
                return resolver.answer(request)
            }
            var answer = request.message.response()
            answer.answers = [.cname(name, ttl: 60, target)]
            let other = target.parent ?? .root
            answer.authorities = [
                .soa(other, ttl: 60, StartOfAuthority(primaryServer: other, mailbox: other, serial: 1))
            ]
            return .message(answer)
        }) { resolving in
            let found = try await client([resolving.endpoint], port: 53).zone(of: name)
            #expect(found.apex == zone.apex)
        }
    }

    @Test func goesOnToTheNextResolverAndNameServer() async throws {
        let zone = FakeZone("example.com")
        zone.put("home.example.com", ["198.51.100.7"])
        let resolver = FakeResolver(
            zone,
            nameServers: [
                ("missing.example.net", ""), ("ns1.example.net", "127.0.0.3"), ("ns2.example.net", "127.0.0.2"),
            ])
        try await FakeDNSServer.run(host: "127.0.0.2", answering: { .message(zone.answer($0.message)) }) { server in
            try await FakeDNSServer.run(answering: { .message($0.message.response(.serverFailure)) }) { broken in
                try await FakeDNSServer.run(answering: { resolver.answer($0) }) { resolving in
                    let client = client([broken.endpoint, resolving.endpoint], port: server.endpoint.port)
                    // Nobody listens at 127.0.0.3.
                    #expect(await client.observe(name, .a).holds([.v4(IPv4Address(198, 51, 100, 7))]))
                }
            }
        }
    }

    @Test func remembersTheZoneForABoundedTime() async throws {
        let zone = FakeZone("example.com")
        let resolver = FakeResolver(zone, nameServers: [("ns1.example.net", "127.0.0.1")])
        let clock = VirtualClock()
        try await FakeDNSServer.run(answering: { resolver.answer($0) }) { resolving in
            let client = client([resolving.endpoint], port: 53, clock: clock)
            _ = try await client.zone(of: name)
            let first = resolver.questions.withLock { $0.count }
            clock.advance(by: .seconds(3599))
            _ = try await client.zone(of: name)
            #expect(resolver.questions.withLock { $0.count } == first)
            clock.advance(by: .seconds(1))
            _ = try await client.zone(of: name)
            #expect(resolver.questions.withLock { $0.count } == 2 * first)
        }
    }

    @Test func aFailureIsNotRememberedAndForgetsTheZone() async throws {
        let zone = FakeZone("example.com")
        let resolver = FakeResolver(zone, nameServers: [("ns1.example.net", "127.0.0.1")])
        try await FakeDNSServer.run(answering: { resolver.answer($0) }) { resolving in
            // The resolver itself poses as the zone's server, and is refused as one: it wants recursion.
            let client = client([resolving.endpoint], port: resolving.endpoint.port)
            for _ in 1...2 {
                guard case .unknown = await client.observe(name, .a) else {
                    Issue.record("expected a failure")
                    return
                }
            }
            #expect(resolver.questions.withLock { $0.filter { $0.type == .ns }.count } == 2)
        }
    }

    @Test func reportsResolversThatDoNotAnswer() async throws {
        let client = client([HostPort(host: "127.0.0.1", port: 1)], port: 53)
        guard case .unknown(let failure) = await client.observe(name, .a) else {
            Issue.record("expected a failure")
            return
        }
        #expect(failure.code == .resolversFailed)
        #expect(failure.message.contains("127.0.0.1:1 (connection refused)"))
    }

    @Test func reportsANameWithoutAZone() async throws {
        try await FakeDNSServer.run(answering: { .message($0.message.response(.nameError)) }) { resolving in
            await #expect {
                try await client([resolving.endpoint], port: 53).zone(of: name)
            } throws: { ($0 as? LookupFailure)?.code == .noZone }
        }
    }
}
