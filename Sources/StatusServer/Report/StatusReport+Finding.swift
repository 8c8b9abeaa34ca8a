extension StatusReport {
    /// What is known of the address of one family.
    public struct Finding: Codable, Hashable, Sendable {
        /// The confirmed address, or several between commas; absent until the first verdict.
        public var address: String?
        /// Since when ``address`` is the address.
        public var addressSince: Timestamp?
        public var condition: Condition
        /// When a quorum last agreed.
        public var confirmedAt: Timestamp?
        /// The last full round.
        public var votes: [Vote]
        /// The last ``StatusReport/maximumHistory`` changes, newest first.
        public private(set) var history: [AddressChange]

        public init(
            address: String? = nil, addressSince: Timestamp? = nil, condition: Condition = .unknown,
            confirmedAt: Timestamp? = nil, votes: [Vote] = [], history: [AddressChange] = []
        ) {
            self.address = address
            self.addressSince = addressSince
            self.condition = condition
            self.confirmedAt = confirmedAt
            self.votes = votes
            self.history = Array(history.prefix(StatusReport.maximumHistory))
        }

        /// Notes that the address is now another one. The same address again changes nothing.
        public mutating func addressChanged(to newAddress: String, at time: Timestamp) {
            guard address != newAddress else { return }
            address = newAddress
            addressSince = time
            history.insert(AddressChange(address: newAddress, time: time), at: 0)
            if history.count > StatusReport.maximumHistory {
                history.removeLast(history.count - StatusReport.maximumHistory)
            }
        }
    }

    /// What the report itself says: of IPv4, beside which ``ipv6`` stands.
    public var ipv4: Finding {
        get {
            Finding(
                address: address, addressSince: addressSince, condition: condition, confirmedAt: confirmedAt,
                votes: votes, history: history)
        }
        set {
            address = newValue.address
            addressSince = newValue.addressSince
            condition = newValue.condition
            confirmedAt = newValue.confirmedAt
            votes = newValue.votes
            history = newValue.history
        }
    }

    /// Notes that the IPv4 address is now another one. The same address again changes nothing.
    public mutating func addressChanged(to newAddress: String, at time: Timestamp) {
        ipv4.addressChanged(to: newAddress, at: time)
    }
}
