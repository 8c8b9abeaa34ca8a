import ArgumentParser
import ClusterSimulator
import Foundation

/// The API server of a benchmark, as a process of its own so that it shares neither threads nor memory with what is measured.
struct SimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulator", abstract: "Runs a simulated API server until standard input ends.",
        shouldDisplay: false)

    @Option(help: "Gets the files ca.crt, token and kubeconfig; has to exist.")
    var directory: String

    @Flag(help: "Ends every watch after one event.")
    var shortWatches = false

    func run() async throws {
        var configuration = SimulatedAPIServer.Configuration()
        configuration.namespaces += ["bench"]
        let server = try SimulatedAPIServer(configuration: configuration)
        if shortWatches {
            let event: OrderedJSON = [
                "type": "BOOKMARK",
                "object": ["kind": "ConfigMap", "apiVersion": "v1", "metadata": ["resourceVersion": "1"]],
            ]
            let answer = HTTPFault.status(200, body: "\(event)\n", contentType: "application/json")
            server.faults.inject(answer, .untilCleared) { $0.target.contains("watch=true") }
        }
        try await server.start()
        let files = URL(filePath: directory)
        func write(_ text: String, to name: String) throws {
            try Data(text.utf8).write(to: files.appending(path: name), options: .atomic)
        }
        try write(server.authority.certificatePEM, to: "ca.crt")
        try write(server.adminToken, to: "token")
        try write(Self.kubeconfig(of: server), to: "kubeconfig")
        print(server.url)
        // Standard output is a pipe, which is written to when it is full or the process ends.
        fflush(nil)
        // Ends with the process that started it, however that ends.
        try await Task.detached { _ = try FileHandle.standardInput.readToEnd() }.value
        await server.stop()
    }

    private static func kubeconfig(of server: SimulatedAPIServer) -> String {
        let authority = Data(server.authority.certificatePEM.utf8).base64EncodedString()
        return """
            apiVersion: v1
            kind: Config
            current-context: bench
            clusters:
              - name: bench
                cluster: {server: "\(server.url)", certificate-authority-data: "\(authority)"}
            users:
              - name: bench
                user: {token: "\(server.adminToken)"}
            contexts:
              - name: bench
                context: {cluster: bench, user: bench, namespace: bench}

            """
    }
}
