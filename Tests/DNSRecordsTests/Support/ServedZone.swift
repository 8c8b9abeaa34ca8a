import NetworkPrimitives

@testable import DNSRecords

/// A zone's own name server, for services that are read through it.
enum ServedZone {
    /// Runs `body` with a client that asks a name server for the zone.
    ///
    /// - Parameter serving: what the name server shows, where that is not the zone itself; `nil` for no answer.
    static func run(
        _ zone: FakeZone, serving: (@Sendable () -> FakeZone?)? = nil,
        _ body: (AuthoritativeClient) async throws -> Void
    ) async throws {
        try await FakeDNSServer.run(answering: { request in
            let shown = serving.map { $0() } ?? zone
            return .message(shown?.answer(request.message) ?? request.message.response(.serverFailure))
        }) { server in
            var configuration = AuthoritativeClient.Configuration()
            configuration.nameServers = [server.endpoint]
            configuration.deadline = .seconds(300)
            try await body(
                AuthoritativeClient(
                    configuration: configuration, dns: DNSExchange(sendTimes: [.zero], timeout: .seconds(10))))
        }
    }
}
