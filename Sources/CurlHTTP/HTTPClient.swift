import Synchronization

/// An HTTP/1.1 client over libcurl, which is loaded when a process makes its first client.
///
/// One thread of its own runs all exchanges of a client, so a client costs little while idle (its thread sleeps) and any
/// number of exchanges can be in flight. Connections that have ended an exchange in good order are kept, at most eight,
/// and used again; every exchange has a fresh transfer handle, so nothing of one request can leak into another.
/// Certificates belong to a client: after they change, make another client and shut the first one down.
///
/// - Redirects are not followed, cookies not kept, bodies not decompressed. Neither `.netrc` nor the environment's
///   proxies are read.
/// - A request that asks for a change (anything but GET, HEAD, OPTIONS, TRACE) is written to a connection at most once.
///   The others may be repeated where a kept connection turns out to have been closed.
/// - ``shutdown()`` has to be called once the client is no longer needed. A client that is merely dropped keeps its
///   thread for the life of the process. ``withHTTPClient(configuration:isolation:_:)`` sees to it.
public final class HTTPClient: HTTPTransport {
    private let thread: EventLoopThread
    private let tlsServerName: String?
    private let streamBufferBytes: Int
    private let nextID = Atomic<UInt64>(0)

    /// Makes the client and starts its thread; no connection is made yet.
    ///
    /// - Throws: ``HTTPClientError/Code/invalidRequest`` for a setting that makes no sense,
    ///   ``HTTPClientError/Code/tlsFailed`` for certificates or keys that are not PEM, are damaged, or are encrypted,
    ///   ``HTTPClientError/Code/internalError`` where libcurl is not installed, or where the system is out of threads, memory
    ///   or file descriptors.
    ///   Well-formed PEM with senseless content, or a key that does not belong to its certificate, is only noticed by
    ///   the first exchange, which then fails with ``HTTPClientError/Code/tlsFailed``.
    public init(configuration: Configuration = Configuration()) throws(HTTPClientError) {
        try LoadedLibrary.require()
        try configuration.validate()
        tlsServerName = configuration.tlsServerName
        streamBufferBytes = configuration.streamBufferBytes
        thread = try EventLoopThread(configuration)
    }

    /// Performs one request and collects the whole body.
    ///
    /// - Returns: the final response, whatever its status.
    /// - Throws: ``HTTPClientError``. When the error is there, the exchange is over: nothing more of it will be sent.
    ///   Cancelling the task closes the connection and throws ``HTTPClientError/Code/cancelled``.
    public func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let limit = request.maximumBodyBytes
        return try await exchange(request) { .response($0, maximumBodyBytes: limit) }
    }

    /// Starts a request and returns once the final response head has arrived; the body follows as it comes.
    ///
    /// Up to ``Configuration/streamBufferBytes`` wait for a consumer that is busy; more ends the connection and the
    /// body throws ``HTTPClientError/Code/streamOverflow``, without what was waiting. After any other failure the body
    /// first yields what has arrived. The connection is closed when the consumer's task is cancelled or when the
    /// stream, its body and all iterators over it have gone out of use. In a task that was already cancelled, iteration
    /// may end like a regular end of body: check `Task.isCancelled` where the difference matters.
    ///
    /// - Throws: ``HTTPClientError``; ``HTTPClientError/Code/cancelled`` when the task is cancelled before the head.
    public func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        try await exchange(request) { [streamBufferBytes] in .stream($0, bufferBytes: streamBufferBytes) }
    }

    /// Ends every exchange with ``HTTPClientError/Code/shutDown``, closes all connections and joins the thread.
    ///
    /// Returns when the thread is gone, also to callers that were not the first. Exchanges that are started afterwards
    /// fail with ``HTTPClientError/Code/shutDown``.
    public func shutdown() async {
        await thread.shutdown()
    }

    /// Exchanges under way, streams included.
    var activeExchanges: Int { thread.queue.transferCount.load(ordering: .acquiring) }

    private func exchange<Response: Sendable>(
        _ request: HTTPClientRequest,
        caller: (CheckedContinuation<Result<Response, HTTPClientError>, Never>) -> TransferJob.Caller
    ) async throws(HTTPClientError) -> Response {
        let plan = try RequestPlan(request, tlsServerName: tlsServerName)
        let deadline = plan.timeout.map { ContinuousClock.now + $0 }
        let id = TransferID(rawValue: nextID.wrappingAdd(1, ordering: .relaxed).newValue)
        let cancellation = CancellationFlag()
        let queue = thread.queue
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let job = TransferJob(
                    id: id, plan: plan, deadline: deadline, cancellation: cancellation, caller: caller(continuation))
                if !queue.submit(.start(job)) {
                    job.caller.fail(HTTPClientError(.shutDown, "the client was shut down"))
                }
            }
        } onCancel: {
            cancellation.set()
            // Not taken after a shutdown, which has ended or will end the exchange by itself.
            _ = queue.submit(.cancel(id))
        }
        return try result.get()
    }
}

/// Makes a client for the duration of `body`, and shuts it down however that ends.
///
/// - Throws: what making the client or `body` throws.
public func withHTTPClient<Success>(
    configuration: HTTPClient.Configuration = HTTPClient.Configuration(),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (HTTPClient) async throws -> Success
) async throws -> Success {
    let client = try HTTPClient(configuration: configuration)
    do {
        let success = try await body(client)
        await client.shutdown()
        return success
    } catch {
        await client.shutdown()
        throw error
    }
}
