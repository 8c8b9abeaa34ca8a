/// Which TTL a record gets when it is written.
public struct TTLPolicy: Hashable, Sendable {
    /// The user's wish in seconds; `nil` keeps what the record has.
    public var configured: UInt32?
    /// What a new record gets where nobody wishes anything, in seconds.
    public var initial: UInt32
    /// What the provider accepts, in seconds.
    public var accepted: ClosedRange<UInt32>
    /// A value outside of what is accepted that lets the service choose, such as Cloudflare's 1.
    public var automatic: UInt32?

    /// Whether the service alone decides, so that no TTL is worth a write.
    public var isChosenByService: Bool

    /// The largest TTL that there is (RFC 2181 section 8).
    public static let largest: UInt32 = 2_147_483_647

    public init(
        configured: UInt32? = nil, initial: UInt32 = 300, accepted: ClosedRange<UInt32> = 1...TTLPolicy.largest,
        isChosenByService: Bool = false
    ) {
        self.configured = configured
        self.initial = initial
        self.accepted = accepted
        self.isChosenByService = isChosenByService
    }

    /// The one TTL to report for records that should all have the same: one that is not as configured, if there is any.
    func observed(_ ttls: [UInt32]) -> UInt32? {
        ttls.sorted().first { $0 != configured } ?? ttls.first
    }

    /// The TTL that is insisted on, within what the provider accepts; `nil` if any will do.
    func wanted(by desired: RecordSet) -> UInt32? {
        isChosenByService ? nil : (desired.ttl ?? configured).map(clamped)
    }

    /// The TTL to write.
    func ttl(for desired: RecordSet, replacing current: RecordSet?) -> UInt32 {
        wanted(by: desired) ?? clamped(current?.ttl ?? initial)
    }

    private func clamped(_ ttl: UInt32) -> UInt32 {
        ttl == automatic ? ttl : min(max(ttl, accepted.lowerBound), accepted.upperBound)
    }
}
