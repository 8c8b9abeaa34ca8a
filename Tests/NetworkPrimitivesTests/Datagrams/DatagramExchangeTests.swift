import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import NetworkPrimitives

@Suite struct DatagramExchangeTests {
    /// Sends each datagram back as many times as `copies` says, the last one marked.
    private final class Echo: ChannelInboundHandler, Sendable {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        typealias OutboundOut = AddressedEnvelope<ByteBuffer>

        let copies: Int
        let received = Mutex(0)

        init(copies: Int) { self.copies = copies }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            let number = received.withLock { count in
                count += 1
                return count
            }
            for copy in 0..<copies {
                var data = envelope.data
                data.writeInteger(UInt32(copy))
                data.writeInteger(UInt32(number))
                context.write(
                    wrapOutboundOut(AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: data)), promise: nil)
            }
            context.flush()
        }
    }

    private func withServer<Value>(
        copies: Int, _ body: (SocketAddress, Echo) async throws -> Value
    ) async throws -> Value {
        let echo = Echo(copies: copies)
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(echo) }
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(channel.localAddress)
        let result: Result<Value, any Error>
        do { result = .success(try await body(address, echo)) } catch { result = .failure(error) }
        try await channel.close()
        return try result.get()
    }

    private let payload = ByteBuffer(string: "question")

    @Test func ignoresWhatIsNotAccepted() async throws {
        try await withServer(copies: 20) { server, _ in
            let exchange = DatagramExchange(payload: payload, sendTimes: [.zero], deadline: .seconds(60))
            let answer = try await exchange.ask(server) { datagram -> UInt32? in
                datagram.moveReaderIndex(forwardBy: 8)
                return datagram.readInteger(as: UInt32.self).flatMap { $0 == 19 ? $0 : nil }
            }
            #expect(answer == 19)
        }
    }

    @Test func countsWhatItIgnored() async throws {
        try await withServer(copies: 3) { server, _ in
            let exchange = DatagramExchange(payload: payload, sendTimes: [.zero], deadline: .milliseconds(300))
            await #expect(throws: ExchangeError.self) {
                try await exchange.ask(server) { _ -> Int? in nil }
            }
        }
    }

    @Test func sendsAgainUntilItIsAnswered() async throws {
        try await withServer(copies: 1) { server, echo in
            let exchange = DatagramExchange(
                payload: payload, sendTimes: [.zero, .milliseconds(10), .milliseconds(20)], deadline: .seconds(60))
            let number = try await exchange.ask(server) { datagram -> UInt32? in
                datagram.moveReaderIndex(forwardBy: 12)
                return datagram.readInteger(as: UInt32.self).flatMap { $0 == 3 ? $0 : nil }
            }
            #expect(number == 3)
            #expect(echo.received.withLock { $0 } == 3)
        }
    }

    @Test func manyAtOnceAreKeptApart() async throws {
        try await withServer(copies: 2) { server, _ in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<100 as Range<UInt32> {
                    group.addTask {
                        let exchange = DatagramExchange(
                            payload: ByteBuffer(integer: number), sendTimes: [.zero, .seconds(1), .seconds(3)],
                            deadline: .seconds(60))
                        return try await exchange.ask(server) { $0.readInteger(as: UInt32.self) } == number
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func aClosedPortRefuses() async throws {
        let server = try await withServer(copies: 1) { server, _ in server }
        let exchange = DatagramExchange(
            payload: payload, sendTimes: [.zero, .milliseconds(50)], deadline: .seconds(60))
        await #expect(throws: ExchangeError.refused) { try await exchange.ask(server) { _ -> Int? in nil } }
    }

    @Test func cancellingEndsTheWait() async throws {
        try await withServer(copies: 0) { server, _ in
            let exchange = DatagramExchange(payload: payload, sendTimes: [.zero], deadline: .hours(1))
            let task = Task { () async throws -> Int in try await exchange.ask(server) { _ in nil } }
            task.cancel()
            await #expect(throws: ExchangeError.cancelled) { try await task.value }
        }
    }

    /// One buffer serves all datagrams, so that a flood costs no memory.
    @Test func receivingReusesItsBuffer() async throws {
        try await withServer(copies: 200) { server, _ in
            let places = Mutex<Set<UInt>>([])
            let exchange = DatagramExchange(payload: payload, sendTimes: [.zero], deadline: .seconds(60))
            _ = try await exchange.ask(server) { datagram -> Bool? in
                let place = datagram.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
                places.withLock { _ = $0.insert(place) }
                datagram.moveReaderIndex(forwardBy: 8)
                return datagram.readInteger(as: UInt32.self) == 199 ? true : nil
            }
            #expect(places.withLock { $0.count } == 1)
        }
    }
}
