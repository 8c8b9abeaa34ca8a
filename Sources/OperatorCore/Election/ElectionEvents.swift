/// Orders the terms of leaders: the resourceVersion of the write by which a leader acquired its Lease.
///
/// Unlike `leaseTransitions` it keeps growing when somebody deletes the Lease. Whatever a leader writes carries it, so
/// that readers can tell a successor's word from a predecessor's.
public struct Epoch: Hashable, Comparable, Sendable, LosslessStringConvertible {
    /// The version as a number.
    public let rawValue: UInt64

    /// An epoch with that number.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Reads a resourceVersion: decimal digits only.
    public init?(_ text: String) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let value = UInt64(text)
        else { return nil }
        rawValue = value
    }

    /// The number in decimal digits, as it is stored.
    public var description: String { String(rawValue) }

    /// Whether `a` is of an earlier leader.
    public static func < (a: Epoch, b: Epoch) -> Bool { a.rawValue < b.rawValue }
}

/// How an election ended for this candidate.
public enum ElectionEnd: Hashable, Sendable {
    /// Stopped by choice without having led.
    case stopped
    /// Stopped by choice after leading; the Lease was given back, or left to expire where that failed.
    case released
    /// The term was lost, for the reason given. Whoever led must stop at once; the process should end with a failure.
    case lost(String)
}

/// Progress of an election, for logs and metrics.
public enum ElectionReport: Hashable, Sendable {
    /// The Lease names another holder than before; empty: nobody.
    case holderChanged(String)
    /// A request for the Lease failed; the election goes on. Conflicts are everyday business.
    case requestFailed(KubernetesError)
    /// A request for the Lease was answered as it should be.
    case requestAnswered
    /// The server did what the API does not promise; the election goes on.
    case unexpected(String)
}
