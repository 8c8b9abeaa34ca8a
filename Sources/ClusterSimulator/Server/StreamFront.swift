import NIOCore
import NIOPosix
import Synchronization

/// The network side of a simulated TCP server whose messages are preceded by their length in two bytes, as in DNS.
final class StreamFront: Sendable {
    private typealias Channel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private struct State: Sendable {
        var port: Int
        var task: Task<Void, Never>?
    }

    private let host: String
    private let connections = AcceptedConnections()
    private let state: Mutex<State>
    /// Answers one message; `nil` closes the connection.
    private let respond: @Sendable (_ message: [UInt8]) async -> [UInt8]?

    init(host: String, port: Int, respond: @escaping @Sendable (_ message: [UInt8]) async -> [UInt8]?) {
        self.host = host
        self.respond = respond
        state = Mutex(State(port: port))
    }

    var port: Int { state.withLock { $0.port } }

    func start() async throws {
        guard state.withLock({ $0.task == nil }) else { return }
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .bind(host: host, port: port) { [connections] channel in
                channel.eventLoop.makeCompletedFuture {
                    connections.add(channel)
                    return channel
                }
            }
        state.withLock { state in
            state.port = listener.channel.localAddress?.port ?? state.port
            state.task = Task { await self.run(listener) }
        }
    }

    func stop() async {
        let task = state.withLock { state in
            defer { state.task = nil }
            return state.task
        }
        task?.cancel()
        await task?.value
        connections.close()
    }

    private func run(_ listener: NIOAsyncChannel<any NIOCore.Channel, Never>) async {
        // The listener fails only by being closed, which is how it is stopped.
        try? await listener.executeThenClose { connections in
            await withDiscardingTaskGroup { group in
                do {
                    for try await connection in connections {
                        group.addTask { try? await self.serve(connection) }
                    }
                } catch {
                    // The listening socket is gone.
                }
                group.cancelAll()
            }
        }
    }

    private func serve(_ channel: any NIOCore.Channel) async throws {
        let connection = try await AcceptedConnections.open(channel, as: Channel.self)
        try await connection.executeThenClose { inbound, outbound in
            var received = ByteBuffer()
            for try await chunk in inbound {
                received.writeImmutableBuffer(chunk)
                while let length = received.getInteger(at: received.readerIndex, as: UInt16.self),
                    received.readableBytes >= 2 + Int(length)
                {
                    received.moveReaderIndex(forwardBy: 2)
                    let message = received.readBytes(length: Int(length)) ?? []
                    guard let answer = await respond(message), let size = UInt16(exactly: answer.count) else { return }
                    var buffer = ByteBuffer(integer: size)
                    buffer.writeBytes(answer)
                    try await outbound.write(buffer)
                }
                received.discardReadBytes()
            }
        }
    }
}
