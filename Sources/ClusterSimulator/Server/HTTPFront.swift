import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// The thin network side of a simulated HTTP server: accepts connections, reads requests, applies faults, writes answers.
///
/// It can be stopped, which drops every connection, and started again on the same port.
final class HTTPFront: Sendable {
    typealias ConnectionChannel = NIOAsyncChannel<HTTPServerRequestPart, ByteBuffer>

    struct Configuration: Sendable {
        var host = "127.0.0.1"
        /// 0 lets the system choose; the choice is kept over restarts.
        var port = 0
        /// `nil`: plain HTTP.
        var tls: NIOSSLContext?
        var maximumBodyBytes = 4 * 1024 * 1024
        var clock: any Clock<Duration> = ContinuousClock()
        var serverHeaders: @Sendable (SimulatedResponse) -> [SimulatedRequest.Header] = { _ in [] }
        /// Name of the user, for the fault plan.
        var userName: @Sendable (SimulatedRequest) -> String = { _ in "" }
    }

    let configuration: Configuration
    let faults: HTTPFaultPlan
    let respond: @Sendable (SimulatedRequest) async -> SimulatedResponse

    private enum Phase: Sendable {
        case stopped
        case running(Task<Void, Never>)
    }

    private struct State: Sendable {
        var phase: Phase = .stopped
        var port: Int
        var isRefusing = false
    }

    private let connections = AcceptedConnections()
    private let state: Mutex<State>

    init(
        configuration: Configuration, faults: HTTPFaultPlan,
        respond: @escaping @Sendable (SimulatedRequest) async -> SimulatedResponse
    ) {
        self.configuration = configuration
        self.faults = faults
        self.respond = respond
        state = Mutex(State(port: configuration.port))
    }

    /// The port in use; 0 before the first start where the system is to choose.
    var port: Int { state.withLock { $0.port } }

    /// Connections accepted since the first start.
    var acceptedConnections: Int { connections.accepted }

    /// Whether connections are closed as soon as they are accepted, before TLS.
    var isRefusing: Bool {
        get { state.withLock { $0.isRefusing } }
        set { state.withLock { $0.isRefusing = newValue } }
    }

    /// Starts listening. Does nothing while it already listens.
    func start() async throws {
        let isRunning = state.withLock { state in if case .running = state.phase { true } else { false } }
        guard !isRunning else { return }
        let tls = configuration.tls
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.autoRead, value: false)
            .bind(host: configuration.host, port: port) { [connections] channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(
                        ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
                    connections.add(channel)
                    return channel
                }
            }
        state.withLock { state in
            state.port = listener.channel.localAddress?.port ?? state.port
            // The task lives as long as the server listens; `stop` cancels it and waits for it.
            state.phase = .running(Task { await self.run(listener) })
        }
    }

    /// Stops listening and closes all connections. Does nothing while it is stopped.
    func stop() async {
        let task: Task<Void, Never>? = state.withLock { state in
            guard case .running(let task) = state.phase else { return nil }
            state.phase = .stopped
            return task
        }
        task?.cancel()
        await task?.value
        connections.close()
    }

    /// Closes all connections, and goes on listening.
    func dropConnections() {
        connections.close()
    }

    private func run(_ listener: NIOAsyncChannel<any Channel, Never>) async {
        // The listener and its connections fail only by being closed, which is how they are stopped.
        try? await listener.executeThenClose { connections in
            await withDiscardingTaskGroup { group in
                do {
                    for try await connection in connections {
                        group.addTask { await self.serve(connection) }
                    }
                } catch {
                    // The listening socket is gone; the connections end with the group.
                }
                group.cancelAll()
            }
        }
    }

    private func serve(_ channel: any Channel) async {
        if isRefusing {
            channel.close(promise: nil)
        } else if let connection = try? await AcceptedConnections.open(channel, as: ConnectionChannel.self) {
            await HTTPConnection(front: self, channel: channel).run(connection)
        }
    }
}
