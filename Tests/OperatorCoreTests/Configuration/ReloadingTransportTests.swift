import CurlHTTP
import OperatorCore
import Synchronization
import TestSupport
import Testing

@Suite struct ReloadingTransportTests {
    private let clock = VirtualClock()
    private let files = MemoryFiles(["/ca": certificate("A")])
    private let made = Made()

    /// The clients that were made, in order, and what they were told to trust.
    private final class Made: Sendable {
        struct Client: Sendable {
            var transport: ScriptedTransport
            var authority: String
        }
        let clients = Mutex<[Client]>([])
        let reply = Mutex(ScriptedTransport.Reply(200, "{}"))
        let fails = Mutex(false)

        subscript(_ index: Int) -> ScriptedTransport { clients.withLock { $0[index].transport } }
        var authorities: [String] { clients.withLock { $0.map(\.authority) } }

        func make(_ configuration: HTTPClient.Configuration) throws -> any ClosableTransport {
            if fails.withLock(\.self) { throw HTTPClientError(.internalError, "no threads left") }
            let transport = ScriptedTransport { _, _ in self.reply.withLock(\.self) }
            var authority = "not pinned"
            if case .pem(let bytes) = configuration.trustRoots { authority = String(decoding: bytes, as: UTF8.self) }
            clients.withLock { $0.append(Client(transport: transport, authority: authority)) }
            return transport
        }
    }

    private func transport() -> ReloadingTransport {
        let made = made
        return ReloadingTransport(
            certificateAuthorityFile: "/ca", files: files.reader, clock: clock, makeTransport: { try made.make($0) })
    }

    private let request = HTTPClientRequest(url: "https://api.test/")

    @Test func theSameClientServesWhileTheFileStaysTheSame() async throws {
        let transport = transport()
        for _ in 0..<3 {
            _ = try await transport.send(request)
            clock.advance(by: .seconds(200))
        }
        #expect(made.authorities == [certificate("A")])
        #expect(files.readCount == 2)
    }

    @Test func aNewAuthorityGetsANewClient() async throws {
        let transport = transport()
        _ = try await transport.send(request)
        files["/ca"] = certificate("B")
        clock.advance(by: .seconds(299))
        _ = try await transport.send(request)
        #expect(made.authorities.count == 1)
        clock.advance(by: .seconds(1))
        _ = try await transport.send(request)
        #expect(made.authorities == [certificate("A"), certificate("B")])
        #expect(made[1].requests.count == 1)
        // The old one had nothing under way, and goes with the next request.
        _ = try await transport.send(request)
        #expect(made[0].shutdowns == 1)
        #expect(made[1].shutdowns == 0)
    }

    @Test func aWatchKeepsItsClientUntilItEnds() async throws {
        let transport = transport()
        made.reply.withLock { $0 = .init(200, chunks: [[1], [2]]) }
        var stream: HTTPClientStream? = try await transport.stream(request)
        var iterator = stream?.body.makeAsyncIterator()
        #expect(try await iterator?.next() == [1])
        files["/ca"] = certificate("B")
        clock.advance(by: .seconds(300))
        for _ in 0..<3 { _ = try await transport.send(request) }
        #expect(made[0].shutdowns == 0)
        #expect(try await iterator?.next() == [2])
        // Dropped by its reader before its end.
        iterator = nil
        stream = nil
        _ = try await transport.send(request)
        #expect(made[0].shutdowns == 1)
    }

    @Test func aWatchThatHasEndedLetsGoOfItsClient() async throws {
        let transport = transport()
        made.reply.withLock { $0 = .init(200, chunks: [[1]]) }
        let stream = try await transport.stream(request)
        for try await _ in stream.body {}
        files["/ca"] = certificate("B")
        clock.advance(by: .seconds(300))
        _ = try await transport.send(request)
        _ = try await transport.send(request)
        #expect(made[0].shutdowns == 1)
        withExtendedLifetime(stream) {}
    }

    @Test(
        arguments: [
            nil, "", "garbage", "-----BEGIN CERTIFICATE-----\nMIIB",
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nMII!\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n", "-----END CERTIFICATE-----\n",
            certificate("A") + "-----BEGIN CERTIFICATE-----\nMIIB\n",
            "-----BEGIN CERTIFICATE-----\n" + certificate("A"),
        ] as [String?])
    func aFileWithoutAuthorityNeverMeansNoVerification(content: String?) async throws {
        files["/ca"] = content
        let fresh = transport()
        for _ in 0..<2 {
            let error = await #expect(throws: HTTPClientError.self) { try await fresh.send(request) }
            #expect(error?.code == .tlsFailed)
            #expect(error?.detail.contains("/ca") == true)
        }
        let stream = await #expect(throws: HTTPClientError.self) { try await fresh.stream(request) }
        #expect(stream?.code == .tlsFailed)
        #expect(made.authorities.isEmpty)
        // The next request looks again.
        files["/ca"] = "# a comment\n" + certificate("C") + certificate("D")
        _ = try await fresh.send(request)

        // Where there is a client, it stays.
        files["/ca"] = content
        clock.advance(by: .seconds(300))
        _ = try await fresh.send(request)
        #expect(made.authorities.count == 1)
        #expect(made[0].shutdowns == 0)
    }

    @Test func aClientThatCannotBeMadeLeavesTheOldOneInUse() async throws {
        let transport = transport()
        _ = try await transport.send(request)
        files["/ca"] = certificate("B")
        made.fails.withLock { $0 = true }
        clock.advance(by: .seconds(300))
        _ = try await transport.send(request)
        #expect(made.authorities.count == 1)
        made.fails.withLock { $0 = false }
        clock.advance(by: .seconds(300))
        _ = try await transport.send(request)
        #expect(made.authorities.count == 2)
    }

    @Test func aTLSFailureAsksForALookAtOnce() async throws {
        let transport = transport()
        made.reply.withLock { $0 = .failure(HTTPClientError(.tlsFailed, "unable to get local issuer certificate")) }
        await #expect(throws: HTTPClientError.self) { try await transport.send(request) }
        files["/ca"] = certificate("B")
        made.reply.withLock { $0 = .init(200, "{}") }
        _ = try await transport.send(request)
        #expect(made.authorities == [certificate("A"), certificate("B")])
    }

    @Test func shutdownEndsEveryClient() async throws {
        let transport = transport()
        made.reply.withLock { $0 = .init(200, chunks: [[1]]) }
        let stream = try await transport.stream(request)
        files["/ca"] = certificate("B")
        clock.advance(by: .seconds(300))
        _ = try await transport.send(request)
        await transport.shutdown()
        await transport.shutdown()
        #expect(made[0].shutdowns == 1)
        #expect(made[1].shutdowns == 1)
        let error = await #expect(throws: HTTPClientError.self) { try await transport.send(request) }
        #expect(error?.code == .shutDown)
        withExtendedLifetime(stream) {}
    }
}
