import Synchronization

/// A server that takes notifications and pings, and keeps them for tests to read and to wait on.
public final class SimulatedWebhookServer: Sendable {
    /// What goes wrong.
    public let faults = HTTPFaultPlan()

    private struct State: Sendable {
        var requests: [SimulatedRequest] = []
        var redirection: (from: String, to: String)?
        var observers: [AsyncStream<Void>.Continuation] = []
    }

    private final class Core: Sendable {
        let state = Mutex(State())
    }

    private let core = Core()
    private let front: HTTPFront
    private let scheme: String

    /// - Parameters:
    ///   - authority: signs the server's certificate; `nil` serves plain HTTP.
    ///   - certificateNames: what the certificate is for.
    public init(
        authority: CertificateAuthority? = nil, certificateNames: [String] = ["localhost", "127.0.0.1"],
        clock: any Clock<Duration> = ContinuousClock()
    ) throws {
        var configuration = HTTPFront.Configuration()
        configuration.clock = clock
        if let authority {
            configuration.tls = try authority.serverContext(
                for: authority.issueServerIdentity(names: certificateNames))
        }
        scheme = authority == nil ? "http" : "https"
        front = HTTPFront(configuration: configuration, faults: faults) { [core] request in
            Self.respond(to: request, core: core)
        }
    }

    /// Starts listening; after ``stop()`` on the same port as before. Idempotent.
    public func start() async throws { try await front.start() }

    /// Stops listening and drops every connection. Idempotent.
    public func stop() async { await front.stop() }

    public var port: Int { front.port }

    /// `http://127.0.0.1:PORT` or `https://…`, without a path.
    public var url: String { "\(scheme)://127.0.0.1:\(port)" }

    /// Requests that were carried out, in order; those that a fault replaced are not among them.
    public var requests: [SimulatedRequest] { core.state.withLock { $0.requests } }

    /// Answers requests for a path with 307 and this location from now on.
    public func redirect(_ path: String, to location: String) {
        core.state.withLock { $0.redirection = (path, location) }
    }

    /// Waits until a request for which `isMeant` holds was carried out, looking at past ones first.
    ///
    /// - Returns: the request; `nil` where the task was cancelled.
    @discardableResult
    public func waitForRequest(where isMeant: @Sendable (SimulatedRequest) -> Bool = { _ in true }) async
        -> SimulatedRequest?
    {
        let (changes, observer) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        core.state.withLock { $0.observers.append(observer) }
        if let past = requests.first(where: isMeant) { return past }
        for await _ in changes {
            if let found = requests.first(where: isMeant) { return found }
        }
        return nil
    }

    private static func respond(to request: SimulatedRequest, core: Core) -> SimulatedResponse {
        let (observers, location) = core.state.withLock { state in
            state.requests.append(request)
            return (state.observers, state.redirection.flatMap { $0.from == request.path ? $0.to : nil })
        }
        for observer in observers { observer.yield() }
        guard let location else { return SimulatedResponse(status: 204) }
        return SimulatedResponse(status: 307, headers: [.init("Location", location)])
    }
}
