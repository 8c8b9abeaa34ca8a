import HTTPTypes

/// Where one exchange stands. A value without I/O: inputs are what libcurl reported, answers say what to do about it.
///
/// ```
/// awaitingHead ──final head──▶ collecting ──ended──▶ finished
///      │      └──(stream)────▶ streaming ───ended──▶ finished
///      └────────── any of them ──refused──▶ refused ──ended──▶ finished
/// ```
///
/// The caller is answered exactly once: ``Completion`` is anything but ``Completion/nothing`` on the first
/// ``ended(_:)`` only, and in a stream the head is delivered before it or never.
struct TransferState: Sendable {
    enum Delivery: Hashable, Sendable {
        case collect(maximumBodyBytes: Int)
        case stream
    }

    /// What the callback that brought the input does.
    enum Action: Hashable, Sendable {
        case proceed
        /// Hand out the head of a stream.
        case deliver(ResponseHead)
        /// Hand the bytes to the stream's consumer.
        case forward
        /// Make libcurl end the transfer; the reason is kept for ``ended(_:)``.
        case refuse
    }

    enum Completion: Hashable, Sendable {
        case respond(HTTPClientResponse)
        /// The caller still waits for a head and gets an error.
        case fail(HTTPClientError)
        /// The consumer of a stream's body gets its end; `nil`: the regular one.
        case endStream(HTTPClientError?)
        case nothing
    }

    private enum Phase: Sendable {
        case awaitingHead(ResponseHeadParser)
        case collecting(ResponseHead, body: [UInt8])
        case streaming
        case refused(HTTPClientError, hadHead: Bool)
        case finished
    }

    /// Whether the request may have reached the server.
    private(set) var requestWasStarted = false

    private let method: HTTPRequest.Method
    private let delivery: Delivery
    private let label: String
    private var phase = Phase.awaitingHead(ResponseHeadParser())

    /// - Parameter label: names the request in messages.
    init(method: HTTPRequest.Method, delivery: Delivery, label: String) {
        self.method = method
        self.delivery = delivery
        self.label = label
    }

    /// A connection is there and the request is about to be written to it.
    ///
    /// libcurl does this a second time, by itself, when a kept-alive connection ends without a byte of response. The
    /// server may have carried out the first attempt, so this is only let through for methods that change nothing.
    mutating func requestStarted() -> Action {
        guard case .awaitingHead = phase else { return .refuse }
        guard !requestWasStarted || method.isSafe else {
            return refuse(.connectionLost, "the connection ended before the response, and the request is not repeated")
        }
        requestWasStarted = true
        return .proceed
    }

    /// A line of a response head, or of trailers.
    ///
    /// - Parameter retryAfterSeconds: reads `CURLINFO_RETRY_AFTER`; called at the end of the final head only.
    mutating func headerReceived(
        _ line: some BidirectionalCollection<UInt8>, retryAfterSeconds: () -> Int64
    ) -> Action {
        switch phase {
        case .awaitingHead(var parser):
            phase = .finished  // Gives up the other reference, so that the parser's arrays grow in place.
            let outcome = parser.lineReceived(line)
            phase = .awaitingHead(parser)
            switch outcome {
            case .incomplete: return .proceed
            case .invalid(let why): return refuse(.invalidResponse, why)
            case .head(var head):
                head.retryAfter = RetryAfter.duration(field: head.headers[.retryAfter], seconds: retryAfterSeconds())
                return headReceived(head)
            }
        case .collecting, .streaming: return .proceed
        case .refused, .finished: return .refuse
        }
    }

    private mutating func headReceived(_ head: ResponseHead) -> Action {
        switch delivery {
        case .stream:
            phase = .streaming
            return .deliver(head)
        case .collect(let maximum):
            // Refused right away where the server says so; a response to HEAD only talks about a length.
            if method != .head, head.status != .notModified,
                let length = head.headers[.contentLength].flatMap({ Int($0) }), length > maximum
            {
                return refuse(.bodyTooLarge, "the body has \(length) bytes; at most \(maximum) are accepted")
            }
            phase = .collecting(head, body: [])
            return .proceed
        }
    }

    /// A piece of the body.
    mutating func bodyReceived(_ bytes: UnsafeRawBufferPointer) -> Action {
        switch phase {
        case .collecting(let head, var body):
            guard case .collect(let maximum) = delivery, bytes.count <= maximum - body.count else {
                return refuse(.bodyTooLarge, "the body is larger than the accepted \(bodyLimit) bytes")
            }
            phase = .finished  // Gives up the other reference, so that the array grows in place.
            body.append(contentsOf: bytes)
            phase = .collecting(head, body: body)
            return .proceed
        case .streaming: return .forward
        case .awaitingHead: return refuse(.invalidResponse, "a body came before its head")
        case .refused, .finished: return .refuse
        }
    }

    private var bodyLimit: Int {
        if case .collect(let maximum) = delivery { maximum } else { 0 }
    }

    /// The stream's consumer is further behind than its buffer allows.
    mutating func streamOverflowed(limit: Int) -> Action {
        guard case .streaming = phase else { return .refuse }
        return refuse(.streamOverflow, "more than \(limit) bytes were waiting for the consumer")
    }

    private mutating func refuse(_ code: HTTPClientError.Code, _ why: String) -> Action {
        let hadHead = if case .awaitingHead = phase { false } else { true }
        phase = .refused(HTTPClientError(code, "\(label): \(why)"), hadHead: hadHead)
        return .refuse
    }

    /// The transfer is over, regularly (`nil`) or not. What was refused before takes precedence over how libcurl puts it.
    mutating func ended(_ failure: HTTPClientError?) -> Completion {
        defer { phase = .finished }
        switch phase {
        case .finished: return .nothing
        case .awaitingHead:
            // libcurl calls it a success when the connection ends after the first header line.
            return .fail(
                failure
                    ?? HTTPClientError(.connectionLost, "\(label): the connection ended inside the response head"))
        case .collecting(let head, let body):
            if let failure { return .fail(failure) }
            return .respond(
                HTTPClientResponse(
                    status: head.status, headers: head.headers, body: body, retryAfter: head.retryAfter))
        case .streaming: return .endStream(failure)
        case .refused(let reason, let hadHead):
            return delivery == .stream && hadHead ? .endStream(reason) : .fail(reason)
        }
    }
}
