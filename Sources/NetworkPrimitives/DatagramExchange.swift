public import NIOCore
import NIOPosix

/// One question over UDP: the same bytes sent at set times from a socket of its own, until an answer is accepted.
///
/// The socket is connected, so the kernel drops datagrams from anybody but the server and reports a refusal. What
/// arrives and is not accepted is counted and otherwise ignored: a stray or forged datagram must not end the wait.
public struct DatagramExchange: Sendable {
    /// Identical on every send, as RFC 8489 section 6.2.1 and RFC 1035 expect of a retransmission.
    public var payload: ByteBuffer
    /// When to send, counted from the start. The first is usually zero.
    public var sendTimes: [TimeAmount]
    /// When to give up, counted from the start.
    public var deadline: TimeAmount

    public init(payload: ByteBuffer, sendTimes: [TimeAmount], deadline: TimeAmount) {
        self.payload = payload
        self.sendTimes = sendTimes
        self.deadline = deadline
    }

    /// Asks `server` and returns the first answer that `accept` takes.
    ///
    /// - Parameters:
    ///   - server: where to send.
    ///   - group: whose event loops do the work.
    ///   - accept: looks at one datagram; `nil` means that it is none of ours and the wait goes on.
    /// - Throws: ``ExchangeError``; ``ExchangeError/cancelled`` soon after the task is cancelled.
    public func ask<Answer: Sendable>(
        _ server: SocketAddress,
        on group: any EventLoopGroup,
        accept: @escaping @Sendable (inout ByteBuffer) -> Answer?
    ) async throws(ExchangeError) -> Answer {
        let loop = group.next()
        let promise = loop.makePromise(of: Answer.self)
        let exchange = self
        let connecting = DatagramBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        DatagramExchangeHandler(exchange: exchange, promise: promise, accept: accept))
                }
            }
            .connect(to: server)
        connecting.whenFailure { promise.fail($0) }
        do {
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                loop.execute {
                    promise.fail(ExchangeError.cancelled)
                    connecting.whenSuccess { $0.close(promise: nil) }
                }
            }
        } catch {
            throw ExchangeError(error)
        }
    }
}

/// Sends, waits, and completes a promise exactly once. Its timers are the event loop's, so that tests can drive it.
final class DatagramExchangeHandler<Answer: Sendable>: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let exchange: DatagramExchange
    private let accept: (inout ByteBuffer) -> Answer?
    private var promise: EventLoopPromise<Answer>?
    private var timers: [Scheduled<Void>] = []
    private var ignored = 0

    init(
        exchange: DatagramExchange,
        promise: EventLoopPromise<Answer>,
        accept: @escaping (inout ByteBuffer) -> Answer?
    ) {
        self.exchange = exchange
        self.promise = promise
        self.accept = accept
    }

    func channelActive(context: ChannelHandlerContext) {
        let loop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        timers.append(
            loop.scheduleTask(in: exchange.deadline) {
                let (handler, context) = bound.value
                handler.finish(.failure(ExchangeError.timedOut(ignored: handler.ignored)), context: context)
            })
        for time in exchange.sendTimes {
            guard time > .zero else {
                send(context: context)
                continue
            }
            timers.append(
                loop.scheduleTask(in: time) {
                    let (handler, context) = bound.value
                    handler.send(context: context)
                })
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard promise != nil else { return }
        var datagram = unwrapInboundIn(data).data
        if let answer = accept(&datagram) {
            finish(.success(answer), context: context)
        } else {
            ignored += 1
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The kernel hands out a socket's error once: whoever asks second, in NIO itself, reports an error number of zero.
        if let error = error as? IOError, error.errnoCode == 0 { return }
        finish(.failure(error), context: context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let why = "the socket was closed by an error of the network"
        finish(.failure(ExchangeError.unreachable(why)), context: context)
        context.fireChannelInactive()
    }

    private func send(context: ChannelHandlerContext) {
        guard promise != nil, let server = context.channel.remoteAddress else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(AddressedEnvelope(remoteAddress: server, data: exchange.payload)))
            .whenFailure { error in
                let (handler, context) = bound.value
                handler.finish(.failure(error), context: context)
            }
    }

    private func finish(_ result: Result<Answer, any Error>, context: ChannelHandlerContext) {
        guard let promise else { return }
        self.promise = nil
        timers.forEach { $0.cancel() }
        timers.removeAll()
        promise.completeWith(result)
        context.close(promise: nil)
    }
}
