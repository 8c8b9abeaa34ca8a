import Foundation

/// How long `esddns detect` takes from its start to its end, beside the smallest STUN client that distributions ship.
struct DetectCommandStart: Benchmark {
    static let name = "detect-cold"
    static let summary = """
        `esddns detect` as a process, asking three STUN servers on the loopback for a quorum of two, beside coturn's \
        `turnutils_stunclient`, which asks one of them, taking turns. From starting the process to its end.
        """
    static let runs = 60

    func run(_ context: BenchmarkContext) async throws -> [Figure] {
        let executable = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "esddns")
        guard FileManager.default.isExecutableFile(atPath: executable.path) else {
            throw BenchmarkError("\(executable.path) is not built; `make bench` builds it")
        }
        let peer = ["/usr/bin", "/usr/local/bin"].map { URL(filePath: "\($0)/turnutils_stunclient") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        return try await ReflectingServers.run([.answering, .answering, .answering]) { servers in
            let arguments = servers.ports.flatMap { ["--stun", "127.0.0.1:\($0)"] } + ["--allow-non-global", "--json"]
            var ours: [Double] = []
            var theirs: [Double] = []
            // The first start of each reads the executable from the disk.
            for number in 0...context.runs {
                let own = try Self.run(executable, ["detect"] + arguments)
                let other = try peer.map { try Self.run($0, ["-p", "\(servers.ports[0])", "127.0.0.1"]) }
                guard number > 0 else { continue }
                ours.append(own)
                if let other { theirs.append(other) }
            }
            let name = "turnutils_stunclient"
            return [
                Figure(
                    "esddns detect, cold", unit: "ms", .median, of: ours, target: .ratioAtMost(2, of: name),
                    peers: [
                        .init(name, peer == nil ? .missing("install coturn") : .measured(theirs))
                    ])
            ]
        }
    }

    /// - Returns: milliseconds.
    private static func run(_ executable: URL, _ arguments: [String]) throws -> Double {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        let start = ContinuousClock.now
        try process.run()
        process.waitUntilExit()
        let time = start.duration(to: .now)
        guard process.terminationStatus == 0 else {
            throw BenchmarkError("\(executable.lastPathComponent) ended with code \(process.terminationStatus)")
        }
        return time / .milliseconds(1)
    }
}
