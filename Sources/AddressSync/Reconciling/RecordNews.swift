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
    /// The provider does not accept the credentials; somebody has to act.
    case refused(String)
}

/// A decision about a record, worth telling once.
enum RecordNews: Hashable, Sendable {
    /// The record holds what it should; `by` names the node that reported so, `nil` when the name servers said it.
    case inStep(AddressSet, by: String?)
    case differs(String, AddressSet)
    case leftTo(String, AddressSet)
    case written(AddressSet, String)
    case failed(String, wait: Duration)
    case refused(String, wait: Duration)
    case failedElsewhere(RecordClaim)
    case propagating(String)
    case reverted(String, wait: Duration)
    case waiting(String)
    /// Credentials that were refused have been replaced; the next attempt comes now.
    case secretsReplaced
}
