import ControlPlaneKit
import Foundation
import NetworkPrimitives
import UpdaterTrials

/// What a change of the address costs with many updaters, and how long the record takes to follow.
struct UpdaterCrowds: Benchmark {
    static let name = "updater-crowd"
    static let summary = """
        An address is published while 1, 20 and 200 processes of esddns-updater watch for it with default settings; from \
        sending the publication until the name server has it. The simulated or real API server and the name server share the \
        machine with all updaters. One sample for each change.
        """
    static let runs = 5

    func run(_ context: BenchmarkContext) async throws -> [Figure] {
        let executable = URL(filePath: Program.path).deletingLastPathComponent().appending(path: "esddns-updater").path
        guard FileManager.default.isExecutableFile(atPath: executable) else {
            throw BenchmarkError("\(executable) is not built")
        }
        var figures: [Figure] = []
        for count in [1, 20, 200] {
            context.progress("starting \(count) updaters")
            let trial = try await UpdaterCrowd.run(count, executable: executable, plane: ControlPlane.inEnvironment()) {
                try await Self.measure($0, context.runs)
            }
            let what = "\(count) updaters"
            figures += [
                Figure(
                    "\(what): publication to record", unit: "ms", .maximum, of: trial.times, target: .atMost(1000)),
                Figure("\(what): publication to record", unit: "ms", .median, of: trial.times),
                Figure("\(what): writes for a change", unit: "", .maximum, of: trial.writes, target: .atMost(1)),
                Figure("\(what): lookups for a change", unit: "", .maximum, of: trial.lookups),
                Figure(
                    "\(what): resident memory of one", unit: "MB", .median, of: [Double(trial.resident) / 1e6]),
            ]
            if !trial.requests.isEmpty {
                figures.append(
                    Figure("\(what): API requests for a change", unit: "", .maximum, of: trial.requests))
            }
        }
        return figures
    }

    private struct Trial: Sendable {
        var times: [Double] = []
        var writes: [Double] = []
        var lookups: [Double] = []
        /// Of the simulator only.
        var requests: [Double] = []
        var resident = 0
    }

    private static func measure(_ crowd: UpdaterCrowd, _ runs: Int) async throws -> Trial {
        var trial = Trial()
        let isSimulated = ControlPlane.inEnvironment() == nil
        for number in 0..<runs {
            let address = IPv4Address(198, 51, 100, UInt8(2 + number % 250))
            let (updates, lookups, requests) = (crowd.updates, crowd.lookups, crowd.apiRequests)
            let published = try await crowd.publish(address)
            let written = try await crowd.untilRecordHolds(address)
            // Reports, second thoughts and the writer's own look at it.
            try await Task.sleep(for: .seconds(8))
            trial.times.append(published.duration(to: written) / .milliseconds(1))
            trial.writes.append(Double(crowd.updates - updates))
            trial.lookups.append(Double(crowd.lookups - lookups))
            // The publication itself does not count.
            if isSimulated { trial.requests.append(Double(crowd.apiRequests - requests - 1)) }
        }
        trial.resident = crowd.memory.resident
        return trial
    }
}
