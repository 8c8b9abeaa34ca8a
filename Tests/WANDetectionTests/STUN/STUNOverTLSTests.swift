import NIOCore
import NIOSSL
import NetworkPrimitives
import Testing

@testable import WANDetection

/// STUN over TLS counts as authenticated, so everything depends on the server's certificate.
@Suite struct STUNOverTLSTests {
    private static let right = STUNBytes.response(STUNCase.right)

    private func ask(
        _ server: NIOSSLContext?, at host: String = "127.0.0.1", trusting roots: TLSClient.TrustRoots,
        answer: LoopbackStreamServer.Answer = .init(right)
    ) async throws -> Result<IPAddress, SourceError> {
        let client = STUNClient(
            allowNonGlobal: true, tls: TLSClient(trustRoots: roots),
            schedule: AskingSchedule(sendTimes: [.zero], deadline: .seconds(120)), makeTransactionID: { STUNBytes.id })
        var found: Result<IPAddress, SourceError>?
        try await LoopbackStreamServer.run(tls: server) {
            _ in
            answer
        } _: { server in
            do throws(SourceError) {
                let target = HostPort(host: host, port: server.address.port)
                found = .success(try await client.mappedAddress(from: target, over: .tls))
            } catch {
                found = .failure(error)
            }
        }
        return try #require(found)
    }

    private func expectUntrusted(_ result: Result<IPAddress, SourceError>) {
        guard case .failure(let error) = result else {
            Issue.record("a server without a valid certificate was believed")
            return
        }
        #expect(error.code == .tlsFailed, "\(error.code): \(error)")
    }

    @Test(arguments: ["127.0.0.1", "localhost"]) func believesACertificateForTheHost(host: String) async throws {
        let authority = try TestAuthority()
        let found = try await ask(try authority.serverContext(), at: host, trusting: .pem(try authority.pem))
        #expect(found == .success(STUNCase.a))
    }

    @Test func takesAnySegmentation() async throws {
        let authority = try TestAuthority()
        let found = try await ask(
            try authority.serverContext(), trusting: .pem(try authority.pem), answer: .byteByByte(Self.right))
        #expect(found == .success(STUNCase.a))
    }

    @Test func refusesACertificateForAnotherHost() async throws {
        let authority = try TestAuthority()
        let other = try authority.serverContext(names: ["stun.example.net"], addresses: [[127, 0, 0, 2]])
        for host in ["127.0.0.1", "localhost"] {
            expectUntrusted(try await ask(other, at: host, trusting: .pem(try authority.pem)))
        }
    }

    @Test func refusesTheCertificateOfAStranger() async throws {
        let stranger = try TestAuthority().serverContext()
        expectUntrusted(try await ask(stranger, trusting: .pem(try TestAuthority().pem)))
        expectUntrusted(try await ask(stranger, trusting: .system))
    }

    @Test func refusesACertificateThatHasExpired() async throws {
        let authority = try TestAuthority()
        let expired = try authority.serverContext(lifetime: -7200 ..< -3600)
        expectUntrusted(try await ask(expired, trusting: .pem(try authority.pem)))
    }

    @Test func aServerWithoutTLSIsNotBelieved() async throws {
        let authority = try TestAuthority()
        expectUntrusted(try await ask(nil, trusting: .pem(try authority.pem)))
    }

    @Test func anEndBeforeTheAnswerIsAnError() async throws {
        let authority = try TestAuthority()
        let found = try await ask(
            try authority.serverContext(), trusting: .pem(try authority.pem),
            answer: .init(Array(Self.right.prefix(25)), ending: .close))
        guard case .failure(let error) = found else {
            Issue.record("half an answer was believed")
            return
        }
        #expect(error.code == .invalidAnswer)
    }

    @Test func authoritiesThatCannotBeReadAreNamed() async throws {
        let found = try await ask(nil, trusting: .pem(Array("no certificate".utf8)))
        expectUntrusted(found)
    }
}
