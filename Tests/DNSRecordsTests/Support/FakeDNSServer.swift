import NIOCore
import NIOPosix
import NetworkPrimitives
import Testing

/// A DNS server on one loopback port, over UDP and TCP, whose answers a closure makes.
struct FakeDNSServer: Sendable {
    /// What to do with one request.
    enum Reply: Sendable {
        case message(DNSMessage)
        case bytes([UInt8])
        /// Several datagrams; over TCP only the last.
        case messages([DNSMessage])
        case silence
    }

    struct Request: Sendable {
        var message: DNSMessage
        var bytes: [UInt8]
        var isTCP: Bool
    }

    var endpoint: HostPort

    /// Runs a server while `body` runs.
    ///
    /// - Parameters:
    ///   - host: an address in 127.0.0.0/8, all of which are the local host.
    ///   - port: 0 for any free one.
    @discardableResult
    static func run<Result>(
        host: String = "127.0.0.1", port: Int = 0,
        answering answer: @escaping @Sendable (Request) -> Reply,
        _ body: (FakeDNSServer) async throws -> Result
    ) async throws -> Result {
        let group = MultiThreadedEventLoopGroup.singleton
        // A free UDP port may be taken for TCP; another one will be free for both.
        for _ in 0..<20 {
            let udp = try await DatagramBootstrap(group: group)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(DatagramHandler(answer: answer))
                    }
                }
                .bind(host: host, port: port).get()
            let bound = try #require(udp.localAddress?.port)
            let tcp: any Channel
            do {
                tcp = try await ServerBootstrap(group: group)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .childChannelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(StreamHandler(answer: answer))
                        }
                    }
                    .bind(host: host, port: bound).get()
            } catch {
                try await udp.close()
                continue
            }
            do {
                let number = try #require(UInt16(exactly: bound))
                let result = try await body(FakeDNSServer(endpoint: HostPort(host: host, port: number)))
                try await udp.close()
                try await tcp.close()
                return result
            } catch {
                try? await udp.close()
                try? await tcp.close()
                throw error
            }
        }
        throw ExchangeError.unreachable("no port is free for both UDP and TCP")
    }
}

private func request(_ buffer: ByteBuffer, isTCP: Bool) -> FakeDNSServer.Request? {
    let bytes = Array(buffer.readableBytesView)
    return (try? DNSMessage(decoding: bytes)).map { .init(message: $0, bytes: bytes, isTCP: isTCP) }
}

extension FakeDNSServer.Reply {
    fileprivate var encoded: [[UInt8]] {
        switch self {
        case .message(let message): [(try? message.encoded()) ?? []]
        case .messages(let messages): messages.map { (try? $0.encoded()) ?? [] }
        case .bytes(let bytes): [bytes]
        case .silence: []
        }
    }
}

private final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let answer: @Sendable (FakeDNSServer.Request) -> FakeDNSServer.Reply

    init(answer: @escaping @Sendable (FakeDNSServer.Request) -> FakeDNSServer.Reply) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let request = request(envelope.data, isTCP: false) else { return }
        for bytes in answer(request).encoded {
            let out = AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: bytes))
            context.writeAndFlush(wrapOutboundOut(out), promise: nil)
        }
    }
}

private final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: @Sendable (FakeDNSServer.Request) -> FakeDNSServer.Reply
    private var received = ByteBuffer()

    init(answer: @escaping @Sendable (FakeDNSServer.Request) -> FakeDNSServer.Reply) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        received.writeBuffer(&part)
        while let bytes = StreamExchange.lengthPrefixedMessage(from: &received) {
            guard let request = request(ByteBuffer(bytes: bytes), isTCP: true) else { return }
            guard let reply = answer(request).encoded.last else { continue }
            context.writeAndFlush(wrapOutboundOut(StreamExchange.lengthPrefixed(reply)), promise: nil)
        }
    }
}
