import ClusterSimulator
import Foundation
import NetworkPrimitives
import Testing
import WANDetection

/// Detection against coturn, an independent and widely used STUN server.
///
/// Each test starts `turnserver` processes of its own on free loopback ports and ends them by their process identifiers.
@Suite struct STUNAgainstCoturnTests {
    private static let seen = IPAddress.v4(IPv4Address(127, 0, 0, 1))
    private static let settings = QuorumSettings(allowNonGlobal: true)

    private func detector(_ servers: [Coturn]) throws -> Detector {
        try Detector(
            sources: servers.map { AddressSource.stun($0.address) }, settings: Self.settings, http: nil)
    }

    @Test func confirmsTheAddressByAQuorum() async throws {
        try await Coturn.run(count: 3) { servers in
            let detector = try detector(servers)
            let verdict = await detector.detect(published: Self.seen)
            #expect(verdict.condition == .confirmed(Self.seen), "\(verdict)")
            #expect(verdict.votes.count >= 2)
            #expect(verdict.votes.allSatisfy { $0.address == Self.seen })
            for _ in servers {
                #expect(await detector.probe().address == Self.seen)
            }
        }
    }

    @Test func takesTwoRoundsForTheFirstAddress() async throws {
        try await Coturn.run(count: 3) { servers in
            let detector = try detector(servers)
            #expect(
                await detector.detect(published: nil).condition == .unconfirmed(.awaitingSecondRound(Self.seen)))
            #expect(await detector.detect(published: nil).condition == .confirmed(Self.seen))
        }
    }

    @Test func survivesTheDeathOfOneServer() async throws {
        try await Coturn.run(count: 3) { servers in
            servers[0].stop()
            let verdict = try await detector(servers).detect(published: Self.seen)
            #expect(verdict.condition == .confirmed(Self.seen), "\(verdict)")
            // Refused, not silent: nobody waits for the dead server.
            #expect(verdict.duration < .seconds(2))
        }
    }

    private func ask(
        _ server: Coturn, over carrier: AddressSource.STUNCarrier, family: IPAddress.Family = .ipv4,
        trusting roots: TLSClient.TrustRoots = .system
    ) async -> Result<IPAddress, SourceError> {
        do throws(SourceError) {
            let client = STUNClient(allowNonGlobal: true, tls: TLSClient(trustRoots: roots))
            let port = carrier == .tls ? server.tlsPort : server.address.port
            return .success(
                try await client.mappedAddress(
                    from: HostPort(host: server.address.host, port: port), over: carrier, family: family))
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: ["127.0.0.1", "::1"]) func answersOverUDPAndTCP(host: String) async throws {
        try await Coturn.run(host: host) { servers in
            let seen = try #require(IPAddress(host))
            for carrier in [AddressSource.STUNCarrier.udp, .tcp] {
                let found = await ask(servers[0], over: carrier, family: seen.family)
                #expect(found == .success(seen), "\(carrier)")
            }
        }
    }

    @Test func answersOverTLSToWhoeverTrustsItsCertificate() async throws {
        let authority = try CertificateAuthority()
        let identity = try authority.issueServerIdentity(names: ["127.0.0.1"])
        try await Coturn.run(identity: identity) { servers in
            let trusting = await ask(servers[0], over: .tls, trusting: .pem(Array(authority.certificatePEM.utf8)))
            #expect(trusting == .success(Self.seen))
            guard case .failure(let error) = await ask(servers[0], over: .tls) else {
                Issue.record("a certificate of an unknown authority was believed")
                return
            }
            #expect(error.code == .tlsFailed)
        }
    }
}
