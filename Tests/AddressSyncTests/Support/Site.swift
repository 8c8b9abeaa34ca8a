import ClusterSimulator
import Foundation
import NetworkPrimitives
import OperatorCore
import StatusServer
import Synchronization
import Testing

@testable import AddressSync

/// A simulated cluster with its DNS server, and whole processes that run against it in this process.
final class Site: Sendable {
    static let namespace = "esddns"
    static let record = "home.example.com"
    static let keySecret = Array("a key for the tests only, not secret".utf8)

    let cluster: SimulatedCluster
    let recordName: DomainName
    private let directory: URL
    private let jobs: AsyncStream<@Sendable () async -> Void>
    private let addJob: AsyncStream<@Sendable () async -> Void>.Continuation
    private let allLogs = Mutex<[(String, ProcessLog)]>([])

    private init() throws {
        recordName = try DomainName(parsing: Self.record)
        var configuration = SimulatedCluster.Configuration()
        configuration.namespace = Self.namespace
        configuration.checkIPOverTLS = false
        configuration.wanAddress = addressA.first
        configuration.keys = [SimulatedTSIGKey(name: try DomainName(parsing: "test-key"), secret: Self.keySecret)]
        cluster = try SimulatedCluster(configuration: configuration)
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("esddns-tests-\(UUID().uuidString)", isDirectory: true)
        (jobs, addJob) = AsyncStream.makeStream()
    }

