import NetworkPrimitives
import Testing

@testable import DNSRecords

/// What can go wrong between a provider and its service. Faults without "write" or "commit" happen to every request.
enum ProviderFault: String, Hashable, Sendable, CaseIterable {
    case unauthorized, forbidden, zoneMissing, limited, serverError, malformedAnswer
    /// 409 and 412, or what the protocol has for them, to writes.
    case conflict, preconditionFailed
    case timeoutBeforeCommit, timeoutAfterCommit
}

/// A provider together with a fake of its service, for ``ProviderConformanceTests``.
struct ProviderFixture: Sendable, CustomTestStringConvertible {
    /// What one test wants.
    struct Scenario: Sendable {
        var zone = FakeZone("example.com")
        var configuredTTL: UInt32?
        var fault: ProviderFault?
    }

    var testDescription: String
    /// The faults that the service can show.
    var faults: Set<ProviderFault>
    /// What the service can do; tests of anything else are left out.
    var features = Set(ProviderKind.Feature.allCases)
    /// Of the suite's names, those that the service cannot have.
    var impossibleNames: Set<String> = []
    /// Runs `body` with a provider whose service holds the scenario's zone and counts writes there.
    var run:
        @Sendable (
            _ scenario: Scenario, _ body: @escaping @Sendable (any DNSProvider) async throws -> Void
        ) async throws -> Void

    static let gandi = ProviderFixture(
        testDescription: "gandi",
        faults: Set(ProviderFault.allCases)
    ) { scenario, body in
        try await body(
            GandiProvider(
                transport: FakeLiveDNS(scenario.zone, fault: scenario.fault),
                credential: .token(try SecretSource(literal: "secret-token")),
                configuredTTL: scenario.configuredTTL))
    }

    static let rfc2136 = ProviderFixture(
        testDescription: "rfc2136",
        faults: Set(ProviderFault.allCases).subtracting([.limited, .preconditionFailed])
    ) { scenario, body in
        let secret: [UInt8] = Array(0..<32)
        let fake = FakeUpdateServer(scenario.zone, keyName: "key.example", secret: secret, fault: scenario.fault)
        let isSilent = scenario.fault == .timeoutBeforeCommit || scenario.fault == .timeoutAfterCommit
        try await FakeDNSServer.run(answering: { fake.answer($0) }) { server in
            let key = TSIGKey(
                name: try #require(RecordName("key.example")),
                secret: try SecretSource(literal: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="))
            try await body(
                RFC2136Provider(
                    server: server.endpoint, key: key, ttlPolicy: TTLPolicy(configured: scenario.configuredTTL),
                    dns: DNSExchange(sendTimes: [.zero], timeout: isSilent ? .seconds(1) : .seconds(10))))
        }
    }
}
