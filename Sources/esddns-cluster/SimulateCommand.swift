import ArgumentParser
import ClusterSimulator
import CommandSuite
import FoundationEssentials
import NetworkPrimitives
import OperatorCore
import UnixSignals

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = SimulateOptions.configuration

    @OptionGroup var options: SimulateOptions

    func run() async throws {
        let (state, listen) = (options.state, options.listen)
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
        configuration.api.certificateNames = [listen.host] + options.certificateName
        configuration.api.authorityDirectory = state
        configuration.api.statePath = "\(state)/objects.json"
        let cluster = try SimulatedCluster(configuration: configuration)
        for text in options.customResource { cluster.api.register(try CustomKind(parsing: text).resource) }
        let log = try options.calls.map { try CallLog(path: $0) }
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
        let kubeconfig = URL(fileURLWithPath: "\(state)/kubeconfig")
        try Data(cluster.kubeconfig().utf8).write(to: kubeconfig, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: kubeconfig.path)
        if options.isJSON {
            let document: JSONValue = ["url": .string(cluster.api.url), "state": .string(state)]
            Output.print("\(document)\n")
        } else {
            Output.print("listening on \(cluster.api.url), state and service accounts in \(state)\n")
        }
        await withTaskGroup(of: Void.self) { group in
            if let log { group.addTask { await cluster.api.forEachCall { log.append($0) } } }
            for await _ in signals { break }
            group.cancelAll()
        }
        await cluster.api.stop()
    }
}
