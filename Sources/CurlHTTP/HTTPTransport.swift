public import HTTPTypes

/// Something that performs HTTP exchanges: ``HTTPClient`` in production, a scripted fake in tests.
public protocol HTTPTransport: Sendable {
    /// Performs one request and collects the whole body.
    ///
    /// Any status code is a success of the exchange; deciding what 404 or 503 means is the caller's business.
    ///
    /// - Throws: ``HTTPClientError``. A cancelled task gets ``HTTPClientError/Code/cancelled``.
    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse

    /// Starts a request and returns once the final response head has arrived; the body follows as it comes.
    ///
    /// Dropping or cancelling the iteration of the body closes the connection.
    func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream
}

/// One HTTP request.
public struct HTTPClientRequest: Sendable {
    public var method: HTTPRequest.Method
    /// Absolute `http` or `https` URL, already percent-encoded. It is sent as it is, dot segments included.
    public var url: String
    /// `Content-Length` has to agree with the body if it is there; `Transfer-Encoding`, `Expect` and `Upgrade` are refused.
    public var headers: HTTPFields
    /// `nil` sends no body; an empty array sends `Content-Length: 0`.
    public var body: [UInt8]?
    /// Bound on the whole exchange, from the call to the last byte. `nil` (only sensible for streams): no bound.
    /// Zero or less, as a computed rest of time can be, fails at once with ``HTTPClientError/Code/timedOut``.
    public var timeout: Duration?
    /// Longest time without a byte of response, from the start to the end of the body; `nil`: no bound.
    public var idleTimeout: Duration?
    /// Largest body that ``HTTPTransport/send(_:)`` collects, in bytes. More is ``HTTPClientError/Code/bodyTooLarge``.
    public var maximumBodyBytes: Int

    public init(
        method: HTTPRequest.Method = .get,
        url: String,
        headers: HTTPFields = [:],
        body: [UInt8]? = nil,
        timeout: Duration? = .seconds(30),
        idleTimeout: Duration? = nil,
        maximumBodyBytes: Int = 4 * 1024 * 1024
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.idleTimeout = idleTimeout
        self.maximumBodyBytes = maximumBodyBytes
    }
}

/// A complete response.
public struct HTTPClientResponse: Sendable, Hashable {
    public var status: HTTPResponse.Status
    public var headers: HTTPFields
    public var body: [UInt8]
    /// What the server asked for with `Retry-After`, in either of its forms (RFC 9110 section 10.2.3).
    public var retryAfter: Duration?

    public init(
        status: HTTPResponse.Status,
        headers: HTTPFields = [:],
        body: [UInt8] = [],
        retryAfter: Duration? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.retryAfter = retryAfter
    }
}

/// A response whose body is still arriving.
public struct HTTPClientStream: Sendable {
    public var status: HTTPResponse.Status
    public var headers: HTTPFields
    public var retryAfter: Duration?
    /// Pieces as they arrive, split or joined anywhere, for one consumer. Finishes normally at the end of the body,
    /// otherwise with ``HTTPClientError``; in a task that is already cancelled it may also finish normally.
    public var body: AsyncThrowingStream<[UInt8], any Error>

    public init(
        status: HTTPResponse.Status,
        headers: HTTPFields = [:],
        retryAfter: Duration? = nil,
        body: AsyncThrowingStream<[UInt8], any Error>
    ) {
        self.status = status
        self.headers = headers
        self.retryAfter = retryAfter
        self.body = body
    }
}
