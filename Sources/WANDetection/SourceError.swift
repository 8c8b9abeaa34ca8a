import CurlHTTP
import NetworkPrimitives

/// Why a source gave no address that counts.
public struct SourceError: Error, Hashable, Sendable {
    /// A closed, small set of reasons, fit for a metric label.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The source's host name has no address, or the resolver failed.
        public static let unresolvable = Code("unresolvable")
        /// Nobody listens there.
        public static let refused = Code("refused")
        /// The network has no way there.
        public static let unreachable = Code("unreachable")
        /// No acceptable answer in time.
        public static let timedOut = Code("timed_out")
        /// TLS failed, or the certificate is not one that we trust.
        public static let tlsFailed = Code("tls_failed")
        /// The source answered that it cannot or will not: a STUN error response, an HTTP status other than 200, a
        /// DNS response code other than NOERROR.
        public static let rejected = Code("rejected")
        /// The source answered something that is not exactly one address.
        public static let invalidAnswer = Code("invalid_answer")
        /// The source answered an address of the wrong family.
        public static let wrongFamily = Code("wrong_family")
        /// The source answered an address that must not get into a public record.
        public static let notPublishable = Code("not_publishable")
        /// The source itself is not one that may be asked; see ``QuorumSettings/allowNonGlobal``.
        public static let notPermitted = Code("not_permitted")
        public static let cancelled = Code("cancelled")
        /// Whatever else went wrong on our side.
        public static let failed = Code("failed")
    }

    public var code: Code
    /// One bounded line for people, without secrets.
    public var detail: String

    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail.count > 300 ? detail.prefix(300) + "…" : detail
    }
}

extension SourceError: CustomStringConvertible {
    public var description: String { detail }
}

extension SourceError {
    init(_ error: ExchangeError) {
        let code: Code =
            switch error {
            case .unresolvable: .unresolvable
            case .refused: .refused
            case .unreachable: .unreachable
            case .tlsFailed: .tlsFailed
            case .timedOut: .timedOut
            case .malformed: .invalidAnswer
            case .cancelled: .cancelled
            }
        self.init(code, error.description)
    }

    init(_ error: STUNRejection) {
        let code: Code =
            switch error {
            case .errorResponse: .rejected
            case .wrongFamily: .wrongFamily
            default: .invalidAnswer
            }
        self.init(code, error.description)
    }

    init(_ error: HTTPClientError) {
        let code: Code =
            switch error.code {
            case .resolveFailed: .unresolvable
            case .connectFailed: .unreachable
            case .tlsFailed: .tlsFailed
            case .timedOut: .timedOut
            case .connectionLost: .unreachable
            case .invalidResponse, .bodyTooLarge: .invalidAnswer
            case .cancelled, .shutDown: .cancelled
            default: .failed
            }
        self.init(code, error.description)
    }
}
