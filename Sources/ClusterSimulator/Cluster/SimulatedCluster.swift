import FoundationEssentials
public import NetworkPrimitives

/// Everything that esddns talks to, on the loopback interface: an API server, STUN and check-IP servers, an authoritative
/// DNS server, and Gandi's API if wanted.
///
/// Namespace, service accounts, Roles and ConfigMaps are set up as the chart does it.
public final class SimulatedCluster: Sendable {
    /// How a cluster is set up.
    public struct Configuration: Sendable {
        public var namespace = "esddns"
        /// How many STUN servers there are.
        public var stunServers = 3
        /// How many servers tell the address over HTTP.
        public var checkIPServers = 2
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
        stun = (0..<configuration.stunServers).map { _ in
            SimulatedSTUNServer(reflectedAddress: address, clock: configuration.clock)
        }
        checkIP = try (0..<configuration.checkIPServers).map { _ in
            try SimulatedCheckIPServer(
                authority: configuration.checkIPOverTLS ? authority : nil, reflectedAddress: address,
                clock: configuration.clock)
        }
        let zone = try SimulatedZone(name: DomainName(parsing: configuration.zone), records: configuration.records)
        dns = SimulatedDNSServer(zones: [zone], keys: configuration.keys, clock: configuration.clock)
        gandi = configuration.withGandi ? SimulatedGandi(zones: [configuration.zone], clock: configuration.clock) : nil
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

    // MARK: accounts

    public func user(_ account: Account) -> SimulatedUser {
        .serviceAccount(account.rawValue, namespace: configuration.namespace)
    }

    /// Issues a token of a service account.
    public func issueToken(for account: Account, lifetime: Double? = nil) -> String {
        api.issueToken(for: user(account), lifetime: lifetime)
    }

    /// Writes what a pod finds in `/var/run/secrets/kubernetes.io/serviceaccount`: `token`, `ca.crt` and `namespace`.
    ///
    /// A token that the directory has already is made valid rather than replaced, so that processes that have read it go on
    /// working with a restarted simulator.
    public func writeServiceAccount(_ account: Account, to directory: String) throws {
        let root = URL(fileURLWithPath: directory, isDirectory: true)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let tokenFile = root.appendingPathComponent("token")
        let saved = (try? Data(contentsOf: tokenFile)).map { String(decoding: $0, as: UTF8.self).trimmed } ?? ""
        let token: String
        if saved.isEmpty {
            token = issueToken(for: account)
            try Data(token.utf8).write(to: tokenFile, options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: tokenFile.path)
        } else {
            token = saved
            api.setToken(token, for: user(account))
        }
        try Data(api.authority.certificatePEM.utf8).write(to: root.appendingPathComponent("ca.crt"), options: .atomic)
        try Data(configuration.namespace.utf8).write(to: root.appendingPathComponent("namespace"), options: .atomic)
    }

    /// Issues a new token and writes it over the old one, as the kubelet does before a token expires.
    ///
    /// - Parameter revokingOld: whether the old token is answered with 401 from now on.
    public func rotateToken(of account: Account, in directory: String, revokingOld: Bool = false) throws {
        let file = URL(fileURLWithPath: directory, isDirectory: true).appendingPathComponent("token")
        let old = (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self).trimmed }
        try Data(issueToken(for: account).utf8).write(to: file, options: .atomic)
        if revokingOld, let old { api.revokeToken(old) }
    }

    // MARK: setting up

    private func setUp() {
        let namespace = configuration.namespace
        api.createNamespace(namespace)
        for name in ["esddns-wan-address", "esddns-records"]
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

    /// The least that each account needs.
    public static func rules(of account: Account) -> [AccessRule] {
        let events = AccessRule(apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create"])
        let address = "esddns-wan-address"
        switch account {
        case .leader:
            return [
                AccessRule(
                    apiGroups: ["coordination.k8s.io"], resources: ["leases"],
                    verbs: ["get", "list", "watch", "update"], resourceNames: ["esddns-leader"]),
                AccessRule(apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"]),
                AccessRule(
                    apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch", "patch"],
                    resourceNames: [address]),
                AccessRule(apiGroups: [""], resources: ["configmaps"], verbs: ["create"]), events,
            ]
        case .updater:
            return [
                AccessRule(
                    apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"],
                    resourceNames: [address]),
                AccessRule(
                    apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch", "patch"],
                    resourceNames: ["esddns-records"]),
                AccessRule(apiGroups: [""], resources: ["configmaps"], verbs: ["create"]), events,
            ]
        }
    }
}
