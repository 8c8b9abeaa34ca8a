import AddressSync
import ClusterSimulator
import FoundationEssentials
import Logging
import Metrics
import NetworkPrimitives
import OperatorCore
import StatusServer
import Synchronization

/// The whole system in one process: what runs in a cluster, between simulated servers.
final class Demo: Sendable {
    private static let record = "home.example.com"
    private static let namespace = "esddns"
    private static let keySecret = Array("a key for the demonstration only.".utf8)

    let narrator: Narrator
    let cluster: SimulatedCluster
    let leaders: [DemoNode]
    let updaters: [DemoNode]
    private let directory: URL
    private let recordName: DomainName
    /// Why a node cannot work at all.
    private let broken = Mutex<String?>(nil)
    /// Nodes that cannot reach the API server.
    private let cutOff = Mutex<[String: HTTPFaultPlan.ID]>([:])

    init(updaters count: Int, port: UInt16, narrator: Narrator) throws {
        self.narrator = narrator
        recordName = try DomainName(parsing: Self.record)
        var configuration = SimulatedCluster.Configuration()
        configuration.namespace = Self.namespace
        configuration.checkIPOverTLS = false
        configuration.wanAddress = .v4(Self.address(0))
        configuration.keys = [SimulatedTSIGKey(name: try DomainName(parsing: "demo-key"), secret: Self.keySecret)]
        let cluster = try SimulatedCluster(configuration: configuration)
        self.cluster = cluster
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("esddns-demo-\(UUID().uuidString)", isDirectory: true)
        self.directory = directory
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)

