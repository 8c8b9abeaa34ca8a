import Logging
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Keeps a server going while the system has no descriptor or no memory for a further connection.
///
/// The library takes such a failure for the end of the server, and the process would end with it, in good order and without a
/// word. Here accepting pauses for a moment, and the quietest connection makes place.
final class AcceptGuard: ChannelDuplexHandler {
    typealias InboundIn = NIOAny
    typealias OutboundIn = Never

    private let connections: ConnectionTable
    private let pause: TimeAmount
    private let logger: Logger
    private var isPausing = false
    private var wantsRead = false
    /// Said once for each time that it lasts.
    private var isSaid = false

    init(connections: ConnectionTable, pause: TimeAmount = .milliseconds(200), logger: Logger) {
        self.connections = connections
        self.pause = pause
        self.logger = logger
    }

    func read(context: ChannelHandlerContext) {
        if isPausing { wantsRead = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isSaid = false
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let failure = error as? IOError, Self.isPassing(failure.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        if !isSaid {
            isSaid = true
            logger.warning(
                "the status server cannot accept connections for now",
                metadata: ["error": "\(String(cString: strerror(failure.errnoCode)))"])
        }
        connections.removeQuietest()?.close(promise: nil)
        guard !isPausing else { return }
        isPausing = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: pause) {
            let (handler, context) = bound.value
            handler.isPausing = false
            guard handler.wantsRead, context.channel.isActive else { return }
            handler.wantsRead = false
            context.read()
        }
    }

    /// A connection that was gone before it was accepted, and what the system may have again in a moment.
    static func isPassing(_ code: CInt) -> Bool { [ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) }
}
