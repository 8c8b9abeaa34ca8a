import ClusterSimulator
public import ControlPlaneKit
import Foundation
public import NetworkPrimitives
import OperatorCore
import Synchronization

/// Many updaters of one record, each a process of its own, before one API server and one name server that takes dynamic
/// updates.
///
/// The API server is the simulator in this process, or a kube-apiserver. The name server is in this process; every update that
/// changes the zone is counted.
public final class UpdaterCrowd: Sendable {
    /// Why a trial cannot go on, with what updaters said last.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// The entry of the record among the claims.
    public struct Entry: Sendable, Hashable {
        public var address: String
        public var phase: String
        public var node: String
    }

    private static let namespace = "default"
    private static let record = "home.example.com"
    private static let secret = Array("a key for trials only, not secret".utf8)
    /// So many start at once: each start is a handshake with the API server.
    private static let startingAtOnce = 4

    private let cluster: SimulatedCluster
    private let api: KubernetesClient
    private let name: DomainName
    private let directory: URL
    private let environment: [String: String]
    private let state = Mutex<(updaters: [UpdaterProcess], heartbeat: Int)>(([], 0))

    /// Starts servers and updaters, and ends them after `body`.
    ///
    /// - Parameters:
    ///   - count: number of updaters.
    ///   - executable: path of `esddns-updater`.
    ///   - plane: the API server; `nil`: the simulator.
    public static func run<Value: Sendable>(
        _ count: Int, executable: String, plane: ControlPlane? = nil,
        _ body: @escaping @Sendable (UpdaterCrowd) async throws -> Value
    ) async throws -> Value {
        let directory = FileManager.default.temporaryDirectory.appending(path: "updaters-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var configuration = SimulatedCluster.Configuration()
        configuration.namespace = namespace
        (configuration.stunPorts, configuration.checkIPPorts) = ([], [])
        configuration.keys = [SimulatedTSIGKey(name: try DomainName(parsing: "trial-key"), secret: secret)]
        let cluster = try SimulatedCluster(configuration: configuration)
        try await cluster.start()
        let result: Result<Value, any Error>
        do {
            if let plane {
                result = .success(
                    try await plane.run { server in
                        let access = Access(
                            port: Int(server.port), authority: server.authorityPEM, token: server.adminToken)
                        return try await run(count, executable, cluster, access, directory, body)
                    })
            } else {
                let access = Access(
                    port: cluster.api.port, authority: cluster.api.authority.certificatePEM,
                    token: cluster.api.adminToken)
                result = .success(try await run(count, executable, cluster, access, directory, body))
            }
        } catch {
            result = .failure(error)
        }
        await cluster.stop()
        return try result.get()
    }

    /// How to reach the API server.
    private struct Access {
        var port: Int
        var authority: String
        var token: String
    }

    private static func run<Value: Sendable>(
        _ count: Int, _ executable: String, _ cluster: SimulatedCluster, _ access: Access, _ directory: URL,
        _ body: @Sendable (UpdaterCrowd) async throws -> Value
    ) async throws -> Value {
        let files = [("ca.crt", access.authority), ("token", access.token), ("namespace", namespace)]
        for (file, text) in files {
            try Data(text.utf8).write(to: directory.appending(path: file))
        }
        let crowd = try UpdaterCrowd(cluster, port: access.port, directory)
        do {
            try await crowd.prepare()
            try await crowd.start(count, executable)
            let value = try await body(crowd)
            await crowd.end()
            return value
        } catch {
            var words = "\(error)"
            for updater in crowd.updaters.prefix(3) { words += "\n--- \(updater.name)\n\(updater.said.suffix(2000))" }
            await crowd.end()
            throw Failure(description: words)
        }
    }

    private init(_ cluster: SimulatedCluster, port: Int, _ directory: URL) throws {
        self.cluster = cluster
        self.directory = directory
        name = try DomainName(parsing: Self.record)
        let dns = cluster.dns.endpoint.description
        environment = [
            "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": String(port),
            "ESDDNS_SERVICE_ACCOUNT_DIRECTORY": directory.path, "ESDDNS_LISTEN": "off",
            "ESDDNS_ALLOW_NON_GLOBAL": "true", "ESDDNS_STALE_AFTER": "1h", "ESDDNS_RECORDS": Self.record,
            "ESDDNS_PROVIDER": "rfc2136", "ESDDNS_ZONE": "example.com", "ESDDNS_NAME_SERVERS": dns,
            "ESDDNS_RFC2136_SERVER": dns, "ESDDNS_RFC2136_KEY_NAME": "trial-key",
            "ESDDNS_RFC2136_KEY_SECRET": Data(Self.secret).base64EncodedString(),
        ]
        api = try KubernetesClient.inCluster(
            environment: environment, fieldManager: "trial", serviceAccountDirectory: directory.path)
    }

    private var updaters: [UpdaterProcess] { state.withLock(\.updaters) }

    private func prepare() async throws {
        for name in ["esddns-wan-address", "esddns-records"] {
            do throws(KubernetesError) {
                let map = ConfigMap(name: name)
                _ = try await api.create(map, namespace: Self.namespace, timeout: .seconds(10))
            } catch {
                // The simulator makes them itself.
                guard error.isAlreadyExists else { throw error }
            }
        }
    }

    /// Starts updaters, few at once, and waits until all follow the published address.
    private func start(_ count: Int, _ executable: String) async throws {
        _ = try await publish(IPv4Address(198, 51, 100, 1))
        for number in 1...count {
            var own = environment
            own["ESDDNS_NODE_NAME"] = "node-\(number)"
            let updater = try UpdaterProcess(
                name: "node-\(number)", executable: executable, environment: own, directory: directory)
            state.withLock { $0.updaters.append(updater) }
            try await wait("updaters to follow the address") {
                let recent = updaters.suffix(Self.startingAtOnce * 2)
                return recent.filter { !$0.hasSaid("following") }.count < Self.startingAtOnce
            }
        }
        try await wait("all updaters to follow the address") { updaters.allSatisfy { $0.hasSaid("following") } }
        _ = try await untilRecordHolds(IPv4Address(198, 51, 100, 1))
        try await untilReported("198.51.100.1")
    }

    private func end() async {
        for updater in updaters { updater.kill() }
        await api.shutdown()
    }

    private func wait(
        _ what: String, within limit: Duration = .seconds(90), every: Duration = .milliseconds(5),
        until isMet: () async throws -> Bool
    ) async throws {
        let start = ContinuousClock.now
        while try await !isMet() {
            guard start.duration(to: .now) < limit else { throw Failure(description: "waited \(limit) for \(what)") }
            try await Task.sleep(for: every)
        }
    }
}

/// What trials do and see.
extension UpdaterCrowd {
    /// Publishes an address as a leader does.
    ///
    /// - Returns: when, right before it.
    @discardableResult
    public func publish(_ address: IPv4Address) async throws -> ContinuousClock.Instant {
        let heartbeat = state.withLock { state in
            state.heartbeat += 1
            return state.heartbeat
        }
        var patch: JSONValue = ["data": [:]]
        for (key, value) in [
            ("ipv4", address.description), ("condition", "Confirmed"), ("confirmedAt", Date.now.ISO8601Format()),
            ("heartbeat", String(heartbeat)), ("epoch", "1"), ("leader", "trial"), ("votes", ""),
        ] {
            patch[["data", key]] = .string(value)
        }
        let sent = ContinuousClock.now
        _ = try await api.mergePatch(
            ConfigMap.self, name: "esddns-wan-address", namespace: Self.namespace, patch: patch, timeout: .seconds(10))
        return sent
    }

