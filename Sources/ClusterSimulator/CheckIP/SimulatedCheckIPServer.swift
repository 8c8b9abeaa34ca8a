public import NetworkPrimitives
import Synchronization

/// A server that tells its clients their address, as ipify, checkip.amazonaws.com and Cloudflare's trace do.
///
/// `/cdn-cgi/trace` is answered in Cloudflare's form, every other path with the address and a line feed.
public final class SimulatedCheckIPServer: Sendable {
    /// What goes wrong.
    public let faults = HTTPFaultPlan()
    /// Whether it speaks TLS.
    public let isTLS: Bool

    private struct State: Sendable {
        var reflected: IPAddress?
        var isWarp = false
        var requests = 0
    }

    private final class Core: Sendable {
        let state: Mutex<State>
        init(reflected: IPAddress?) { state = Mutex(State(reflected: reflected)) }
    }

    private let core: Core
    private let front: HTTPFront
    private let host: String

    /// - Parameters:
    ///   - authority: signs the server's certificate; `nil` serves plain HTTP.
    ///   - certificateNames: besides `localhost`, `127.0.0.1` and `::1`.
    ///   - reflectedAddress: the address that clients are told; `nil`: their true one.
    public init(
        host: String = "127.0.0.1", port: Int = 0, authority: CertificateAuthority? = nil,
        certificateNames: [String] = [], reflectedAddress: IPAddress? = nil,
        clock: any Clock<Duration> = ContinuousClock()
    ) throws {
        self.host = host
        isTLS = authority != nil
        var configuration = HTTPFront.Configuration()
        configuration.host = host
        configuration.port = port
        configuration.clock = clock
        if let authority {
            let identity = try authority.issueServerIdentity(
                names: ["localhost", "127.0.0.1", "::1"] + certificateNames)
            configuration.tls = try authority.serverContext(for: identity)
        }
        let core = Core(reflected: reflectedAddress)
        self.core = core
        let scheme = isTLS ? "https" : "http"
        front = HTTPFront(configuration: configuration, faults: faults) { request in
            Self.respond(to: request, core: core, scheme: scheme)
        }
    }

    /// Starts listening; after ``stop()`` on the same port as before. Idempotent.
    public func start() async throws { try await front.start() }

    /// Stops listening and drops every connection. Idempotent.
    public func stop() async { await front.stop() }

    public var port: Int { front.port }

    /// `http://127.0.0.1:PORT` or `https://…`, without a path.
    public var url: String {
        "\(isTLS ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// The address that clients are told; `nil`: their true one.
    public var reflectedAddress: IPAddress? {
        get { core.state.withLock { $0.reflected } }
        set { core.state.withLock { $0.reflected = newValue } }
    }

    /// Whether the trace says that the client comes through Cloudflare's own network.
    public var isWarp: Bool {
        get { core.state.withLock { $0.isWarp } }
        set { core.state.withLock { $0.isWarp = newValue } }
    }

    /// Requests carried out; those that a fault replaced are not counted.
    public var requests: Int { core.state.withLock { $0.requests } }

    private static func respond(to request: SimulatedRequest, core: Core, scheme: String) -> SimulatedResponse {
        let state = core.state.withLock { state in
            state.requests += 1
            return state
        }
        guard request.method == "GET" else { return SimulatedResponse(status: 405) }
        let address = (state.reflected ?? request.clientAddress).map(\.description) ?? ""
        let type = SimulatedRequest.Header("Content-Type", "text/plain")
        guard request.path == "/cdn-cgi/trace" else {
            return SimulatedResponse(status: 200, headers: [type], body: Array("\(address)\n".utf8))
        }
        let lines = [
            "fl=0f0", "h=\(request.header("Host") ?? "")", "ip=\(address)", "ts=1700000000.000",
            "visit_scheme=\(scheme)", "uag=\(request.header("User-Agent") ?? "")", "colo=SIM", "sliver=none",
            "http=http/1.1", "loc=XX", "tls=\(scheme == "https" ? "TLSv1.3" : "off")", "sni=plaintext",
            "warp=\(state.isWarp ? "on" : "off")", "gateway=off", "rbi=off", "kex=X25519",
        ]
        return SimulatedResponse(
            status: 200, headers: [type], body: Array((lines.joined(separator: "\n") + "\n").utf8))
    }
}
