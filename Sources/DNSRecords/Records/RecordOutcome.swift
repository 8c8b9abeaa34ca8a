import NetworkPrimitives

/// What became of one record after a provider was asked to bring it to a desired set. No text in it contains a secret.
public enum RecordOutcome: Hashable, Sendable {
    /// The record was as desired; nothing was written.
    case inSync(RecordSet)
    /// The record had other addresses or another TTL, and is now as desired.
    case changed(from: RecordSet, to: RecordSet)
    /// There was no such record, and now there is.
    case created(RecordSet)
    /// The provider does not accept our credentials, or they do not allow this. Somebody has to act; retry slowly.
    case refused(String)
    /// The provider limits our requests; do not ask again before that time has passed.
    case limited(retryAfter: Duration)
    /// It did not work. Where it is not retriable, the same request will fail again until somebody acts.
    case failed(String, retriable: Bool)

    /// Whether the record is known to be as desired now.
    public var isSuccess: Bool {
        switch self {
        case .inSync, .changed, .created: true
        case .refused, .limited, .failed: false
        }
    }

    /// Whether the provider was written to, successfully.
    public var isWrite: Bool {
        switch self {
        case .changed, .created: true
        case .inSync, .refused, .limited, .failed: false
        }
    }

    /// One of a closed set of words, for a metric label.
    public var label: String {
        switch self {
        case .inSync: "in_sync"
        case .changed: "changed"
        case .created: "created"
        case .refused: "refused"
        case .limited: "limited"
        case .failed: "failed"
        }
    }
}

extension RecordOutcome: CustomStringConvertible {
    /// One sentence for people.
    public var description: String {
        switch self {
        case .inSync(let set): "in sync: \(set)"
        case .changed(let from, let to):
            "changed from \(from.presentations.joined(separator: ", ")) to \(to)"
        case .created(let set): "created: \(set)"
        case .refused(let message): message
        case .limited(let retryAfter):
            "the provider limits requests; next attempt in \(retryAfter.components.seconds) s"
        case .failed(let message, _): message
        }
    }
}
