/// Why plain DNS could not tell what a record holds.
public struct LookupFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// A closed set of reasons, fit for a metric label.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String

        private init(_ description: String) { self.description = description }

        /// No configured resolver gave a usable answer, so that the zone's name servers could not be found.
        public static let resolversFailed = Code("resolvers_failed")
        /// The resolvers know no zone for the name, or no name servers for the zone.
        public static let noZone = Code("no_zone")
        /// Answers came without the AA bit: something intercepts port 53, or the server is not authoritative.
        public static let notAuthoritative = Code("not_authoritative")
        /// Name servers answered with errors only.
        public static let serversRefused = Code("servers_refused")
        /// No name server answered at all.
        public static let serversSilent = Code("servers_silent")
        /// The name servers say different things, and the primary, which would rule, is not among those that answered.
        public static let serversDisagree = Code("servers_disagree")
        public static let cancelled = Code("cancelled")
    }

    public var code: Code
    /// One bounded sentence for people, with the servers' names.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}

extension LookupFailure {
    static let cancelled = LookupFailure(.cancelled, "cancelled")
}
