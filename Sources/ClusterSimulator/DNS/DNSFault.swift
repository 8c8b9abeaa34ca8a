public import NetworkPrimitives

/// What goes wrong with one DNS message.
public enum DNSFault: Sendable, Hashable {
    /// No answer; over TCP the connection stays open.
    case silent
    /// The answer comes after so long on the server's clock.
    case delay(Duration)
    /// This response code and nothing else, such as `.serverFailure` or `.refused`. The request is not carried out.
    case responseCode(DNSResponseCode)
    /// Over UDP an empty answer with the TC bit, which sends the client to TCP. Over TCP nothing goes wrong.
    case truncate
    /// The answer without the AA bit, as somebody would send it who intercepts port 53.
    case notAuthoritative
    /// The answer with another identifier.
    case wrongID
    /// These bytes instead of an answer.
    case garbage([UInt8])
    /// The request is carried out, and the answer lost.
    case commitThenDrop
    /// A signature with one wrong bit.
    case corruptSignature
    /// The answer to a signed request without a signature.
    case omitSignature
}

/// What a fault plan looks at: one DNS message.
public struct DNSFaultSubject: Sendable, Hashable {
    /// Name of the question, or of the zone to update.
    public var name: DomainName
    public var type: DNSRecordType
    public var isUpdate: Bool
    public var isTCP: Bool
}

/// One DNS message that a simulated server received.
public struct RecordedDNSMessage: Sendable, Hashable {
    public var name: DomainName
    public var type: DNSRecordType
    public var isUpdate: Bool
    public var isTCP: Bool
    /// Name of the key whose signature was right.
    public var key: DomainName?
    /// `nil` where there was no answer.
    public var code: DNSResponseCode?
}

/// A change of a zone by an update.
public struct SimulatedZoneChange: Sendable {
    public var zone: DomainName
    public var serial: UInt32
    /// The names that the update mentioned.
    public var names: [DomainName]
}
