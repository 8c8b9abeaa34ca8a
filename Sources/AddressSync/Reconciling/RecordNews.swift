import DNSRecords
import StatusServer

/// What a look at a record found.
enum RecordCheck: Hashable, Sendable {
    case holds(AddressSet)
    case absent
    /// Something is there that must not be touched, such as a CNAME.
    case refuses(String)
    /// The name servers could not be asked, or cannot tell.
    case unknown(String)

    /// For people.
    var shown: String {
        switch self {
        case .holds(let addresses): addresses.description
        case .absent: "nothing"
        case .refuses(let why): why
        case .unknown(let why): "unknown (\(why))"
        }
    }
}

/// What became of a write.
enum WriteResult: Hashable, Sendable {
    /// The record holds the address; the text says what changed.
    case done(String)
    /// The record held the address already; nothing was written.
    case unchanged
    /// It may work later; not before `retryAfter` where the provider named a time.
    case failed(String, retryAfter: Duration?)
    /// It will not work before somebody acts, as where the provider does not accept the credentials.
    case refused(String, cause: ProviderError.Cause = .credentials)
}

/// A decision about a record, worth telling once.
enum RecordNews: Hashable, Sendable {
    /// The record holds what it should; `by` names the node that reported so, `nil` when the name servers said it.
    case inStep(AddressSet, by: String?)
    case differs(String, AddressSet)
    case leftTo(String, AddressSet)
    /// The node that had claimed the record has not reported in its time.
    case takingOver(from: String)
    case written(AddressSet, String)
    /// - Parameter times: how often in a row, by whichever node.
    case failed(String, wait: Duration, times: Int)
    case refused(String, wait: Duration, cause: ProviderError.Cause, times: Int)
    case failedElsewhere(RecordClaim)
    case propagating(String)
    /// - Parameter isOurs: it was this node that had written.
    case reverted(String, wait: Duration, isOurs: Bool)
    case waiting(String)
    /// Credentials that were refused have been replaced; the next attempt comes now.
    case secretsReplaced
    /// It has failed for so long that people are told, for all nodes by this one.
    case lasting(String, since: Timestamp)
    /// It works again, after people were told that it does not.
    case recovered(since: Timestamp)
}
