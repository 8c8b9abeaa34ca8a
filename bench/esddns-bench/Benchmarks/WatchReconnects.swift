import Foundation
import OperatorCore

/// Whether a process that has to watch again and again stays as large as it was.
struct WatchReconnects: Benchmark {
    static let name = "watch-reconnects"
    static let summary = """
        A watch is opened, read to its end and opened again, as often as --runs says, after 1000 times to warm up; the API \
        server, another process, ends each after one event. By how much resident memory and open file descriptors of this \
        process grow meanwhile.
        """
    static let runs = 10_000

    private static let warmUp = 1000

    func run(_ context: BenchmarkContext) async throws -> [Figure] {
        try await SimulatorProcess.run(options: ["--short-watches"]) { server in
            let client = try server.makeClient()
            let result: Result<[Figure], any Error>
            do {
                try await Self.reconnect(Self.warmUp, client, server)
                let before = try Footprint.now()
                context.progress("\(before.residentBytes / 1000) kB, \(before.descriptors) descriptors at the start")
                let start = ContinuousClock.now
                try await Self.reconnect(context.runs, client, server)
                let duration = start.duration(to: .now)
                let after = try Footprint.now()
                context.progress("\(after.residentBytes / 1000) kB, \(after.descriptors) descriptors at the end")
                let count = "\(context.runs) reconnects"
                result = .success([
                    Figure(
                        "resident memory, \(count)", unit: "MB more", .last,
                        of: [Double(after.residentBytes - before.residentBytes) / 1e6], target: .atMost(1)),
                    Figure(
                        "file descriptors, \(count)", unit: "more", .last,
                        of: [Double(after.descriptors - before.descriptors)], target: .atMost(0)),
                    Figure(
                        "one reconnect", unit: "ms", .mean,
                        of: [duration / .milliseconds(1) / Double(max(1, context.runs))]),
                ])
            } catch {
                result = .failure(error)
            }
            await client.shutdown()
            return try result.get()
        }
    }

    private static func reconnect(_ times: Int, _ client: KubernetesClient, _ server: SimulatorProcess) async throws {
        let options = WatchOptions(
            fieldSelector: "metadata.name=reconnects", resourceVersion: "1", timeoutSeconds: 300)
        for _ in 0..<times {
            var events = 0
            for try await _ in try await client.watch(ConfigMap.self, namespace: server.namespace, options: options) {
                events += 1
            }
            guard events == 1 else { throw BenchmarkError("a watch had \(events) events instead of one") }
        }
    }
}

/// How large this process is.
struct Footprint {
    let residentBytes: Int
    let descriptors: Int

    static func now() throws -> Footprint {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else {
            throw BenchmarkError("/proc/self/statm is not what it is on Linux")
        }
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        return Footprint(residentBytes: pages * Int(sysconf(Int32(_SC_PAGESIZE))), descriptors: descriptors)
    }
}