        func makeNode(_ name: String, _ role: DemoNode.Role, _ account: SimulatedCluster.Account, listen: String)
            -> DemoNode
        {
            // A user of its own for each process, so that one of them can be cut off.
            let user = SimulatedUser.serviceAccount(name, namespace: Self.namespace)
            cluster.api.grant(SimulatedCluster.rules(of: account), to: user.name, namespace: Self.namespace)
            return DemoNode(
                name: name, role: role, user: user,
                parts: ProcessParts(
                    environment: [
                        "ESDDNS_NODE_NAME": name, "ESDDNS_LISTEN": listen,
                        "ESDDNS_SERVICE_ACCOUNT_DIRECTORY": directory.appendingPathComponent(name).path,
                    ],
                    registry: registry,
                    makeLogger: { part in narrator.logger(for: name, level: part == "status" ? .critical : .info) },
                    // One process that stands for many must not be ended for one of them.
                    watchdog: { LeaseWatchdog(onExpiry: {}) }),
                narrator: narrator)
        }
        leaders = (1...2).map { number in
            let listen = port == 0 ? "127.0.0.1:0" : "127.0.0.1:\(Int(port) + number - 1)"
            return makeNode("leader-\(number)", .leader, .leader, listen: listen)
        }
        updaters = (1...count).map { makeNode("updater-\($0)", .updater, .updater, listen: "off") }
    }

    /// Addresses that are reserved for documentation, one after the other.
    static func address(_ number: Int) -> IPv4Address { IPv4Address(203, 0, 113, UInt8(10 + number % 240)) }

    // MARK: Running

    /// Runs all processes while `work` runs, and cleans up afterwards.
    func run(_ work: @escaping @Sendable () async throws -> Void) async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        try await cluster.start()
        for node in leaders + updaters { try writeServiceAccount(of: node) }
        let result: Result<Void, any Error> = await withDiscardingTaskGroup { group in
            for node in leaders + updaters {
                group.addTask { await self.keepRunning(node) }
            }
            defer { group.cancelAll() }
            do {
                return .success(try await work())
            } catch {
                return .failure(error)
            }
        }
        await cluster.stop()
        try result.get()
    }

    /// Starts the process again when it ends, as a kubelet would.
    private func keepRunning(_ node: DemoNode) async {
        while !Task.isCancelled {
            if let why = await node.run(with: environment) {
                broken.withLock { $0 = "\(node.name): \(why)" }
                return
            }
            guard !Task.isCancelled else { return }
            try? await Task.sleep(for: .seconds(5))
            // Whatever cut it off is over.
            if let fault = cutOff.withLock({ $0.removeValue(forKey: node.name) }) { cluster.api.faults.clear(fault) }
            narrator.say("starts again", by: node.name)
        }
    }

    /// Settings that all processes share. Faster than the defaults, so that there is something to see.
    private var environment: [String: String] {
        let dns = cluster.dns.endpoint.description
        return [
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": String(cluster.api.port),
            "ESDDNS_ALLOW_NON_GLOBAL": "true",
            "ESDDNS_STUN_SERVERS": cluster.stun.enumerated()
                .map { "stun-\($0.offset + 1)=\($0.element.endpoint)" }.joined(separator: ","),
            "ESDDNS_HTTP_SOURCES": cluster.checkIP.enumerated()
                .map { "web-\($0.offset + 1)=trusted+\($0.element.url)" }.joined(separator: ","),
            "ESDDNS_PROBE_INTERVAL": "1s",
            "ESDDNS_HEARTBEAT_INTERVAL": "5s",
            "ESDDNS_STALE_AFTER": "20s",
            "ESDDNS_LEASE_DURATION": "5s",
            "ESDDNS_RENEW_DEADLINE": "3s",
            "ESDDNS_RETRY_PERIOD": "500ms",
            "ESDDNS_RECORD_CHECK_INTERVAL": "30s",
            "ESDDNS_RECORDS": Self.record,
            "ESDDNS_PROVIDER": "rfc2136",
            "ESDDNS_ZONE": "example.com",
            "ESDDNS_NAME_SERVERS": dns,
            "ESDDNS_RFC2136_SERVER": dns,
            "ESDDNS_RFC2136_KEY_NAME": "demo-key",
            "ESDDNS_RFC2136_KEY_SECRET": Data(Self.keySecret).base64EncodedString(),
        ]
    }

    private func writeServiceAccount(of node: DemoNode) throws {
        let root = directory.appendingPathComponent(node.name, isDirectory: true)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        for (file, text) in [
            ("token", cluster.api.issueToken(for: node.user)), ("ca.crt", cluster.api.authority.certificatePEM),
            ("namespace", Self.namespace),
        ] {
            try Data(text.utf8).write(to: root.appendingPathComponent(file), options: .atomic)
        }
    }

    /// Ends a process as a power cut would: no word gets out any more, not even a good-bye.
    func kill(_ node: DemoNode) {
        let user = node.user.name
        let fault = cluster.api.faults.inject(.refuse, .untilCleared) { $0.user == user }
        cutOff.withLock { $0[node.name] = fault }
        node.crash()
    }

    // MARK: Looking

    var leader: DemoNode? { leaders.first { $0.report?.leading == true } }

    /// The address that the authoritative DNS server answers with.
    var recordAddress: IPv4Address? {
        guard case .v4(let address) = cluster.dns.records(recordName, .a).first?.ipAddress else { return nil }
        return address
    }

    /// How many updaters say that the record holds `address`.
    func updatersInStep(with address: IPv4Address) -> Int {
        updaters.count { node in
            node.report?.records.allSatisfy { $0.phase == .synced && $0.desired == address.description } ?? false
        }
    }

    var digCommand: String {
        "dig @127.0.0.1 -p \(cluster.dns.port) +short \(Self.record) A"
    }

    /// Looks every few milliseconds until `condition` holds.
    ///
    /// - Throws: ``DemoError`` after `limit`.
    func wait(_ limit: Duration, for what: String, until condition: @Sendable () -> Bool) async throws {
        let deadline = ContinuousClock.now + limit
        while !condition() {
            if let why = broken.withLock({ $0 }) { throw DemoError(description: why) }
            guard ContinuousClock.now < deadline else {
                throw DemoError(description: "gave up after \(limit) waiting for \(what)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

struct DemoError: Error, CustomStringConvertible {
    var description: String
}
