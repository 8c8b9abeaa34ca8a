import ClusterSimulator
import CurlHTTP
import Foundation
import HTTPTypes
import NetworkPrimitives

/// What a leader and an updater cost while nothing happens, and how soon they are of use.
struct IdleProcesses: Benchmark {
    static let name = "idle-processes"
    static let summary = """
        esddns-leader and esddns-updater with default intervals beside a simulated API server, STUN servers and a name server. \
        From starting each to the first 200 of /readyz, --runs times; then both run for a minute in which nothing changes: \
        memory every five seconds, and processor time of all threads.
        """
    static let runs = 10

    /// From the start until what was only needed for it has been given back, and the first rounds are over.
    private static let settling = Duration.seconds(25)
    private static let looks = 12
    private static let pause = Duration.seconds(5)

    func run(_ context: BenchmarkContext) async throws -> [Figure] {
        try await TemporaryDirectory.use { directory in
            let site = try await IdleSite(directory)
            let result: Result<[Figure], any Error>
            do { result = .success(try await Self.measure(site, context)) } catch { result = .failure(error) }
            await site.end()
            return try result.get()
        }
    }

    private static func measure(_ site: IdleSite, _ context: BenchmarkContext) async throws -> [Figure] {
        var figures: [Figure] = []
        var running: [(role: IdleSite.Role, process: ServedProcess)] = []
        // The leader first, since an updater is ready when it knows what the leader published.
        for role in IdleSite.Role.allCases {
            context.progress("starting \(role.rawValue) \(context.runs) times")
            var times: [Double] = []
            for number in 1...context.runs {
                let process = try site.start(role)
                do {
                    times.append(try await process.untilReady() / .milliseconds(1))
                } catch {
                    process.end()
                    throw error
                }
                if number < context.runs { process.end() } else { running.append((role, process)) }
            }
            figures.append(
                Figure("\(role.rawValue): start to ready", unit: "ms", .median, of: times, target: .atMost(300)))
        }
        defer { for (_, process) in running { process.end() } }
        context.progress("leaving both alone for \(settling + pause * looks)")
        try await Task.sleep(for: settling)
        let before = running.map(\.process.processorSeconds)
        let start = ContinuousClock.now
        var memory = running.map { _ in (resident: [Double](), anonymous: [Double]()) }
        for _ in 0..<looks {
            try await Task.sleep(for: pause)
            for (index, each) in running.enumerated() {
                let now = each.process.memory
                memory[index].resident.append(Double(now.resident) / 1e6)
                memory[index].anonymous.append(Double(now.anonymous) / 1e6)
            }
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        for (index, (role, process)) in running.enumerated() {
            let name = role.rawValue
            let load = (process.processorSeconds - before[index]) / seconds * 1000
            figures += [
                Figure(
                    "\(name): resident memory", unit: "MB", .maximum, of: memory[index].resident, target: .atMost(30)),
                Figure(
                    "\(name): anonymous memory", unit: "MB", .maximum, of: memory[index].anonymous,
                    target: .atMost(4)),
                Figure("\(name): processor", unit: "millicores", .last, of: [load], target: .atMost(0.5)),
            ]
        }
        return figures
    }
}

/// What the processes talk to, in this process.
private final class IdleSite: Sendable {
    enum Role: String, CaseIterable, Sendable {
        case leader = "esddns-leader"
        case updater = "esddns-updater"
    }

    private let cluster: SimulatedCluster
    private let directory: URL

    init(_ directory: URL) async throws {
        self.directory = directory
        var configuration = SimulatedCluster.Configuration()
        configuration.checkIPPorts = []
        configuration.keys = [
            SimulatedTSIGKey(name: try DomainName(parsing: "bench-key"), secret: Self.secret)
        ]
        cluster = try SimulatedCluster(configuration: configuration)
        try await cluster.start()
        for account in SimulatedCluster.Account.allCases {
            try cluster.writeServiceAccount(account, to: directory.appending(path: account.rawValue).path)
        }
    }

    func end() async { await cluster.stop() }

    func start(_ role: Role) throws -> ServedProcess {
        let executable = URL(filePath: Program.path).deletingLastPathComponent().appending(path: role.rawValue)
        guard FileManager.default.isExecutableFile(atPath: executable.path) else {
            throw BenchmarkError("\(executable.path) is not built; `make bench` builds it")
        }
        var environment = [
            "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": String(cluster.api.port),
            "ESDDNS_SERVICE_ACCOUNT_DIRECTORY": directory.appending(path: role.rawValue).path,
            "ESDDNS_NODE_NAME": "bench-node", "ESDDNS_LISTEN": "127.0.0.1:0", "ESDDNS_ALLOW_NON_GLOBAL": "true",
            "ESDDNS_DETECTION": "stun",
            "ESDDNS_STUN_SERVERS": cluster.stun.map(\.endpoint.description).joined(separator: ","),
        ]
        if role == .updater {
            let dns = cluster.dns.endpoint.description
            environment.merge([
                "ESDDNS_RECORDS": "home.example.com", "ESDDNS_PROVIDER": "rfc2136", "ESDDNS_ZONE": "example.com",
                "ESDDNS_NAME_SERVERS": dns, "ESDDNS_RFC2136_SERVER": dns, "ESDDNS_RFC2136_KEY_NAME": "bench-key",
                "ESDDNS_RFC2136_KEY_SECRET": Data(Self.secret).base64EncodedString(),
            ]) { _, new in new }
        }
        return try ServedProcess(executable, environment, log: directory.appending(path: "\(UUID().uuidString).log"))
    }

    private static let secret = Array("a key for benchmarks only, not secret".utf8)
}
