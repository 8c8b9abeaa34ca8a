public import NetworkPrimitives

/// Everything that esddns talks to, on the loopback interface: an API server, STUN and check-IP servers, an authoritative
/// DNS server, and Gandi's API if wanted.
///
/// Namespace, service accounts, Roles and ConfigMaps are set up as the chart does it.
public final class SimulatedCluster: Sendable {
    /// How a cluster is set up.
    public struct Configuration: Sendable {
        public var namespace = "esddns"
        /// Address on which all servers listen. That of the API server is in ``api``.
        public var host = "127.0.0.1"
        /// Ports of the STUN servers, as many as there are to be; 0 lets the system choose.
        public var stunPorts = [0, 0, 0]
        /// Ports of the servers that tell the address over HTTP; 0 lets the system choose.
        public var checkIPPorts = [0, 0]
        /// Port of the DNS server, for UDP and TCP; 0 lets the system choose.
        public var dnsPort = 0
        /// Port of Gandi's API; 0 lets the system choose.
        public var gandiPort = 0
        /// Whether those speak TLS, with certificates of the cluster's authority.
        public var checkIPOverTLS = true
        public var zone = "example.com"
        /// Records that the zone has from the start.
        public var records: [DNSRecord] = []
        /// Who may update the zone. Empty: everybody.
        public var keys: [SimulatedTSIGKey] = []
        /// Whether Gandi's API is there, with the same zone.
        public var withGandi = false
        /// The address that STUN and check-IP servers reflect at first.
        public var wanAddress: IPAddress = .v4(IPv4Address(198, 51, 100, 7))
        /// Of the API server.
        public var api = SimulatedAPIServer.Configuration()
        public var clock: any Clock<Duration> = ContinuousClock()

        public init() {}
    }

    public let configuration: Configuration
    public let api: SimulatedAPIServer
    public let stun: [SimulatedSTUNServer]
    public let checkIP: [SimulatedCheckIPServer]
    public let dns: SimulatedDNSServer
    /// `nil` unless the configuration wants it.
    public let gandi: SimulatedGandi?

    /// Service accounts that the chart makes.
    public enum Account: String, Sendable, CaseIterable {
        case leader = "esddns-leader"
        case updater = "esddns-updater"
    }

    /// Makes the servers; ``start()`` lets them listen.
    public init(configuration: Configuration = Configuration()) throws {
        self.configuration = configuration
        var apiConfiguration = configuration.api
        apiConfiguration.clock = configuration.clock
        api = try SimulatedAPIServer(configuration: apiConfiguration)
        let authority = api.authority
        let address = configuration.wanAddress
        stun = configuration.stunPorts.map { port in
            SimulatedSTUNServer(
                host: configuration.host, port: port, reflectedAddress: address, clock: configuration.clock)
        }
        checkIP = try configuration.checkIPPorts.map { port in
            try SimulatedCheckIPServer(
                host: configuration.host, port: port, authority: configuration.checkIPOverTLS ? authority : nil,
                certificateNames: configuration.api.certificateNames, reflectedAddress: address,
                clock: configuration.clock)
        }
        let zone = try SimulatedZone(name: DomainName(parsing: configuration.zone), records: configuration.records)
        dns = SimulatedDNSServer(
            zones: [zone], keys: configuration.keys, host: configuration.host, port: configuration.dnsPort,
            clock: configuration.clock)
        gandi =
            configuration.withGandi
            ? SimulatedGandi(
                zones: [configuration.zone], host: configuration.host, port: configuration.gandiPort,
                clock: configuration.clock) : nil
        setUp()
    }

    /// Starts all servers.
    public func start() async throws {
        try await api.start()
        for server in stun { try await server.start() }
        for server in checkIP { try await server.start() }
        try await dns.start()
        try await gandi?.start()
    }

    /// Stops all servers and drops every connection. The state is kept: ``start()`` goes on from there.
    public func stop() async {
        await gandi?.stop()
        await dns.stop()
        for server in checkIP { await server.stop() }
        for server in stun { await server.stop() }
        await api.stop()
    }

    /// Changes the address that all STUN and check-IP servers reflect.
    public func setWANAddress(_ address: IPAddress) {
        for server in stun { server.reflectedAddress = address }
        for server in checkIP { server.reflectedAddress = address }
    }

    private func setUp() {
        let namespace = configuration.namespace
        api.createNamespace(namespace)
        for name in ["esddns-wan-address", "esddns-wan-address-ipv6", "esddns-records"]
        where api.object(.configMaps, name, namespace: namespace) == nil {
            // Cannot fail: the name is valid, and nobody else has the server yet.
            _ = try? api.put(["metadata": ["name": .string(name)]], as: .configMaps, namespace: namespace)
        }
        for account in Account.allCases {
            let user = user(account)
            api.revokeGrants(of: user.name)
            api.grant(Self.rules(of: account), to: user.name, namespace: namespace)
        }
    }
}
