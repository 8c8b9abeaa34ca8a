import CurlHTTP
import NetworkPrimitives
import Synchronization

@testable import DNSRecords

/// A clock that is a second further every time somebody looks, so that no limit per second is ever reached.
final class SteppingUptime: Sendable {
    private let seconds = Mutex(0)

    func now() -> Duration {
        .seconds(
            seconds.withLock { seconds in
                seconds += 1
                return seconds
            })
    }
}

extension ProviderFixture {
    static let route53 = ProviderFixture(
        testDescription: "route53",
        faults: Set(ProviderFault.allCases)
    ) { scenario, body in
        try await body(
            try Route53Provider.against(
                FakeRoute53(scenario.zone, fault: scenario.fault), configuredTTL: scenario.configuredTTL))
    }
}

extension Route53Provider {
    /// A provider with credentials that the fake accepts.
    static func against(
        _ transport: any HTTPTransport, zoneID: String? = nil, zone: String? = nil, configuredTTL: UInt32? = nil,
        sources: [any AWSCredentialSource]? = nil, uptime: (@Sendable () -> Duration)? = nil
    ) throws -> Route53Provider {
        let stepping = SteppingUptime()
        let clock = WallClock { FakeRoute53.now }
        return Route53Provider(
            transport: transport,
            credentials: AWSCredentialChain(try sources ?? [GivenAWSCredentials.forTests()], clock: clock),
            baseURL: AWSPartition(region: nil).route53URL, signingRegion: AWSPartition(region: nil).signingRegion,
            zoneID: zoneID, zoneIDSetting: "ESDDNS_ROUTE53_ZONE_ID", zone: zone.flatMap { RecordName($0) },
            configuredTTL: configuredTTL, clock: clock, uptime: uptime ?? { stepping.now() })
    }
}

extension GivenAWSCredentials {
    static func forTests(token: String? = nil) throws -> GivenAWSCredentials {
        GivenAWSCredentials(
            title: "a test", accessKeyID: try SecretSource(literal: FakeAWSSignature.accessKeyID),
            secretAccessKey: try SecretSource(literal: FakeAWSSignature.secret),
            sessionToken: try token.map { try SecretSource(literal: $0) })
    }
}
