import Foundation
import OperatorCore
import Synchronization

/// How soon everybody who follows a ConfigMap hears of a change.
struct ConfigMapFanOut: Benchmark {
    static let name = "configmap-fan-out"
    static let summary = """
        A ConfigMap is patched, and 200 watchers, each with a TLS connection of its own as updaters have, hear of it; from \
        sending the patch to the handler. One sample for each watcher and run. The API server is another process.
        """
    static let runs = 30

    private static let watchers = 200
    private let object = "fan-out-\(UUID().uuidString.lowercased())"

    func run(_ context: BenchmarkContext) async throws -> [Figure] {
        let samples = try await BenchServer.run { server in
            try await measure(server, context)
        }
        return [
            Figure(
                "ConfigMap write to \(Self.watchers) watchers", unit: "ms", .percentile(99), of: samples,
                target: .atMost(100)),
            Figure("ConfigMap write to \(Self.watchers) watchers", unit: "ms", .median, of: samples),
        ]
    }

    private func measure(_ server: BenchServer, _ context: BenchmarkContext) async throws -> [Double] {
        let arrivals = Arrivals(expected: Self.watchers)
        let writer = try await server.makeClient()
        var clients: [KubernetesClient] = []
        for _ in 0..<Self.watchers { clients.append(try await server.makeClient()) }
        let namespace = server.namespace
        let created = ConfigMap(name: object)
        _ = try await writer.create(created, namespace: namespace, timeout: .seconds(10))
        let result = try await withThrowingTaskGroup(of: Void.self) { group in
            for client in clients {
                group.addTask {
                    let watcher = ObjectWatcher<ConfigMap>(api: client, namespace: namespace, name: object)
                    await watcher.run { update in
                        switch update {
                        // Before the first write; from then on every change comes as an event.
                        case .connected: arrivals.arrived(at: .now, with: 0)
                        case .present(let map):
                            if let number = map.data["number"].flatMap({ Int($0) }) {
                                arrivals.arrived(at: .now, with: number)
                            }
                        case .absent, .disconnected: break
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            _ = try await arrivals.all(of: 0)
            context.progress("\(Self.watchers) watches are open")
            var samples: [Double] = []
            for number in 1...context.runs {
                let sent = ContinuousClock.now
                _ = try await writer.mergePatch(
                    ConfigMap.self, name: object, namespace: namespace,
                    patch: ["data": ["number": .string(String(number))]], timeout: .seconds(10))
                let times = try await arrivals.all(of: number)
                samples += times.map { sent.duration(to: $0) / .milliseconds(1) }
                // Writes are rare in the field; let this one's echoes die down.
                try await Task.sleep(for: .milliseconds(50))
            }
            return samples
        }
        try? await writer.delete(ConfigMap.self, name: object, namespace: namespace, timeout: .seconds(10))
        for client in clients + [writer] { await client.shutdown() }
        return result
    }
}

/// When each of a number of watchers heard of each write.
private final class Arrivals: Sendable {
    private struct State {
        var times: [Int: [ContinuousClock.Instant]] = [:]
    }

    private let expected: Int
    private let state = Mutex(State())

    init(expected: Int) { self.expected = expected }

    func arrived(at time: ContinuousClock.Instant, with number: Int) {
        state.withLock { $0.times[number, default: []].append(time) }
    }

    /// Waits until all watchers have heard of the write of that number.
    func all(of number: Int) async throws -> [ContinuousClock.Instant] {
        let start = ContinuousClock.now
        while true {
            let times = state.withLock { $0.times[number] ?? [] }
            if times.count >= expected { return times }
            guard start.duration(to: .now) < .seconds(60) else {
                throw BenchmarkError("only \(times.count) of \(expected) watchers heard of write \(number) in a minute")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
