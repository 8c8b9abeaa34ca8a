import CurlHTTP
import Foundation
import HTTPTypes

/// A `moto_server` on a loopback port: AWS's API as far as tests need it, in memory. It checks no signatures.
struct MotoServer: Sendable {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    let url: String

    /// Most signals are blocked in threads of this process; what it starts inherits that, and Python leaves it so. Then nothing
    /// would end the server.
    private static let start = """
        import signal, sys
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        from moto.server import main
        main(sys.argv[1:])
        """

    /// Starts a server without any zones, runs `body`, and ends it.
    static func run<Result>(_ body: (MotoServer) async throws -> Result) async throws -> Result {
        let python = try tool("python3")
        return try await TestProgram.withDirectory { directory async throws in
            let port = try TestProgram.freePort()
            let server = MotoServer(url: "http://127.0.0.1:\(port)")
            return try await withHTTPClient { client async throws in
                try await TestProgram.withServer(
                    python, ["-c", start, "-H", "127.0.0.1", "-p", "\(port)"],
                    log: directory.appending(path: "moto.log"),
                    isReady: {
                        let request = HTTPClientRequest(url: "\(server.url)/moto-api/data.json", timeout: .seconds(1))
                        return (try? await client.send(request))?.status == .ok
                    },
                    { try await body(server) })
            }
        }
    }

    /// Creates a hosted zone with AWS's own library.
    ///
    /// - Returns: its ID.
    func createZone(_ name: String, isPrivate: Bool = false) async throws -> String {
        let lines = try await Self.boto(["zone", url, name] + (isPrivate ? ["private"] : []))
        guard let id = lines.first else { throw TestProgram.Failure(description: "no hosted zone was created") }
        return id
    }

    /// Puts a record set there, described as AWS's own library wants it, in JSON.
    func put(_ set: String, zone: String) async throws {
        _ = try await Self.boto(["put", url, zone, set])
    }

    /// What AWS's own library lists: a line for each record set, without those that every zone has.
    func records() async throws -> [String] {
        try await Self.boto(["records", url]).filter { line in
            !line.contains(" SOA ") && !line.contains(" NS ")
        }
    }

    /// What AWS's own library signs, one JSON object a line.
    static func signatures(of requests: [String]) async throws -> [String] {
        try await TestProgram.withDirectory { directory async throws in
            let file = directory.appending(path: "requests")
            try Data((requests.joined(separator: "\n") + "\n").utf8).write(to: file)
            return try await boto(["sign", file.path()])
        }
    }

    private static func boto(_ arguments: [String]) async throws -> [String] {
        let script = root.appending(path: "scripts/peers/aws.py").path()
        let (output, status) = try await TestProgram.run(try tool("python3"), [script] + arguments)
        guard status == 0 else { throw TestProgram.Failure(description: "aws.py \(arguments): \(output)") }
        return output.split(whereSeparator: \.isNewline).map(String.init)
    }

    private static func tool(_ name: String) throws(TestProgram.Failure) -> String {
        let path = root.appending(path: ".build-tools/moto/bin/\(name)").path()
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw TestProgram.Failure(description: "\(name) is not installed; scripts/install-moto.sh installs it")
        }
        return path
    }
}
