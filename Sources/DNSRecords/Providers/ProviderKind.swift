public import CurlHTTP
public import NetworkPrimitives

/// What a provider is built from, beside its settings.
public struct ProviderDependencies: Sendable {
    public var transport: any HTTPTransport
    public var dns: DNSExchange
    public var wallClock: WallClock
    /// A clock that never goes backwards, for limits and lifetimes.
    public var uptime: @Sendable () -> Duration
    /// Asks the zones' own name servers, for services that cannot be asked what a record holds.
    public var lookup: AuthoritativeClient
    /// Keeps `DNSEndpoint` objects; `nil` outside of a cluster.
    public var endpointObjects: (any EndpointObjectStore)?
    /// The process's environment, for the variables that clouds set for their own programs.
    public var environment: [String: String]

    public init(
        transport: any HTTPTransport, dns: DNSExchange = DNSExchange(), wallClock: WallClock = .system,
        uptime: @escaping @Sendable () -> Duration = ProviderDependencies.systemUptime,
        lookup: AuthoritativeClient = AuthoritativeClient(), endpointObjects: (any EndpointObjectStore)? = nil,
        environment: [String: String] = [:]
    ) {
        self.transport = transport
        self.dns = dns
        self.wallClock = wallClock
        self.uptime = uptime
        self.lookup = lookup
        self.endpointObjects = endpointObjects
        self.environment = environment
    }

    private static let start = ContinuousClock.now

    /// Time since the first use, by the system's continuous clock.
    public static let systemUptime: @Sendable () -> Duration = { start.duration(to: .now) }
}

/// A kind of provider that the user can choose: what it is called, which settings it has, and how it is built from them.
public struct ProviderKind: Sendable {
    /// One setting, for documentation and for `--help`.
    public struct Setting: Hashable, Sendable {
        /// Without a prefix: `GANDI_TOKEN`. A secret can also be given as a file with `_FILE` behind the name.
        public var name: String
        public var isSecret: Bool
        /// One line.
        public var summary: String

        public init(_ name: String, isSecret: Bool = false, _ summary: String) {
            self.name = name
            self.isSecret = isSecret
            self.summary = summary
        }
    }

    /// What a service can do beside replacing a set of A records.
    public enum Feature: String, Hashable, Sendable, CaseIterable {
        /// A set may have several addresses.
        case severalAddresses
        /// AAAA records.
        case ipv6
        /// TXT records, in which ownership is marked.
        case ownership
        /// A TTL can be chosen.
        case ttl
        /// It can be asked what it holds, so that credentials can be tried without writing.
        case reading
    }

    /// How the user chooses it, and the label in metrics: `gandi`.
    public let name: String
    /// What people call it: `Gandi LiveDNS`.
    public let title: String
    /// What it accepts as a TTL, in seconds.
    public let acceptedTTL: ClosedRange<UInt32>
    public let features: Set<Feature>
    /// How many requests the service takes.
    public let limits: [RequestLimit]
    /// One line of documentation.
    public let summary: String
    /// Its own settings; ``ProviderRegistry/sharedSettings`` apply as well.
    public let settings: [Setting]
    private let make: @Sendable (inout SettingReader, ProviderDependencies) -> (any DNSProvider)?

    /// - Parameter make: reads settings, reports to the reader what is wrong with them, and returns `nil` only if it did.
    init(
        name: String, title: String, acceptedTTL: ClosedRange<UInt32> = 1...TTLPolicy.largest,
        features: Set<Feature> = Set(Feature.allCases), limits: [RequestLimit] = [], summary: String,
        settings: [Setting],
        make: @escaping @Sendable (inout SettingReader, ProviderDependencies) -> (any DNSProvider)?
    ) {
        self.name = name
        self.title = title
        self.acceptedTTL = acceptedTTL
        self.features = features
        self.limits = limits
        self.summary = summary
        self.settings = settings
        self.make = make
    }

    /// Builds the provider. No network traffic happens here.
    ///
    /// - Throws: ``SettingProblems`` with everything that is wrong, by name.
    public func build(
        from settings: any ProviderSettings, with dependencies: ProviderDependencies
    ) throws(SettingProblems) -> any DNSProvider {
        var reader = SettingReader(settings)
        let provider = make(&reader, dependencies)
        guard let provider, reader.problems.isEmpty else { throw SettingProblems(reader.problems) }
        return provider
    }
}
