/// Why an HTTP exchange did not produce a response.
public struct HTTPClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A closed, small set of reasons, fit for a metric label.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The URL, a header or an option was not acceptable; nothing was sent.
        public static let invalidRequest = Code("invalid_request")
        public static let resolveFailed = Code("resolve_failed")
        /// Refused, unreachable, or no connection (TLS included) before a time-out. The request was not sent.
        public static let connectFailed = Code("connect_failed")
        /// The TLS handshake failed, or the server's certificate is not one that we trust.
        public static let tlsFailed = Code("tls_failed")
        /// The whole-request or idle time-out passed on an established connection, or no time was given. The request
        /// may have been carried out.
        public static let timedOut = Code("timed_out")
        /// The connection ended before the response was complete. The request may have been carried out.
        public static let connectionLost = Code("connection_lost")
        /// The peer does not speak HTTP.
        public static let invalidResponse = Code("invalid_response")
        public static let bodyTooLarge = Code("body_too_large")
        /// The consumer of a stream did not keep up with its bounded buffer.
        public static let streamOverflow = Code("stream_overflow")
        public static let cancelled = Code("cancelled")
        public static let shutDown = Code("shut_down")
        public static let internalError = Code("internal_error")
    }

    public var code: Code
    /// One bounded line for people. Never contains headers, bodies or URL queries.
    public var detail: String

    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    public var description: String { detail.isEmpty ? code.description : "\(code): \(detail)" }

    /// Whether the server certainly did not see the request, so that sending it again cannot do it twice.
    public var requestWasNotSent: Bool {
        switch code {
        case .invalidRequest, .resolveFailed, .connectFailed, .tlsFailed: true
        default: false
        }
    }
}
