import HTTPTypes
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Serves what a process knows about itself over HTTP/1.1.
///
/// | path | content |
/// |---|---|
/// | `/` | a page for people that keeps itself up to date |
/// | `/api/v1/status` | ``StatusReport`` as JSON |
/// | `/raw` | the JSON document of the original program |
/// | `/metrics` | ``PrometheusRegistry/exposition(_:)`` |
/// | `/healthz`, `/readyz` | 200 or 503; `?verbose` lists the checks |
///
/// Everything is read-only and nothing is secret, but the page tells the WAN address: bind it to an address that only
/// those reach who may know it.
public final class StatusServer: Service {
    /// Where to listen, and how much one client may take.
    public struct Configuration: Sendable, Hashable {
        /// Address or name of a local interface; `0.0.0.0` or `::` for all.
        public var host: String
        /// 0 lets the system choose.
        public var port: Int
        /// A further connection takes the place of the one on which nothing has been answered for the longest time. There are
        /// fewer places where the process may have few files open: a quarter of those at most.
        public var maximumConnections: Int
        /// A connection on which nothing is answered for this long is closed: one that is idle, and one whose client takes
        /// that long to send a request or to take an answer.
        public var idleTimeout: Duration

        public init(
            host: String, port: Int, maximumConnections: Int = 128, idleTimeout: Duration = .seconds(20)
        ) {
            self.host = host
            self.port = port
            self.maximumConnections = maximumConnections
            self.idleTimeout = idleTimeout
        }
    }

    private let configuration: Configuration
    private let routes: StatusRoutes
    private let logger: Logger
    private let listening = ListeningState()

    /// - Parameters:
    ///   - report: asked anew for each request.
    ///   - metrics: what `/metrics` shows.
    public init(
        configuration: Configuration, report: any StatusReporting, metrics: PrometheusRegistry, logger: Logger
    ) {
        self.configuration = configuration
        self.routes = StatusRoutes(reporter: report, metrics: metrics)
        self.logger = logger
    }

    /// The port that is listened on; `nil` before ``run()`` has bound it.
    public var port: Int? { listening.port }

    /// Waits until connections are accepted, and returns the port.
    ///
    /// - Throws: ``StatusServerError`` where the address cannot be bound or the server has stopped,
    ///   `CancellationError` when cancelled.
    public func waitUntilListening() async throws -> Int { try await listening.wait() }

    /// Serves until a graceful shutdown, which lets answers in flight finish, or until cancelled. To be called once.
    ///
    /// - Throws: ``StatusServerError`` where the address cannot be bound.
    public func run() async throws {
        do {
            try await makeServer().run()
        } catch is CancellationError {
            listening.decide(.failure(StatusServerError.stopped))
            throw CancellationError()
        } catch  where listening.port == nil {
            let error =
                error as? StatusServerError
                ?? StatusServerError.cannotListen(
                    host: configuration.host, port: configuration.port, reason: Self.reason(of: error)
                )
            listening.decide(.failure(error))
            throw error
        }
        listening.decide(.failure(StatusServerError.stopped))
    }

    /// The operating system's own words, without those of the library.
    private static func reason(of error: any Error) -> String {
        guard let error = error as? IOError else { return String(describing: error) }
        return String(cString: strerror(error.errnoCode))
    }

    private func makeServer() throws -> any Service {
        guard (0...65_535).contains(configuration.port) else {
            throw StatusServerError.cannotListen(
                host: configuration.host, port: configuration.port, reason: "a port is 0 to 65535"
            )
        }
        // The library reports its start, the faults of clients, and as an error that it was cancelled; what matters of
        // that is said here.
        var quiet = logger
        quiet.logLevel = .critical
        let milliseconds =
            configuration.idleTimeout.components.seconds * 1000
            + configuration.idleTimeout.components.attoseconds / 1_000_000_000_000_000
        let places = Self.places(atMost: configuration.maximumConnections)
        let connections = ConnectionTable(maximum: places)
        let http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                AnswerDeadline(limit: .milliseconds(milliseconds), connections: connections)
            ],
            idleTimeout: .milliseconds(milliseconds),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 8 * 1024, maxHeaderListSize: 16 * 1024, maxHeaderFieldCount: 100
            )
        )
        return try HTTPServerBuilder.http1(configuration: http).buildServer(
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                // Those that make place are still open for a moment; more wait in the kernel.
                availableConnectionsDelegate: .maximum(places + max(4, places / 4), logger: quiet)
            ),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: quiet,
            responder: { [routes] request, writer, _ in
                try await Self.answer(request, with: routes, to: writer)
            },
            onServerRunning: { [logger, listening, configuration] channel in
                let port = channel.localAddress?.port ?? configuration.port
                try? await channel.eventLoop.submit {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptGuard(connections: connections, logger: logger), position: .first)
                }.get()
                logger.info(
                    "status server listening", metadata: ["host": "\(configuration.host)", "port": "\(port)"]
                )
                listening.decide(.success(port))
            }
        )
    }

    /// How many of the files that this process may have open are for connections.
    private static func places(atMost maximum: Int) -> Int {
        guard let limit = ProcessMetrics.descriptorLimit(), limit.isFinite else { return maximum }
        return max(1, min(maximum, Int(limit / 4)))
    }

    /// Largest request body that is read and thrown away. A connection with a larger one is closed without an answer.
    private static let maximumBodyBytes = 64 * 1024

    private static func answer(
        _ request: Request, with routes: StatusRoutes, to writer: consuming ResponseWriter
    ) async throws {
        if request.headers[.contentLength] != nil || request.headers[.transferEncoding] != nil {
            _ = try await request.body.collect(upTo: maximumBodyBytes)
        }
        let answer = await routes.respond(
            to: StatusRequest(
                method: request.method, target: request.head.path ?? "", accept: request.headers[.accept]
            )
        )
        var head = HTTPResponse(status: answer.status, headerFields: answer.headers)
        head.headerFields[.date] = Timestamp.now().httpDate
        let body = request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        try await writer.write(response: head, body: body)
    }
}

/// Why a ``StatusServer`` does not serve.
public enum StatusServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address is not one of this machine, or the port is taken or reserved.
    case cannotListen(host: String, port: Int, reason: String)
    /// It was asked for its port after it had stopped.
    case stopped

    public var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason):
            "the status server cannot listen on \(host.contains(":") ? "[\(host)]" : host):\(port): \(reason)"
        case .stopped:
            "the status server has stopped"
        }
    }
}
