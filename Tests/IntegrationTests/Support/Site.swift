import Foundation
import Synchronization

/// What runs at the laboratory's site: the simulated API server, leaders and updaters, each a process of its own.
final class Site: Sendable {
    private static let apiPort = 6443

    let lab: WANLab
    private let directory: URL
    private let namespace: String
    private let address: String
    private struct State {
        var api: SiteProcess?
        var leaders: [String: SiteProcess] = [:]
        var updaters: [String: SiteProcess] = [:]
    }
    private let state = Mutex(State())

    init(lab: WANLab, directory: URL) throws {
        self.lab = lab
        self.directory = directory
        namespace = try lab.fact("SITE_NAMESPACE")
        address = try lab.fact("SITE_ADDRESS")
    }

    var leaders: [SiteProcess] { state.withLock { Array($0.leaders.values) } }
    var updaters: [SiteProcess] { state.withLock { Array($0.updaters.values) } }

    func startAPIServer() async throws {
        let api = try SiteProcess(
            name: "api", executable: "esddns",
            arguments: [
                "simulate", "--state", directory.path, "--listen", "\(address):\(Self.apiPort)",
            ],
            namespace: namespace, environment: [:])
        state.withLock { $0.api = api }
        guard await api.line(where: { $0.contains("listening on") }) != nil else {
            throw TestProgram.Failure(description: "the API server did not start: \(api.log)")
        }
    }

    func killAPIServer() async { await state.withLock { $0.api }?.kill() }

    @discardableResult
    func startLeader(_ name: String) throws -> SiteProcess {
        let process = try SiteProcess(
            name: name, executable: "esddns-leader", namespace: namespace,
            environment: try environment(for: name, account: "esddns-leader"))
        state.withLock { $0.leaders[name] = process }
        // A leader that loses its term ends with a failure, upon which a kubelet starts it again.
        Task { [self] in
            guard await process.exitCode() == 75 else { return }
            try startLeader(name)
        }
        return process
    }

    @discardableResult
    func startUpdater(_ name: String) throws -> SiteProcess {
        let own = [
            "ESDDNS_RECORDS": try lab.fact("RECORD"),
            "ESDDNS_PROVIDER": "rfc2136",
            "ESDDNS_RFC2136_SERVER": try lab.fact("DNS_SERVER"),
            "ESDDNS_RFC2136_KEY_NAME": try lab.fact("KEY_NAME"),
            "ESDDNS_RFC2136_KEY_ALGORITHM": try lab.fact("KEY_ALGORITHM"),
            "ESDDNS_RFC2136_KEY_SECRET_FILE": try lab.fact("KEY_SECRET_FILE"),
            "ESDDNS_STALE_AFTER": "8s",
            "ESDDNS_RECORD_CHECK_INTERVAL": "5s",
        ]
        let process = try SiteProcess(
            name: name, executable: "esddns-updater", namespace: namespace,
            environment: try environment(for: name, account: "esddns-updater").merging(own) { _, own in own })
        state.withLock { $0.updaters[name] = process }
        return process
    }

    /// Settings of both executables: quicker than the defaults, which are for public servers.
    private func environment(for name: String, account: String) throws -> [String: String] {
        [
            "KUBERNETES_SERVICE_HOST": address,
            "KUBERNETES_SERVICE_PORT": String(Self.apiPort),
            "ESDDNS_SERVICE_ACCOUNT_DIRECTORY": directory.appending(path: account).path,
            "ESDDNS_NODE_NAME": name,
            "ESDDNS_LISTEN": "off",
            "ESDDNS_LOG_LEVEL": "debug",
            // The laboratory's addresses are from ranges that are reserved for documentation.
            "ESDDNS_ALLOW_NON_GLOBAL": "true",
            "ESDDNS_DETECTION": "stun",
            "ESDDNS_STUN_SERVERS": try lab.fact("STUN_SERVERS"),
            "ESDDNS_PROBE_INTERVAL": "1s",
            "ESDDNS_HEARTBEAT_INTERVAL": "2s",
            "ESDDNS_LEASE_DURATION": "3s",
            "ESDDNS_RENEW_DEADLINE": "2s",
            "ESDDNS_RETRY_PERIOD": "400ms",
        ]
    }

    /// The leader that says that it leads, whichever is first to say so after its mark.
    func nextLeader(after marks: [String: Int] = [:]) async throws -> SiteProcess {
        let candidates = leaders.filter(\.isRunning)
        let found = await withTaskGroup(of: SiteProcess?.self) { group in
            for candidate in candidates {
                group.addTask {
                    await candidate.line(from: marks[candidate.name] ?? 0) { $0.contains(" leading ") } == nil
                        ? nil : candidate
                }
            }
            defer { group.cancelAll() }
            for await candidate in group where candidate != nil { return candidate }
            return nil
        }
        guard let found else { throw TestProgram.Failure(description: "nobody leads: \(logs)") }
        return found
    }

    /// Waits until one of the updaters says that it has written `address`.
    func written(_ address: String) async throws {
        let found = await anyUpdaterSays { $0.contains("the record is written") && $0.contains("address=\(address) ") }
        guard found else { throw TestProgram.Failure(description: "nobody wrote \(address): \(logs)") }
    }

    func anyUpdaterSays(
        after marks: [String: Int] = [:], _ condition: @escaping @Sendable (String) -> Bool
    ) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            for updater in updaters {
                group.addTask { await updater.line(from: marks[updater.name] ?? 0, where: condition) != nil }
            }
            defer { group.cancelAll() }
            for await isFound in group where isFound { return true }
            return false
        }
    }

    /// The number of lines of each updater and leader so far.
    var marks: [String: Int] {
        Dictionary((leaders + updaters).map { ($0.name, $0.mark) }) { _, last in last }
    }

    var logs: String {
        (leaders + updaters).sorted { $0.name < $1.name }.map { "--- \($0.name)\n\($0.log)" }.joined(separator: "\n")
    }

    /// Ends every process of the site.
    func end() async {
        let all = state.withLock { state in
            Array(state.updaters.values) + Array(state.leaders.values) + [state.api].compactMap { $0 }
        }
        for process in all { await process.kill() }
    }
}
