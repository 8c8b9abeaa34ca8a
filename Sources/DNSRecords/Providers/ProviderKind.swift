public import CurlHTTP
public import NetworkPrimitives

/// What a provider is built from, beside its settings.
public struct ProviderDependencies: Sendable {
    public var transport: any HTTPTransport
    public var dns: DNSExchange
    public var wallClock: WallClock

    public init(transport: any HTTPTransport, dns: DNSExchange = DNSExchange(), wallClock: WallClock = .system) {
        self.transport = transport
        self.dns = dns
        self.wallClock = wallClock
    }
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

    /// How the user chooses it: `gandi`.
    public let name: String
    /// One line of documentation.
    public let summary: String
    /// Its own settings; ``ProviderRegistry/sharedSettings`` apply as well.
    public let settings: [Setting]
    private let make: @Sendable (inout SettingReader, ProviderDependencies) -> (any DNSProvider)?

    /// - Parameter make: reads settings, reports to the reader what is wrong with them, and returns `nil` only if it did.
    init(
        name: String, summary: String, settings: [Setting],
        make: @escaping @Sendable (inout SettingReader, ProviderDependencies) -> (any DNSProvider)?
    ) {
        self.name = name
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
