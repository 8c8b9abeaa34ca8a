extension StatusReport {
    /// One node of the cluster, as far as records tell of it.
    public struct Node: Codable, Hashable, Sendable {
        public var name: String
        /// How many records it was the last to do something about.
        public var records: Int
        /// How many of those it could not write.
        public var failed: Int
        /// When it last reported.
        public var updated: Timestamp?

        public init(name: String, records: Int, failed: Int = 0, updated: Timestamp? = nil) {
            self.name = name
            self.records = records
            self.failed = failed
            self.updated = updated
        }
    }
}
