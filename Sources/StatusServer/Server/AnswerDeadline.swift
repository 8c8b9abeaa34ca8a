import NIOCore

/// Closes a connection on which nothing was answered for too long, however busily its client sends.
///
/// That a connection is not idle says little: a client that sends one byte of a header now and then never is, and a few of
/// them would take all places.
final class AnswerDeadline: ChannelOutboundHandler, RemovableChannelHandler {
    // Passed on as it is.
    typealias OutboundIn = NIOAny

    private let limit: TimeAmount
    private let connections: ConnectionTable
    private var deadline: Scheduled<Void>?

    /// - Parameters:
    ///   - limit: from the connection's start, or from the last part of an answer.
    ///   - connections: told of this one's start, answers and end.
    init(limit: TimeAmount, connections: ConnectionTable) {
        self.limit = limit
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        connections.opened(context.channel)?.close(promise: nil)
        restart(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        connections.closed(context.channel)
        deadline?.cancel()
        deadline = nil
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        restart(context)
        connections.answered(context.channel)
        context.write(data, promise: promise)
    }

    private func restart(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }
}
