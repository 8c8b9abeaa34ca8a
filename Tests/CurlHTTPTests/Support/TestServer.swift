import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A TCP server on a free loopback port, whose connections each run a script of the test.
struct TestServer: Sendable {
    /// Runs once for each connection, in a task of its own. The connection is closed when it returns or throws.
    typealias Script = @Sendable (TestConnection) async throws -> Void

    let port: Int
    private let isSecure: Bool
    private let accepted: AcceptedChannels

    /// Connections accepted so far.
    var connections: Int { accepted.channels.withLock { $0.count } }

    func url(_ path: String = "/", host: String = "127.0.0.1") -> String {
        "\(isSecure ? "https" : "http")://\(host):\(port)\(path)"
    }

    /// Serves while `body` runs.
    ///
    /// - Parameters:
    ///   - tls: speaks TLS with this configuration; `nil`: plain TCP.
    ///   - script: see ``Script``.
    static func serving<Success>(
        tls: TLSConfiguration? = nil,
        isolation: isolated (any Actor)? = #isolation,
        script: @escaping Script,
        _ body: (TestServer) async throws -> Success
    ) async throws -> Success {
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let (connections, continuation) = AsyncStream.makeStream(of: ConnectionHandler.Connection.self)
        let accepted = AcceptedChannels()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    accepted.channels.withLock { $0.append(channel) }
                    let handler = ConnectionHandler()
                    try channel.pipeline.syncOperations.addHandler(handler)
                    continuation.yield(ConnectionHandler.Connection(channel: channel, pieces: handler.pieces))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = TestServer(port: listener.localAddress?.port ?? 0, isSecure: tls != nil, accepted: accepted)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run(script, on: connections) }
            defer { group.cancelAll() }
            let result: Result<Success, any Error>
            do {
                result = .success(try await body(server))
            } catch {
                result = .failure(error)
            }
            try await listener.close()
            for channel in accepted.channels.withLock({ $0 }) { channel.close(promise: nil) }
            return try result.get()
        }
    }

    private func run(_ script: @escaping Script, on connections: AsyncStream<ConnectionHandler.Connection>) async {
        await withDiscardingTaskGroup { group in
            for await connection in connections {
                group.addTask {
                    // What a script throws is the client's doing, and seen there.
                    try? await script(TestConnection(connection))
                    connection.channel.close(promise: nil)
                }
            }
        }
    }

    /// Serves complete responses over kept-alive connections.
    static func answering<Success>(
        tls: TLSConfiguration? = nil,
        isolation: isolated (any Actor)? = #isolation,
        with answer: @escaping @Sendable (ReceivedRequest) -> TestResponse,
        _ body: (TestServer) async throws -> Success
    ) async throws -> Success {
        try await serving(
            tls: tls,
            script: { connection in
                while let request = try await connection.readRequest() {
                    try await connection.write(answer(request).bytes(isHead: request.method == "HEAD"))
                }
            }, body)
    }
}

private final class AcceptedChannels: Sendable {
    let channels = Mutex<[any Channel]>([])
}

/// What a ``TestServer`` answers.
struct TestResponse: Sendable {
    var status = "200 OK"
    var headers: [(String, String)] = []
    var body: [UInt8] = []

    func bytes(isHead: Bool = false) -> [UInt8] {
        var head = "HTTP/1.1 \(status)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if !status.hasPrefix("204"), !status.hasPrefix("304") { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + (isHead ? [] : body)
    }
}
