import NIOCore
public import NetworkPrimitives
import Synchronization

/// What goes wrong with one STUN request.
public enum STUNFault: Sendable, Hashable {
    /// No answer.
    case silent
    /// The answer comes after so long on the server's clock.
    case delay(Duration)
    /// These bytes instead of an answer.
    case garbage([UInt8])
    /// These datagrams, then the right answer.
    case garbageFirst([[UInt8]])
    /// An answer to some other request.
    case wrongTransactionID
    /// An answer with another address.
    case lie(IPAddress)
    /// An error response, such as 420 or 300.
    case errorResponse(code: Int, reason: String)
}

/// What a fault plan looks at: one STUN request.
public struct STUNFaultSubject: Sendable, Hashable {
    /// Where the request came from, as `127.0.0.1:54321`.
    public var source: String
    /// How many requests there have been, this one included.
    public var ordinal: Int
}

/// A STUN server over UDP that reflects whatever address it is told to.
public final class SimulatedSTUNServer: Sendable {
    /// What goes wrong.
    public let faults = FaultPlan<STUNFault, STUNFaultSubject>()

    private struct State: Sendable {
        var reflected: IPAddress?
        var requests = 0
    }

    private final class Core: Sendable {
        let state: Mutex<State>
        let clock: any Clock<Duration>
        init(reflected: IPAddress?, clock: any Clock<Duration>) {
            state = Mutex(State(reflected: reflected))
            self.clock = clock
        }
    }

    private let core: Core
    private let front: DatagramFront
    private let host: String

    /// - Parameters:
    ///   - host: address to listen on.
    ///   - port: 0 lets the system choose.
    ///   - reflectedAddress: the address that clients are told; `nil`: their true one.
    ///   - clock: what delays are timed by.
    public init(
        host: String = "127.0.0.1", port: Int = 0, reflectedAddress: IPAddress? = nil,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.host = host
        let core = Core(reflected: reflectedAddress, clock: clock)
        let faults = faults
        self.core = core
        front = DatagramFront(host: host, port: port) { payload, source in
            await Self.answers(to: payload, from: source, core: core, faults: faults)
        }
    }

    /// Starts listening; after ``stop()`` on the same port as before. Idempotent.
    public func start() async throws { try await front.start() }

    /// Stops listening. Idempotent.
    public func stop() async { await front.stop() }

    public var port: Int { front.port }

    /// Where it listens.
    public var endpoint: HostPort { HostPort(host: host, port: UInt16(truncatingIfNeeded: port)) }

    /// The address that clients are told; `nil`: their true one.
    public var reflectedAddress: IPAddress? {
        get { core.state.withLock { $0.reflected } }
        set { core.state.withLock { $0.reflected = newValue } }
    }

    /// Binding requests received, answered or not.
    public var requests: Int { core.state.withLock { $0.requests } }

    private static func answers(
        to payload: [UInt8], from source: SocketAddress, core: Core,
        faults: FaultPlan<STUNFault, STUNFaultSubject>
    ) async -> [[UInt8]] {
        guard let id = STUNReply.transactionID(ofBindingRequest: payload) else { return [] }
        let (ordinal, reflected) = core.state.withLock { state in
            state.requests += 1
            return (state.requests, state.reflected)
        }
        let peer = source.ipAddress.flatMap(IPAddress.init) ?? .v4(IPv4Address(127, 0, 0, 1))
        let port = UInt16(truncatingIfNeeded: source.port ?? 0)
        let right = STUNReply.success(id, address: reflected ?? peer, port: port)
        switch faults.next(for: STUNFaultSubject(source: "\(peer):\(port)", ordinal: ordinal)) {
        case nil: return [right]
        case .silent: return []
        case .delay(let duration):
            guard (try? await core.clock.sleep(for: duration)) != nil else { return [] }
            return [right]
        case .garbage(let bytes): return [bytes]
        case .garbageFirst(let datagrams): return datagrams + [right]
        case .wrongTransactionID:
            return [STUNReply.success(id.map { ~$0 }, address: reflected ?? peer, port: port)]
        case .lie(let address): return [STUNReply.success(id, address: address, port: port)]
        case .errorResponse(let code, let reason): return [STUNReply.error(id, code: code, reason: reason)]
        }
    }
}
