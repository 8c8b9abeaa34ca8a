public import CurlHTTP
import Synchronization

/// A transport with connections of its own, to be closed when it is no longer needed.
public protocol ClosableTransport: HTTPTransport {
    /// Ends what is under way and closes all connections. Idempotent.
    func shutdown() async
}

extension HTTPClient: ClosableTransport {}

/// A transport that trusts the certificate authority in a file, and follows the file when it changes.
///
/// The file is looked at before a request once the last look is five minutes old, and after a TLS failure. When its
/// content has changed, a new client is made, since connections and TLS sessions of the old one were verified against
/// the old authority; the old one is shut down at the first request after its own have ended, watches included.
///
/// A file that is missing or holds no whole certificate never leads to an unverified connection: where there is a
/// client, it stays in use; where there is none yet, the request fails with ``HTTPClientError/Code/tlsFailed`` and the
/// next one looks again.
public final class ReloadingTransport: ClosableTransport {
    /// Makes a client for the given authority. Anything thrown keeps the client that there is.
    public typealias Factory = @Sendable (HTTPClient.Configuration) throws -> any ClosableTransport

    private struct State: Sendable {
        var current: Generation?
        /// Clients that await the end of their last requests.
        var retired: [Generation] = []
        /// What ``current`` was made from.
        var authority: [UInt8] = []
        /// When to look at the file again; `nil`: before the next request.
        var nextLook: Duration?
        var isShutDown = false
    }

    private let path: String
    private let configuration: HTTPClient.Configuration
    private let checkInterval: Duration
    private let files: FileReader
    private let timeline: Timeline
    private let makeTransport: Factory
    private let state = Mutex(State())

    /// - Parameters:
    ///   - certificateAuthorityFile: PEM, one certificate or more.
    ///   - configuration: everything but the trust roots, which are replaced by the file's content.
    ///   - checkInterval: between looks at the file.
    public init(
        certificateAuthorityFile: String,
        configuration: HTTPClient.Configuration = HTTPClient.Configuration(),
        checkInterval: Duration = .seconds(300),
        files: FileReader = .system,
        clock: any Clock<Duration> = ContinuousClock(),
        makeTransport: @escaping Factory = { try HTTPClient(configuration: $0) }
    ) {
        path = certificateAuthorityFile
        self.configuration = configuration
        self.checkInterval = checkInterval
        self.files = files
        timeline = Timeline(clock)
        self.makeTransport = makeTransport
    }

    public func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        await closeIdle()
        let use = try use()
        do throws(HTTPClientError) {
            return try await use.transport.send(request)
        } catch {
            lookSoon(after: error)
            throw error
        }
    }

    public func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        await closeIdle()
        let use = try use()
        do throws(HTTPClientError) {
            var stream = try await use.transport.stream(request)
            let body = stream.body
            // The body keeps its client in use until the reader lets go of it.
            stream.body = AsyncThrowingStream { [use] in
                defer { withExtendedLifetime(use) {} }
                var iterator = body.makeAsyncIterator()
                return try await iterator.next()
            }
            return stream
        } catch {
            lookSoon(after: error)
            throw error
        }
    }

    /// Shuts down the present client and those that are left of the past. Later requests fail.
    public func shutdown() async {
        let generations = state.withLock { state in
            state.isShutDown = true
            defer {
                state.current = nil
                state.retired = []
            }
            return state.retired + [state.current].compactMap { $0 }
        }
        for generation in generations { await generation.transport.shutdown() }
    }

    // MARK: Parts

    /// Takes part in the current client, after a look at the file where one is due.
    private func use() throws(HTTPClientError) -> Use {
        let now = timeline.now
        return try state.withLock { state throws(HTTPClientError) in
            guard !state.isShutDown else { throw HTTPClientError(.shutDown, "the client has been shut down") }
            let isDue = state.nextLook.map { now >= $0 } ?? true
            if isDue {
                do throws(HTTPClientError) {
                    try reload(&state)
                    state.nextLook = now + checkInterval
                } catch {
                    guard state.current != nil else { throw error }
                    state.nextLook = now + checkInterval
                }
            }
            guard let current = state.current else { throw HTTPClientError(.internalError, "no client") }
            return Use(of: current)
        }
    }

    private func reload(_ state: inout State) throws(HTTPClientError) {
        let authority: [UInt8]
        do {
            authority = try files.read(path)
        } catch {
            throw HTTPClientError(.tlsFailed, "cannot read the certificate authority \(error)")
        }
        guard state.current == nil || authority != state.authority else { return }
        if let fault = CertificateBundle.fault(in: authority) {
            throw HTTPClientError(.tlsFailed, "cannot use the certificate authority \(path): \(fault)")
        }
        var configuration = configuration
        configuration.trustRoots = .pem(authority)
        let transport: any ClosableTransport
        do {
            transport = try makeTransport(configuration)
        } catch let error as HTTPClientError {
            throw error
        } catch {
            throw HTTPClientError(.internalError, KubernetesAnswer.bounded("\(error)"))
        }
        if let old = state.current { state.retired.append(old) }
        state.current = Generation(transport)
        state.authority = authority
    }

    /// A server whose certificate we do not trust may have a new authority that the file has by now.
    private func lookSoon(after error: HTTPClientError) {
        if error.code == .tlsFailed { state.withLock { $0.nextLook = nil } }
    }

    private func closeIdle() async {
        let idle = state.withLock { state in
            let idle = state.retired.filter(\.isIdle)
            if !idle.isEmpty { state.retired.removeAll(where: \.isIdle) }
            return idle
        }
        for generation in idle { await generation.transport.shutdown() }
    }
}

/// One client and the number of its requests under way.
private final class Generation: Sendable {
    let transport: any ClosableTransport
    private let uses = Mutex(0)

    init(_ transport: any ClosableTransport) { self.transport = transport }

    var isIdle: Bool { uses.withLock { $0 == 0 } }

    func began() { uses.withLock { $0 += 1 } }
    func ended() { uses.withLock { $0 -= 1 } }
}

/// One request's part in a client, from its creation to the release of its last reference.
private final class Use: Sendable {
    private let generation: Generation

    init(of generation: Generation) {
        self.generation = generation
        generation.began()
    }

    deinit { generation.ended() }

    var transport: any ClosableTransport { generation.transport }
}
