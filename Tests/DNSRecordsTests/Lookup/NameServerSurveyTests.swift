import NetworkPrimitives
import Testing

@testable import DNSRecords

/// What each name server says, for people.
@Suite struct NameServerSurveyTests {
    private let name = RecordName("home.example.com") ?? .root

    private func client(_ change: (inout AuthoritativeClient.Configuration) -> Void) -> AuthoritativeClient {
        var configuration = AuthoritativeClient.Configuration()
        configuration.deadline = .seconds(300)
        change(&configuration)
        return AuthoritativeClient(
            configuration: configuration, dns: DNSExchange(sendTimes: [.zero], timeout: .seconds(5)))
    }

    private func zone(_ address: String) -> FakeZone {
        let zone = FakeZone("example.com")
        zone.put("home.example.com", [address])
        return zone
    }

    @Test func namedServersAreAllAsked() async throws {
        let (one, other) = (zone("198.51.100.7"), zone("198.51.100.8"))
        try await FakeDNSServer.run(answering: { .message(one.answer($0.message)) }) { first in
            try await FakeDNSServer.run(answering: { .message(other.answer($0.message)) }) { second in
                let unreachable = HostPort(host: "127.0.0.1", port: 1)
                let survey = try await client {
                    $0.nameServers = [first.endpoint, second.endpoint, unreachable]
                }.survey(name, .a)
                #expect(survey.apex == nil && survey.servers.count == 3 && survey.answering.count == 2)
                #expect(!survey.agrees)
                #expect(survey.servers[0].observation?.holds([.v4(IPv4Address(198, 51, 100, 7))]) == true)
                #expect(survey.servers[2].problem?.hasPrefix("127.0.0.1:1: ") == true)
            }
        }
    }

    @Test func serversOfAZoneAreNamedAndTheirAddressesAreOne() async throws {
        let zone = zone("198.51.100.7")
        try await FakeDNSServer.run(host: "127.0.0.2", answering: { .message(zone.answer($0.message)) }) { server in
            // The first has an address at which nobody is, and one that answers; the second answers nowhere.
            let resolver = ZoneDiscoveryTests.FakeResolver(
                zone,
                nameServers: [
                    ("ns1.example.net", "127.0.0.3"), ("ns1.example.net", "127.0.0.2"),
                    ("ns2.example.net", "127.0.0.4"),
                ])
            try await FakeDNSServer.run(answering: { resolver.answer($0) }) { resolving in
                let survey = try await client {
                    $0.resolvers = { [resolving.endpoint] }
                    $0.nameServerPort = server.endpoint.port
                }.survey(name, .a)
                #expect(survey.apex == RecordName("example.com"))
                #expect(survey.servers.map(\.name) == ["ns1.example.net", "ns2.example.net"])
                #expect(survey.answering.map(\.name) == ["ns1.example.net"] && survey.agrees)
                #expect(survey.servers[1].problem != nil)
            }
        }
    }

    @Test func withoutAZoneThereIsNothingToAsk() async throws {
        let unreachable = HostPort(host: "127.0.0.1", port: 1)
        let failure = await #expect(throws: LookupFailure.self) {
            try await client { $0.resolvers = { [unreachable] } }.survey(name, .a)
        }
        #expect(failure?.code == .resolversFailed)
    }

    @Test func answersThatDoNotCountAreExplained() async throws {
        let zone = zone("198.51.100.7")
        try await FakeDNSServer.run(answering: { request in
            var answer = zone.answer(request.message)
            answer.isAuthoritative = false
            return .message(answer)
        }) { resolver in
            try await FakeDNSServer.run(answering: { .message($0.message.response(.refused)) }) { refusing in
                let survey = try await client { $0.nameServers = [resolver.endpoint, refusing.endpoint] }.survey(
                    name, .a)
                #expect(survey.answering.isEmpty && survey.agrees)
                #expect(survey.servers[0].problem == "\(resolver.endpoint): does not answer with authority")
                #expect(survey.servers[1].problem == "\(refusing.endpoint): REFUSED")
            }
        }
    }
}
