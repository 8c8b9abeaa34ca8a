import NIOCore
import NetworkPrimitives
import TestSupport
import Testing

@testable import ClusterSimulator

@Suite(.timeLimit(.minutes(1)))
struct SimulatedSTUNServerTests {
    private let id = (0..<12).map { UInt8($0 * 7) }

    private var request: [UInt8] { [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + id }

    /// The first datagram that comes back.
    private func ask(
        _ server: SimulatedSTUNServer, _ bytes: [UInt8], within: TimeAmount = .seconds(10)
    ) async throws -> [UInt8] {
        let exchange = DatagramExchange(payload: ByteBuffer(bytes: bytes), sendTimes: [.zero], deadline: within)
        return try await exchange.ask(SocketAddress(ipAddress: "127.0.0.1", port: server.port)) {
            Array($0.readableBytesView)
        }
    }

    /// Reads XOR-MAPPED-ADDRESS on its own, attribute by attribute.
    private func address(in response: [UInt8]) -> String? {
        var rest = response.dropFirst(20)
        while rest.count >= 4 {
            let bytes = Array(rest)
            let type = Int(bytes[0]) << 8 | Int(bytes[1])
            let length = Int(bytes[2]) << 8 | Int(bytes[3])
            if type == 0x0020 {
                let mask: [UInt8] = [0x21, 0x12, 0xA4, 0x42] + id
                let plain = zip(bytes[8..<(4 + length)], mask).map { $0 ^ $1 }
                return (IPv4Address(bytes: plain).map(IPAddress.v4) ?? IPv6Address(bytes: plain).map(IPAddress.v6))?
                    .description
            }
            rest = rest.dropFirst(4 + (length + 3) / 4 * 4)
        }
        return nil
    }

    private func withServer(
        clock: any Clock<Duration> = ContinuousClock(), _ body: (SimulatedSTUNServer) async throws -> Void
    ) async throws {
        let server = SimulatedSTUNServer(clock: clock)
        try await server.start()
        do { try await body(server) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    @Test func reflectsWhatItIsTold() async throws {
        try await withServer { server async throws in
            #expect(address(in: try await ask(server, request)) == "127.0.0.1")
            for text in ["198.51.100.7", "2001:db8::7", "192.0.2.1"] {
                server.reflectedAddress = IPAddress(text)
                let response = try await ask(server, request)
                #expect(address(in: response) == text)
                #expect(Array(response[0..<2]) == [1, 1])
                #expect(Array(response[4..<20]) == Array(request[4..<20]))
                #expect(Int(response[2]) << 8 | Int(response[3]) == response.count - 20)
            }
            #expect(server.requests == 4)
        }
    }

    @Test func matchesTheVectorOfRFC5769() throws {
        let id: [UInt8] = [0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87, 0xDF, 0xAE]
        let response = STUNReply.success(id, address: .v4(IPv4Address(192, 0, 2, 1)), port: 32853)
        let attribute: [UInt8] = [0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43]
        #expect(Array(response.suffix(12)) == attribute)
    }

    @Test func ignoresWhatIsNoBindingRequest() async throws {
        try await withServer { server async throws in
            let others: [[UInt8]] = [
                [], [0, 1, 0, 0], request + [0], [1] + Array(request.dropFirst()), request.map { ~$0 },
            ]
            for bytes in others {
                await #expect(throws: ExchangeError.self) {
                    try await ask(server, bytes, within: .milliseconds(30))
                }
            }
            #expect(server.requests == 0)
        }
    }

    @Test func goesWrongAsTold() async throws {
        try await withServer { server async throws in
            server.reflectedAddress = IPAddress("198.51.100.7")
            server.faults.inject(.garbage([1, 2, 3]))
            #expect(try await ask(server, request) == [1, 2, 3])
            server.faults.inject(.wrongTransactionID)
            #expect(try await ask(server, request)[8..<20] != request[8..<20])
            server.faults.inject(.lie(.v4(IPv4Address(203, 0, 113, 9))))
            #expect(address(in: try await ask(server, request)) == "203.0.113.9")
            server.faults.inject(.errorResponse(code: 420, reason: "Unknown Attribute"))
            let error = try await ask(server, request)
            #expect(Array(error[0..<2]) == [0x01, 0x11])
            #expect(Array(error[24..<28]) == [0, 0, 4, 20])
            server.faults.inject(.garbageFirst([[0xFF], [0xFE]]))
            #expect(try await ask(server, request) == [0xFF])
            server.faults.inject(.silent)
            await #expect(throws: ExchangeError.self) { try await ask(server, request, within: .milliseconds(30)) }
            #expect(address(in: try await ask(server, request)) == "198.51.100.7")
        }
    }

    @Test func delaysOnItsClock() async throws {
        let clock = VirtualClock()
        try await withServer(clock: clock) { server async throws in
            server.faults.inject(.delay(.seconds(600)))
            async let pending = ask(server, request)
            await clock.waitForSleepers()
            // Others are answered in the meantime.
            #expect(address(in: try await ask(server, request)) == "127.0.0.1")
            clock.advance(by: .seconds(600))
            let late = try await pending
            #expect(address(in: late) == "127.0.0.1")
        }
    }

    @Test func comesBackOnTheSamePort() async throws {
        try await withServer { server async throws in
            let port = server.port
            await server.stop()
            await #expect(throws: ExchangeError.self) { try await ask(server, request, within: .milliseconds(30)) }
            try await server.start()
            #expect(server.port == port)
            #expect(address(in: try await ask(server, request)) == "127.0.0.1")
        }
    }
}
