import CurlHTTP
import Foundation
import OperatorCore

/// A simulated API server in another process, for as long as a benchmark needs it.
struct SimulatorProcess: Sendable {
    /// Such as `https://127.0.0.1:40123`.
    let url: String
    /// The namespace that it has.
    let namespace = "bench"
    /// For programs that read such files; of the administrator.
    let kubeconfig: String
    private let authority: [UInt8]
    private let token: BearerToken

    /// Starts the server, and ends it when `body` is done.
    ///
    /// - Parameter options: further arguments of ``SimulatorCommand``.
    static func run<Value>(options: [String] = [], _ body: (SimulatorProcess) async throws -> Value) async throws
        -> Value
    {
        try await TemporaryDirectory.use { directory in
            let (process, input, output) = (Process(), Pipe(), Pipe())
            process.executableURL = URL(filePath: Program.path)
            process.arguments = ["simulator", "--directory", directory.path] + options
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            defer {
                try? input.fileHandleForWriting.close()
                process.waitUntilExit()
            }
            // Blocks a thread for the few milliseconds that the server takes to start.
            let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            let text = (try? String(contentsOf: directory.appending(path: "token"), encoding: .utf8)) ?? ""
            guard line.hasPrefix("https://"), let token = BearerToken(text) else {
                throw BenchmarkError("the simulated API server did not start")
            }
            return try await body(
                SimulatorProcess(
                    url: line.trimmingCharacters(in: .whitespacesAndNewlines),
                    kubeconfig: directory.appending(path: "kubeconfig").path,
                    authority: Array(try Data(contentsOf: directory.appending(path: "ca.crt"))),
                    token: token))
        }
    }

    private init(url: String, kubeconfig: String, authority: [UInt8], token: BearerToken) {
        self.url = url
        self.kubeconfig = kubeconfig
        self.authority = authority
        self.token = token
    }

    /// A client of the server with connections of its own; shut it down.
    func makeClient() throws -> KubernetesClient {
        var configuration = HTTPClient.Configuration()
        configuration.trustRoots = .pem(authority)
        let http = try HTTPClient(configuration: configuration)
        return try KubernetesClient(
            server: url, transport: http, credentials: StaticToken(token),
            fieldManager: "esddns-bench", namespace: namespace, onShutdown: { await http.shutdown() })
    }
}

/// This executable, which plays several parts.
enum Program {
    static var path: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }
}

enum TemporaryDirectory {
    /// Runs `body` with a directory of its own, which is removed afterwards.
    static func use<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
        let directory = FileManager.default.temporaryDirectory.appending(path: "esddns-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try await body(directory)
    }
}
