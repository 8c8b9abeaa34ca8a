import CurlHTTP

/// What to do after a request has failed, for callers that try again on their own.
///
/// The policy decides by what the failure proves: a write that may have been carried out is never repeated blindly.
public struct RetryPolicy: Sendable {
    public enum Operation: Sendable, Hashable {
        case read, write
    }

    public enum Decision: Sendable, Hashable {
        /// The request certainly changed nothing: send it again after the wait.
        case retry(after: Duration)
        /// Read the object after the wait and decide anew: the write may have been carried out, or what it was based on
        /// is no longer so.
        case readFirst(after: Duration)
        /// Not a failure of the request but a fact about the object: it does not exist.
        case absent
        /// Trying again cannot help.
        case giveUp
    }

    public var backoff: Backoff
    /// How many tries a server may put off with `Retry-After` or 429 before ``Decision/giveUp``.
    public var maximumTries: Int
    private var putOff = 0

    public init(backoff: Backoff = Backoff(), maximumTries: Int = 10) {
        self.backoff = backoff
        self.maximumTries = maximumTries
    }

    /// Forgets past failures.
    public mutating func succeeded() {
        backoff.reset()
        putOff = 0
    }

    /// Counts a failure and decides.
    public mutating func failed(
        _ error: KubernetesError, of operation: Operation, using generator: inout some RandomNumberGenerator
    ) -> Decision {
        switch error.failure {
        case .status(404, _):
            return .absent
        case .status(409, _), .status(410, _):
            return .readFirst(after: backoff.next(after: error, using: &generator))
        case .status(401, _), .status(403, _), .status(408, _), .configuration:
            return .retry(after: backoff.next(after: error, using: &generator))
        case .status(let code, _) where code == 429 || code >= 500 && error.retryAfter != nil:
            // Whoever asks to come back later says with it that nothing was done.
            putOff += 1
            guard putOff < maximumTries else { return .giveUp }
            return .retry(after: backoff.next(after: error, using: &generator))
        case .status(let code, _) where code < 500:
            return .giveUp
        case .transport(.cancelled), .transport(.shutDown), .transport(.invalidRequest), .transport(.bodyTooLarge):
            return .giveUp
        case .status, .transport, .unexpectedAnswer:
            return again(error, operation, using: &generator)
        }
    }

    private mutating func again(
        _ error: KubernetesError, _ operation: Operation, using generator: inout some RandomNumberGenerator
    ) -> Decision {
        let wait = backoff.next(after: error, using: &generator)
        return operation == .write && error.mayHaveBeenApplied ? .readFirst(after: wait) : .retry(after: wait)
    }
}
