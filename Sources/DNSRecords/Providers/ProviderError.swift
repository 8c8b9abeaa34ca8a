/// Why a provider could not do what it was asked. The message names the provider and what to do, and never has a secret.
public struct ProviderError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What follows from the error.
    public enum Kind: Hashable, Sendable {
        /// Credentials are not accepted, or do not allow this.
        case refused
        /// Too many requests; wait that long.
        case limited(retryAfter: Duration)
        /// The record is not what it was when it was read. Nothing was written.
        case conflict
        /// The write may or may not have been carried out.
        case uncertain
        /// Nothing was written; trying again may help.
        case temporary
        /// Nothing was written; trying again will not help until somebody acts.
        case permanent
    }

    /// What has to be put right, so that people can be told where to look.
    public enum Cause: String, Hashable, Sendable, CaseIterable {
        /// Credentials, or what they allow.
        case credentials
        /// The provider does not have the zone, or not for these credentials; or the server is not the zone's primary.
        case zone
        /// The record is somebody else's.
        case ownership
        /// Anything else; the message says what.
        case other
    }

    public var kind: Kind
    public var message: String
    /// Seconds by which the clock here is ahead of the service's, where that is the reason; negative where it is behind.
    public var clockDifference: Int64?
    public var cause: Cause

    /// - Parameter cause: `nil`: credentials where they are refused, otherwise ``Cause/other``.
    public init(_ kind: Kind, _ message: String, cause: Cause? = nil) {
        self.kind = kind
        self.message = message
        self.cause = cause ?? (kind == .refused ? .credentials : .other)
    }

    public var description: String { message }

    /// Whether the record has to be read again before anything can be said about it.
    var callsForASecondLook: Bool { kind == .conflict || kind == .uncertain }
}

extension RecordOutcome {
    /// The outcome that a failure amounts to.
    public init(_ error: ProviderError) {
        switch error.kind {
        case .refused: self = .refused(error.message)
        case .limited(let retryAfter): self = .limited(retryAfter: retryAfter)
        case .conflict, .uncertain, .temporary: self = .failed(error.message, retriable: true)
        case .permanent: self = .failed(error.message, retriable: false)
        }
    }
}
