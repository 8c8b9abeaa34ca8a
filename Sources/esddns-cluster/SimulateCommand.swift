import ArgumentParser
import ClusterSimulator
import CommandSuite
import FoundationEssentials
import NetworkPrimitives
import UnixSignals

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: ClusterCommand.simulate.rawValue,
        abstract: ClusterCommand.simulate.abstract,
        discussion: """
            Objects, tokens and the certificate authority are kept in the state directory, so that a server started again on
            it goes on where the last one stopped. The directory also gets service accounts for both executables:
              esddns simulate --state /tmp/cluster --listen 127.0.0.1:6443 &
              KUBERNETES_SERVICE_HOST=127.0.0.1 KUBERNETES_SERVICE_PORT=6443 \\
                ESDDNS_SERVICE_ACCOUNT_DIRECTORY=/tmp/cluster/esddns-leader esddns-leader
            """)

    @Option(help: "Directory for the state; created where it is missing.")
    var state: String

    @Option(help: "ADDRESS:PORT to listen on; 127.0.0.1:6443 if not given.", transform: { try HostPort(parsing: $0) })
    var listen = HostPort(host: "127.0.0.1", port: 6443)

    @Option(help: "A further host name or address for the server's certificate; may be repeated.")
    var certificateName: [String] = []

    @Option(
        help: "GROUP/VERSION/KIND/PLURAL of a kind of custom resources, in namespaces; may be repeated.",
        transform: { try CustomKind(parsing: $0) })
    var customResource: [CustomKind] = []

    @Option(help: "File to which each request is appended as a line of JSON: who, what, and whether RBAC allowed it.")
    var calls: String?

    func run() async throws {
        do {
            try FileManager.default.createDirectory(
                at: URL(fileURLWithPath: state, isDirectory: true), withIntermediateDirectories: true)
        } catch {
            throw DemoError(description: "--state is \(state), but no directory can be made there")
        }
        var configuration = SimulatedCluster.Configuration()
        configuration.stunPorts = []
        configuration.checkIPPorts = []
        configuration.api.host = listen.host
        configuration.api.port = Int(listen.port)
        configuration.api.certificateNames = [listen.host] + certificateName
        configuration.api.authorityDirectory = state
        configuration.api.statePath = "\(state)/objects.json"
        let cluster = try SimulatedCluster(configuration: configuration)
        for kind in customResource { cluster.api.register(kind.resource) }
        let log = try calls.map { try CallLog(path: $0) }
        for account in SimulatedCluster.Account.allCases {
            try cluster.writeServiceAccount(account, to: "\(state)/\(account.rawValue)")
        }
        let adminToken = URL(fileURLWithPath: "\(state)/admin-token")
        try Data(cluster.api.adminToken.utf8).write(to: adminToken, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: adminToken.path)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        do {
            try await cluster.api.start()
        } catch {
            throw DemoError(description: "--listen is \(listen), which cannot be listened on: \(error)")
        }
        Narrator(toStandardError: false).print(
            "listening on \(cluster.api.url), state and service accounts in \(state)")
        await withTaskGroup(of: Void.self) { group in
            if let log { group.addTask { await cluster.api.forEachCall { log.append($0) } } }
            for await _ in signals { break }
            group.cancelAll()
        }
        await cluster.api.stop()
    }
}
