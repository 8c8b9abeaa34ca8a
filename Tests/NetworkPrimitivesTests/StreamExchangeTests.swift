import NIOCore
import NIOPosix
import NetworkPrimitives
import Testing

@Suite struct StreamExchangeTests {
    private let group = MultiThreadedEventLoopGroup.singleton

    /// Runs a TCP server that gives each connection's bytes to `onRead`, and closes it after `body`.
    private func withServer(
        onRead: @escaping @Sendable (ChannelHandlerContext, ByteBuffer) -> Void,
        _ body: (SocketAddress) async throws -> Void
    ) async throws {
        let server = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ReadHandler(onRead: onRead))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(try #require(server.localAddress))
        } catch {
            try await server.close()
            throw error
        }
        try await server.close()
    }

    private func exchange(_ message: [UInt8], deadline: TimeAmount = .seconds(10)) -> StreamExchange {
        StreamExchange(payload: StreamExchange.lengthPrefixed(message), deadline: deadline)
    }

    @Test func collectsAnAnswerThatComesByteByByte() async throws {
        try await withServer { context, data in
            for byte in data.readableBytesView {
                context.writeAndFlush(NIOAny(ByteBuffer(bytes: [byte])), promise: nil)
            }
        } _: { address in
            let answer = try await exchange([1, 2, 3]).ask(address, on: group) {
                StreamExchange.lengthPrefixedMessage(from: &$0)
            }
            #expect(answer == [1, 2, 3])
        }
    }

    @Test func reportsAnEarlyClose() async throws {
        try await withServer { context, _ in
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: [0, 9, 1]))).whenComplete { _ in }
            context.close(promise: nil)
        } _: { address in
            await #expect(
                throws: ExchangeError.malformed("the server closed the connection before its answer was complete")
            ) {
                try await exchange([1]).ask(address, on: group) { StreamExchange.lengthPrefixedMessage(from: &$0) }
            }
        }
    }

    @Test func givesUpAtTheDeadlineHoweverMuchIsStillComing() async throws {
        try await withServer { context, _ in
            // Answers each byte that is sent with one more, for as long as the connection lives.
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: [0xFF, 0xFF, 1])), promise: nil)
        } _: { address in
            await #expect(throws: ExchangeError.timedOut(ignored: 0)) {
                try await exchange([1], deadline: .milliseconds(50)).ask(address, on: group) {
                    StreamExchange.lengthPrefixedMessage(from: &$0)
                }
            }
        }
    }

    @Test func boundsWhatItCollects() async throws {
        try await withServer { context, _ in
            context.writeAndFlush(NIOAny(ByteBuffer(repeating: 0xFF, count: 5000)), promise: nil)
        } _: { address in
            var exchange = exchange([1])
            exchange.maximumBytes = 4096
            await #expect(throws: ExchangeError.malformed("the answer is longer than 4096 bytes")) {
                try await exchange.ask(address, on: group) { StreamExchange.lengthPrefixedMessage(from: &$0) }
            }
        }
    }

    @Test func anAnswerThatCannotBeOneEndsTheWait() async throws {
        struct Nonsense: Error, CustomStringConvertible { let description = "not an answer" }
        try await withServer { context, data in
            context.writeAndFlush(NIOAny(data), promise: nil)
        } _: { address in
            await #expect(throws: ExchangeError.malformed("not an answer")) {
                try await exchange([1]).ask(address, on: group) { _ -> Int? in throw Nonsense() }
            }
        }
    }

    @Test func cancellationEndsTheWaitAndTheConnection() async throws {
        let (accepted, acceptance) = AsyncStream.makeStream(of: (any Channel).self)
        try await withServer { context, _ in
            acceptance.yield(context.channel)
        } _: { address in
            let task = Task {
                try await exchange([1], deadline: .hours(1)).ask(address, on: group) { _ -> Int? in nil }
            }
            var iterator = accepted.makeAsyncIterator()
            let connection = try #require(await iterator.next())
            task.cancel()
            await #expect(throws: ExchangeError.cancelled) { try await task.value }
            try await connection.closeFuture.get()
        }
    }

    @Test func aCancelledTaskDoesNotWait() async throws {
        try await withServer { _, _ in
        } _: { address in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await exchange([1], deadline: .hours(1)).ask(address, on: group) { _ -> Int? in nil }
            }
            await #expect(throws: ExchangeError.cancelled) { try await task.value }
        }
    }

    @Test func reportsARefusal() async throws {
        let server = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(server.localAddress)
        try await server.close()
        await #expect(throws: ExchangeError.refused) {
            try await exchange([1]).ask(address, on: group) { _ -> Int? in nil }
        }
    }
}

private final class ReadHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let onRead: @Sendable (ChannelHandlerContext, ByteBuffer) -> Void

    init(onRead: @escaping @Sendable (ChannelHandlerContext, ByteBuffer) -> Void) { self.onRead = onRead }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { onRead(context, unwrapInboundIn(data)) }
}
