import NIOCore
import NIOPosix
import NetworkPrimitives
import Synchronization

/// A UDP server on a free loopback port that answers as a script says.
struct LoopbackSTUNServer: Sendable {
    /// Gets a request and how many came before it; returns the datagrams to send back, or `nil` to close the socket.
    typealias Script = @Sendable (_ request: [UInt8], _ number: Int) -> [[UInt8]]?

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        typealias OutboundOut = AddressedEnvelope<ByteBuffer>

        private let script: Script
        private let log: Log

        init(script: @escaping Script, log: Log) {
            self.script = script
            self.log = log
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            let request = Array(envelope.data.readableBytesView)
            let number = log.requests.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            guard let answers = script(request, number) else { return context.close(promise: nil) }
            for answer in answers {
                context.write(
                    wrapOutboundOut(
                        AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: answer))),
                    promise: nil)
            }
            context.flush()
        }
    }

    private final class Log: Sendable {
        let requests = Mutex<[[UInt8]]>([])
    }

    let address: HostPort
    private let channel: any Channel
    private let log: Log

    var requests: [[UInt8]] { log.requests.withLock { $0 } }

    /// Runs `body` with a server, which ends with it.
    static func run<Value: Sendable>(
        _ script: @escaping Script, _ body: (LoopbackSTUNServer) async throws -> Value
    ) async throws -> Value {
        let log = Log()
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(script: script, log: log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = UInt16(channel.localAddress?.port ?? 0)
        let server = LoopbackSTUNServer(
            address: HostPort(host: "127.0.0.1", port: port), channel: channel, log: log)
        let result: Result<Value, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try? await channel.close()
        return try result.get()
    }

    /// The right answer to a request: the address is `address`.
    static func answer(_ request: [UInt8], _ address: IPAddress) -> [UInt8] {
        guard let id = STUNBytes.transactionID(of: request) else { return [] }
        return STUNBytes(id: id, attributes: STUNBytes.attribute(0x0020, STUNBytes.xorValue(address, id: id))).bytes
    }
}
