/// A DNS message: a query, an update, or the answer to one (RFC 1035 section 4.1, RFC 2136 section 2).
public struct DNSMessage: Hashable, Sendable {
    public var id: UInt16
    /// QR: whether this is an answer.
    public var isResponse: Bool
    public var opcode: DNSOpcode
    /// AA: the server answers from a zone of its own.
    public var isAuthoritative: Bool
    /// TC: the answer did not fit; ask again over TCP.
    public var isTruncated: Bool
    /// RD: the server is asked to look elsewhere, too.
    public var recursionDesired: Bool
    /// RA: the server would look elsewhere.
    public var recursionAvailable: Bool
    /// AD (RFC 4035 section 3.2.3).
    public var authenticData: Bool
    /// CD (RFC 4035 section 3.2.2).
    public var checkingDisabled: Bool
    /// The four bits of the header. ``responseCode`` has the rest.
    public var headerResponseCode: UInt8

    public var questions: [DNSQuestion]
    public var answers: [DNSRecord]
    public var authorities: [DNSRecord]
    public var additionals: [DNSRecord]

    public init(
        id: UInt16, isResponse: Bool = false, opcode: DNSOpcode = .query, isAuthoritative: Bool = false,
        isTruncated: Bool = false, recursionDesired: Bool = false, recursionAvailable: Bool = false,
        responseCode: DNSResponseCode = .noError, questions: [DNSQuestion] = [], answers: [DNSRecord] = [],
        authorities: [DNSRecord] = [], additionals: [DNSRecord] = []
    ) {
        self.id = id
        self.isResponse = isResponse
        self.opcode = opcode
        self.isAuthoritative = isAuthoritative
        self.isTruncated = isTruncated
        self.recursionDesired = recursionDesired
        self.recursionAvailable = recursionAvailable
        authenticData = false
        checkingDisabled = false
        headerResponseCode = UInt8(truncatingIfNeeded: responseCode.rawValue & 0x0F)
        self.questions = questions
        self.answers = answers
        self.authorities = authorities
        self.additionals = additionals
    }

    /// The EDNS part, if the message has one.
    public var ednsOptions: DNSOptions? { additionals.lazy.compactMap(\.ednsOptions).first }

    /// The response code with the upper bits of an OPT record. A setter changes only the header's four bits.
    public var responseCode: DNSResponseCode {
        get {
            let upper = UInt16(ednsOptions?.extendedResponseCode ?? 0) << 4
            return DNSResponseCode(rawValue: upper | UInt16(headerResponseCode & 0x0F))
        }
        set { headerResponseCode = UInt8(truncatingIfNeeded: newValue.rawValue & 0x0F) }
    }

    /// An answer to this message that has its id, opcode, question and RD bit, and nothing else yet.
    public func response(_ code: DNSResponseCode = .noError, isAuthoritative: Bool = false) -> DNSMessage {
        DNSMessage(
            id: id, isResponse: true, opcode: opcode, isAuthoritative: isAuthoritative,
            recursionDesired: recursionDesired, responseCode: code, questions: questions)
    }
}

// What the sections are called in an update (RFC 2136 section 2).
extension DNSMessage {
    /// The zone section.
    public var zones: [DNSQuestion] {
        get { questions }
        set { questions = newValue }
    }

    /// The prerequisite section.
    public var prerequisites: [DNSRecord] {
        get { answers }
        set { answers = newValue }
    }

    /// The update section.
    public var updates: [DNSRecord] {
        get { authorities }
        set { authorities = newValue }
    }
}
