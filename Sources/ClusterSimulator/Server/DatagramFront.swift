import NIOCore
import NIOPosix
import Synchronization

/// The network side of a simulated UDP server: every datagram is answered by a task of its own, so that a delayed answer
/// delays no other.
final class DatagramFront: Sendable {
    private typealias Envelope = AddressedEnvelope<ByteBuffer>
    private typealias Channel = NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>

    private struct State: Sendable {
        var port: Int
        var task: Task<Void, Never>?
    }

    private let host: String
    private let state: Mutex<State>
    /// Answers one datagram; several answers are sent in order, none is silence.
    private let respond: @Sendable (_ payload: [UInt8], _ source: SocketAddress) async -> [[UInt8]]

    init(
        host: String, port: Int,
        respond: @escaping @Sendable (_ payload: [UInt8], _ source: SocketAddress) async -> [[UInt8]]
    ) {
        self.host = host
        self.respond = respond
        state = Mutex(State(port: port))
    }

    var port: Int { state.withLock { $0.port } }

    func start() async throws {
        guard state.withLock({ $0.task == nil }) else { return }
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try Channel(wrappingChannelSynchronously: channel) }
            }
        state.withLock { state in
            state.port = channel.channel.localAddress?.port ?? state.port
            state.task = Task { await self.run(channel) }
        }
    }

    func stop() async {
        let task = state.withLock { state in
            defer { state.task = nil }
            return state.task
        }
        task?.cancel()
        await task?.value
    }

    private func run(_ channel: Channel) async {
        // The socket fails only by being closed, which is how it is stopped.
        try? await channel.executeThenClose { inbound, outbound in
            await withDiscardingTaskGroup { group in
                do {
                    for try await datagram in inbound {
                        group.addTask {
                            let payload = Array(datagram.data.readableBytesView)
                            for answer in await self.respond(payload, datagram.remoteAddress) {
                                let envelope = Envelope(
                                    remoteAddress: datagram.remoteAddress, data: ByteBuffer(bytes: answer))
                                try? await outbound.write(envelope)
                            }
                        }
                    }
                } catch {
                    // The socket is gone.
                }
                group.cancelAll()
            }
        }
    }
}
