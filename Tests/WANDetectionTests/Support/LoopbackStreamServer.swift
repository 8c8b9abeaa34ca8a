import NIOCore
import NIOPosix
import NIOSSL
import NetworkPrimitives

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A server over TCP or TLS on a free loopback port that sends what a script says once a binding request has arrived.
struct LoopbackStreamServer: Sendable {
    enum Ending: Sendable {
        case close, reset, stayOpen
        /// Sends the last part again and again.
        case endless
    }

    /// What a server does with a request: parts, each sent by itself, and how it ends.
    struct Answer: Sendable {
        var parts: [[UInt8]]
        var ending: Ending

        init(_ parts: [UInt8]..., ending: Ending = .stayOpen) {
            self.parts = parts
            self.ending = ending
        }

        static func byteByByte(_ bytes: [UInt8]) -> Answer {
            var answer = Answer()
            answer.parts = bytes.map { [$0] }
            return answer
        }
    }

    typealias Script = @Sendable (_ request: [UInt8]) -> Answer

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let script: Script
        private var request: [UInt8] = []

        init(script: @escaping Script) { self.script = script }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let before = request.count
            request += Array(unwrapInboundIn(data).readableBytesView)
            guard before < 20, request.count >= 20 else { return }
            let answer = script(request)
            for part in answer.parts {
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: part)), promise: nil)
            }
            switch answer.ending {
            case .stayOpen: break
            case .close: context.close(promise: nil)
            case .reset:
                _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                context.close(promise: nil)
            case .endless: sendOn(answer.parts.last ?? [0], context: context)
            }
        }

        private func sendOn(_ bytes: [UInt8], context: ChannelHandlerContext) {
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes))).whenSuccess {
                // Not at once: a peer that reads quickly would have it recur until the stack is full.
                bound.eventLoop.execute {
                    let (handler, context) = bound.value
                    handler.sendOn(bytes, context: context)
                }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    let address: HostPort

    /// Runs `body` with a server, which ends with it.
    static func run(
        host: String = "127.0.0.1", tls: NIOSSLContext? = nil, _ script: @escaping Script,
        _ body: (LoopbackStreamServer) async throws -> Void
    ) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Handler(script: script))
                }
            }
            .bind(host: host, port: 0).get()
        let port = UInt16(channel.localAddress?.port ?? 0)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(LoopbackStreamServer(address: HostPort(host: host, port: port))))
        } catch {
            result = .failure(error)
        }
        try? await channel.close()
        try result.get()
    }
}
