public import NIOCore
import NIOPosix

/// One question over TCP or TLS: connect, send, and read until an answer is complete, all within one deadline.
///
/// The connection carries this one exchange and is closed after it, also when the task is cancelled.
public struct StreamExchange: Sendable {
    public var payload: ByteBuffer
    /// When to give up, counted from the call: connecting, the handshake of TLS, sending and reading share it.
    public var deadline: TimeAmount
    /// The largest answer in bytes that is waited for.
    public var maximumBytes: Int

    /// The TLS with which the question is asked, and the host for which the server's certificate has to be valid;
    /// `nil` asks in the clear.
    public var security: (client: TLSClient, host: String)?

    public init(
        payload: ByteBuffer, deadline: TimeAmount, maximumBytes: Int = 65_537,
        security: (client: TLSClient, host: String)? = nil
    ) {
        self.payload = payload
        self.deadline = deadline
        self.maximumBytes = maximumBytes
        self.security = security
    }

    /// Asks `server` and returns the first answer that `decode` makes.
    ///
    /// - Parameters:
    ///   - server: where to connect to.
    ///   - group: whose event loops do the work.
    ///   - decode: looks at all bytes that have arrived and were not taken so far. It returns the answer; or `nil` when
    ///     more bytes are needed (what it took from the buffer is gone, what it left comes again); or throws when no
    ///     further bytes can make an answer of it, which becomes ``ExchangeError/malformed(_:)``.
    /// - Throws: ``ExchangeError``; ``ExchangeError/cancelled`` soon after the task is cancelled.
    public func ask<Answer: Sendable>(
        _ server: SocketAddress,
        on group: any EventLoopGroup,
        decode: @escaping @Sendable (inout ByteBuffer) throws -> Answer?
    ) async throws(ExchangeError) -> Answer {
        let addLayer = try await securityLayer()
        let loop = group.next()
        let promise = loop.makePromise(of: Answer.self)
        let exchange = self
        // A promise ignores all completions after its first, so the timer, the connection and a cancellation may race.
        let timer = loop.scheduleTask(in: deadline) { promise.fail(ExchangeError.timedOut(ignored: 0)) }
        promise.futureResult.whenComplete { _ in timer.cancel() }
        ClientBootstrap(group: loop)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .connectTimeout(deadline + .seconds(1))
            .channelInitializer { channel in
                promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
                return channel.eventLoop.makeCompletedFuture {
                    try addLayer?(channel)
                    try channel.pipeline.syncOperations.addHandler(
                        StreamExchangeHandler(exchange: exchange, promise: promise, decode: decode))
                }
            }
            .connect(to: server)
            .whenFailure { promise.fail($0) }
        do {
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                promise.fail(ExchangeError.cancelled)
            }
        } catch {
            throw ExchangeError(error)
        }
    }

    private func securityLayer() async throws(ExchangeError) -> (@Sendable (any Channel) throws -> Void)? {
        guard let security else { return nil }
        return try await security.client.layer(for: security.host)
    }

    /// `message` with its length in two bytes before it, as DNS sends it over TCP (RFC 1035 section 4.2.2).
    ///
    /// - Parameter message: at most 65535 bytes; what is beyond is not sent.
    public static func lengthPrefixed(_ message: some Collection<UInt8>) -> ByteBuffer {
        var buffer = ByteBuffer()
        let message = message.prefix(Int(UInt16.max))
        buffer.writeInteger(UInt16(truncatingIfNeeded: message.count))
        buffer.writeBytes(message)
        return buffer
    }

    /// Takes one message with its length in two bytes before it; `nil`, and the buffer as it was, while it is incomplete.
    public static func lengthPrefixedMessage(from buffer: inout ByteBuffer) -> [UInt8]? {
        buffer.readLengthPrefixedSlice(as: UInt16.self).map { Array($0.readableBytesView) }
    }
}

/// Sends when connected, collects what arrives, and completes the promise.
final class StreamExchangeHandler<Answer: Sendable>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let exchange: StreamExchange
    private let promise: EventLoopPromise<Answer>
    private let decode: (inout ByteBuffer) throws -> Answer?
    private var received = ByteBuffer()
    private var receivedBytes = 0

    init(
        exchange: StreamExchange,
        promise: EventLoopPromise<Answer>,
        decode: @escaping (inout ByteBuffer) throws -> Answer?
    ) {
        self.exchange = exchange
        self.promise = promise
        self.decode = decode
    }

    func channelActive(context: ChannelHandlerContext) {
        let promise = promise
        context.writeAndFlush(wrapOutboundOut(exchange.payload)).whenFailure { promise.fail($0) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        receivedBytes += part.readableBytes
        guard receivedBytes <= exchange.maximumBytes else {
            promise.fail(ExchangeError.malformed("the answer is longer than \(exchange.maximumBytes) bytes"))
            return
        }
        received.writeBuffer(&part)
        do {
            if let answer = try decode(&received) { promise.succeed(answer) }
        } catch {
            promise.fail(ExchangeError.malformed(String(describing: error)))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ExchangeError.malformed("the server closed the connection before its answer was complete"))
        context.fireChannelInactive()
    }
}