    /// Runs `work` at a new site. Processes that it started end with it.
    ///
    /// - Parameter limit: after it, whatever `work` waits for is given up, which is a failure of the test.
    static func run(
        limit: Duration = .seconds(90), sourceLocation: SourceLocation = #_sourceLocation,
        _ work: @escaping @Sendable (Site) async throws -> Void
    ) async throws {
        let site = try Site()
        defer { try? FileManager.default.removeItem(at: site.directory) }
        try await site.cluster.start()
        let result: Result<Void, any Error> = await withTaskGroup(of: Result<Void, any Error>?.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { processes in
                    for await job in site.jobs { processes.addTask(operation: job) }
                    processes.cancelAll()
                }
                return nil
            }
            group.addTask {
                do { return .success(try await work(site)) } catch { return .failure(error) }
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return .failure(GaveUp(limit: limit))
            }
            defer { group.cancelAll() }
            for await case let result? in group { return result }
            return .success(())
        }
        await site.cluster.stop()
        if case .failure(let error) = result {
            let logs = site.allLogs.withLock { $0 }.map { "--- \($0)\n\($1.lines.suffix(40).joined(separator: "\n"))" }
            Issue.record("\(error)\n\(logs.joined(separator: "\n"))", sourceLocation: sourceLocation)
        }
    }

    struct GaveUp: Error, CustomStringConvertible {
        var limit: Duration
        var description: String { "gave up after \(limit)" }
    }

    // MARK: Processes

    /// One process: a leader, an updater or a standalone one.
    final class Process: Sendable {
        let name: String
        let user: SimulatedUser
        let log: ProcessLog
        let board: StatusBoard
        /// `nil` where it serves nothing.
        let server: StatusServer?
        private let crashSignal = StopSignal()
        private let end: AsyncStream<Result<Void, any Error>>
        private let ended: AsyncStream<Result<Void, any Error>>.Continuation

        init(name: String, user: SimulatedUser, board: StatusBoard, server: StatusServer? = nil, log: ProcessLog) {
            self.server = server
            self.log = log
            self.name = name
            self.user = user
            self.board = board
            (end, ended) = AsyncStream.makeStream()
        }

        /// Stops it in mid-work.
        func crash() { crashSignal.stop() }

        /// How it ended; waits for that.
        func result() async -> Result<Void, any Error>? { await end.first { _ in true } }

        func run(_ assembled: AssembledProcess) async {
            await crashSignal.run { [ended] in
                do {
                    try await assembled.run(stoppingOn: [])
                    ended.yield(.success(()))
                } catch {
                    ended.yield(.failure(error))
                }
                ended.finish()
            }
        }
    }

    enum Role {
        case leader, updater, standalone
    }

    /// What a process is started with; under names without the prefix, except the cluster's own.
    func environment(of name: String, _ settings: [String: String]) -> [String: String] {
        let dns = cluster.dns.endpoint.description
        var all = [
            "NODE_NAME": name, "LISTEN": "off",
            "SERVICE_ACCOUNT_DIRECTORY": directory.appendingPathComponent(name).path,
            "ALLOW_NON_GLOBAL": "true",
            "STUN_SERVERS": cluster.stun.enumerated().map { "stun-\($0.offset)=\($0.element.endpoint)" }
                .joined(separator: ","),
            "HTTP_SOURCES": cluster.checkIP.enumerated().map { "web-\($0.offset)=trusted+\($0.element.url)" }
                .joined(separator: ","),
            "PROBE_INTERVAL": "1s", "HEARTBEAT_INTERVAL": "1s", "STALE_AFTER": "1h", "LEASE_DURATION": "20s",
            "RENEW_DEADLINE": "15s", "RETRY_PERIOD": "500ms", "RECORD_CHECK_INTERVAL": "30s", "RECORDS": Self.record,
            "PROVIDER": "rfc2136", "ZONE": "example.com", "NAME_SERVERS": dns, "RFC2136_SERVER": dns,
            "RFC2136_KEY_NAME": "test-key", "RFC2136_KEY_SECRET": Data(Self.keySecret).base64EncodedString(),
        ]
        all.merge(settings) { $1 }
        var environment = SettingsFixture.prefixed(all)
        environment["KUBERNETES_SERVICE_HOST"] = "127.0.0.1"
        environment["KUBERNETES_SERVICE_PORT"] = String(cluster.api.port)
        return environment
    }

    func user(_ name: String) -> SimulatedUser { .serviceAccount(name, namespace: Self.namespace) }

    /// Writes what a pod of this name finds as its service account, with the rights of its role.
    func makeAccount(_ name: String, _ role: Role, authority: String? = nil) throws {
        if role != .standalone {
            cluster.api.grant(
                SimulatedCluster.rules(of: role == .leader ? .leader : .updater), to: user(name).name,
                namespace: Self.namespace)
        }
        try writeFile("namespace", Self.namespace, of: name)
        try writeFile("token", cluster.api.issueToken(for: user(name)), of: name)
        try writeFile("ca.crt", authority ?? cluster.api.authority.certificatePEM, of: name)
    }

    func writeFile(_ file: String, _ text: String, of name: String) throws {
        let root = directory.appendingPathComponent(name, isDirectory: true)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: root.appendingPathComponent(file), options: .atomic)
    }

    /// Where ``writeFile(_:_:of:)`` puts a file.
    func path(_ file: String, of name: String) -> String {
        directory.appendingPathComponent(name, isDirectory: true).appendingPathComponent(file).path
    }

    /// Starts a process.
    @discardableResult
    func start(_ role: Role, _ name: String, _ settings: [String: String] = [:]) throws -> Process {
        if !FileManager.default.fileExists(atPath: directory.appendingPathComponent(name).path) {
            try makeAccount(name, role)
        }
        let log = ProcessLog()
        let parts = ProcessParts(
            environment: environment(of: name, settings), registry: PrometheusRegistry(),
            makeLogger: { log.logger($0) },
            // One process that stands for many must not be ended for one of them.
            watchdog: { LeaseWatchdog(onExpiry: {}) })
        let assembled =
            switch role {
            case .leader: try parts.makeLeader()
            case .updater: try parts.makeUpdater()
            case .standalone: try parts.makeStandalone()
            }
        let process = Process(
            name: name, user: user(name), board: assembled.board, server: assembled.statusServer, log: log)
        allLogs.withLock { $0.append((name, process.log)) }
        addJob.yield { await process.run(assembled) }
        return process
    }

    // MARK: Looking

    /// The published address as it is now.
    var published: [String: String] {
        cluster.api.configMapData("esddns-wan-address", namespace: Self.namespace) ?? [:]
    }

    /// The entry of the record among the claims.
    var entry: RecordClaim? {
        cluster.api.configMapData("esddns-records", namespace: Self.namespace)?["\(Self.record)_A"]
            .flatMap(RecordClaim.init(json:))
    }

    /// Waits until the leader has published that address.
    func waitForPublished(_ address: AddressSet) async {
        await cluster.api.waitForObject(.configMaps, "esddns-wan-address", namespace: Self.namespace) {
            $0?["data"]?["ipv4"]?.string == address.description
        }
    }

    /// Waits until the entry of the record satisfies a condition.
    func waitForEntry(where condition: @escaping @Sendable (RecordClaim) -> Bool) async {
        await cluster.api.waitForObject(.configMaps, "esddns-records", namespace: Self.namespace) {
            $0?["data"]?["\(Self.record)_A"]?.string.flatMap(RecordClaim.init(json:)).map(condition) ?? false
        }
    }

    /// Waits until the DNS server answers with that address.
    func waitForRecord(_ address: AddressSet) async {
        let changes = cluster.dns.changes()
        if recordAddresses == address.addresses { return }
        for await _ in changes where recordAddresses == address.addresses { return }
    }

    var recordAddresses: [IPAddress] { cluster.dns.records(recordName, .a).compactMap(\.ipAddress) }

    /// Publishes an address in the place of a leader.
    func publish(_ address: AddressSet, heartbeat: Int, epoch: Int = 1, condition: String = "Confirmed") throws {
        try cluster.api.patch(
            .configMaps, "esddns-wan-address", namespace: Self.namespace,
            with: [
                "data": [
                    "ipv4": .string(address.description), "condition": .string(condition),
                    "confirmedAt": .string(Timestamp.now().description), "heartbeat": .string(String(heartbeat)),
                    "epoch": .string(String(epoch)), "leader": "by-hand", "votes": "",
                ]
            ])
    }

    /// Requests that RBAC did not allow, of users that were known.
    var deniedCalls: [RecordedCall] { cluster.api.calls.filter { !$0.isAllowed && $0.status == 403 } }
}