    /// Waits until the name server has the address.
    @discardableResult
    public func untilRecordHolds(_ address: IPv4Address) async throws -> ContinuousClock.Instant {
        try await wait("the record to hold \(address)") {
            cluster.dns.records(name, .a).compactMap(\.ipAddress) == [.v4(address)]
        }
        return .now
    }

    /// The entry of the record among the claims; `nil` where there is none.
    public func entry() async throws -> Entry? {
        let map = try await api.get(
            ConfigMap.self, name: "esddns-records", namespace: Self.namespace, timeout: .seconds(10))
        guard let text = map.data["\(Self.record)_A"] else { return nil }
        struct Document: Decodable {
            var address: String
            var phase: String
            var node: String
        }
        let document = try JSONDecoder().decode(Document.self, from: Data(text.utf8))
        return Entry(address: document.address, phase: document.phase, node: document.node)
    }

    /// Waits until the entry says that the record holds the address.
    public func untilReported(_ address: String) async throws {
        try await wait("a report of \(address)", every: .milliseconds(100)) {
            let entry = try await entry()
            return entry?.phase == "Synced" && entry?.address == address
        }
    }

    /// Loses every answer to an update of the zone, which is carried out all the same, until ``restoreAnswers()``.
    public func loseAnswers() { cluster.dns.faults.inject(.commitThenDrop, .untilCleared) { $0.isUpdate } }

    public func restoreAnswers() { cluster.dns.faults.clear() }

    /// Kills the updater of that name with SIGKILL.
    public func kill(_ node: String) { updaters.first { $0.name == node }?.kill() }

    /// Updates that changed the zone so far.
    public var updates: Int { cluster.dns.appliedUpdates }
    /// Questions to the name server so far.
    public var lookups: Int { cluster.dns.queries }
    /// Requests to the simulated API server so far, those of trials included.
    public var apiRequests: Int { cluster.api.calls.count }
    public var runningUpdaters: Int { updaters.filter { $0.isRunning }.count }

    /// Resident memory of an updater in bytes, the median of all: anonymous, and in all.
    public var memory: (anonymous: Int, resident: Int) {
        let all = updaters.map(\.memory)
        func median(_ values: [Int]) -> Int { values.isEmpty ? 0 : values.sorted()[values.count / 2] }
        return (anonymous: median(all.map { $0.anonymous }), resident: median(all.map { $0.resident }))
    }
}
