public import CurlHTTP

/// Why a request to the API server failed.
public struct KubernetesError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it was.
    public enum Failure: Hashable, Sendable {
        /// The server answered with an error status: code and the `reason` of its Status object, empty where it had none.
        case status(Int, reason: String)
        /// There was no answer.
        case transport(HTTPClientError.Code)
        /// There was an answer that is not what the API promises, such as a proxy's HTML.
        case unexpectedAnswer
        /// The client's own credentials or settings could not be used.
        case configuration
    }

    public var failure: Failure
    /// The server's message or the transport's, bounded, without credentials.
    public var message: String
    /// How long the server asked to wait.
    public var retryAfter: Duration?
    /// What was asked: `update leases esddns/esddns-leader`.
    public var request: String

    public init(_ failure: Failure, message: String, request: String = "", retryAfter: Duration? = nil) {
        self.failure = failure
        self.message = message
        self.request = request
        self.retryAfter = retryAfter
    }

    public var status: Int? { if case .status(let code, _) = failure { code } else { nil } }

    public var isNotFound: Bool { status == 404 }
    /// 409 with reason `Conflict`: the object has changed since it was read.
    public var isConflict: Bool { failure == .status(409, reason: "Conflict") }
    public var isAlreadyExists: Bool { failure == .status(409, reason: "AlreadyExists") }
    public var isUnauthorized: Bool { status == 401 }
    public var isForbidden: Bool { status == 403 }
    /// 410: the resource version is too old to go on from.
    public var isExpired: Bool {
        if case .status(let code, let reason) = failure {
            code == 410 || reason == "Expired" || reason == "Gone"
        } else {
            false
        }
    }
    public var isCancelled: Bool { failure == .transport(.cancelled) }

    /// Whether a write may have been carried out although it failed, so that the object has to be read before anything else.
    public var mayHaveBeenApplied: Bool {
        switch failure {
        case .status(let code, _): code >= 500
        case .transport(let code): !HTTPClientError(code, "").requestWasNotSent
        case .unexpectedAnswer: true
        case .configuration: false
        }
    }

    public var description: String {
        let what =
            switch failure {
            case .status(let code, let reason): reason.isEmpty ? "HTTP \(code)" : "\(code) \(reason)"
            case .transport(let code): code.description
            case .unexpectedAnswer: "unexpected answer"
            case .configuration: "configuration"
            }
        return "\(request.isEmpty ? "" : "\(request): ")\(what): \(message)"
    }
}
