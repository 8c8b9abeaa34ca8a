import ClusterSimulator
import Foundation
import OperatorCore
import Synchronization
import TestSupport
import Testing

/// The elector as it runs in a pod: over TLS, with a service account's files, against the simulated API server.
@Suite(.timeLimit(.minutes(2))) struct LeaderElectorTLSTests {
    private func elector(_ name: String, _ client: KubernetesClient) throws -> LeaderElector<ContinuousClock> {
        let settings = try ElectionSettings(
            leaseName: "esddns-leader", namespace: "esddns", identity: name, leaseDuration: .seconds(5),
            renewDeadline: .seconds(4), retryPeriod: .milliseconds(250))
        return LeaderElector(settings: settings, api: client, watchdog: LeaseWatchdog(onExpiry: {}))
    }

    private func client(_ cluster: SimulatedCluster, _ account: SimulatedCluster.Account, in directory: URL) throws
        -> KubernetesClient
    {
        let files = directory.appendingPathComponent(account.rawValue).path
        try cluster.writeServiceAccount(account, to: files)
        return try KubernetesClient.inCluster(
            environment: [
                "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": String(cluster.api.port),
            ], fieldManager: "esddns", serviceAccountDirectory: files)
    }

    private final class Epochs: Sendable {
        private let epochs = Mutex<[Epoch]>([])
        var all: [Epoch] { epochs.withLock(\.self) }
        func add(_ epoch: Epoch) { epochs.withLock { $0.append(epoch) } }
    }

    @Test func aSuccessorTakesOverFromALeaderThatIsCutOff() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: directory) }
        let cluster = try SimulatedCluster()
        try await cluster.start()
        // Two accounts, so that one can be cut off; both may do what a leader may.
        let other = cluster.user(.updater).name
        cluster.api.grant(SimulatedCluster.rules(of: .leader), to: other, namespace: "esddns")
        let clients = (
            try client(cluster, .leader, in: directory), try client(cluster, .updater, in: directory)
        )
        let (first, second) = (try elector("first", clients.0), try elector("second", clients.1))
        let (leads, succeeds) = (Gate(), Gate())
        let epochs = Epochs()

        let ends = await withTaskGroup(of: (Int, ElectionEnd).self) { group in
            group.addTask {
                let end = await first.run { term in
                    epochs.add(term.epoch)
                    leads.open()
                    await Gate().wait()
                }
                leads.open()
                return (1, end)
            }
            await leads.wait()
            group.addTask {
                let end = await second.run { term in
                    epochs.add(term.epoch)
                    #expect(!first.isLeader)
                    succeeds.open()
                    await Gate().wait()
                }
                succeeds.open()
                return (2, end)
            }
            cluster.api.faults.inject(
                .refuse, .untilCleared, method: nil, user: cluster.user(.leader).name)
            await succeeds.wait()
            second.stop()
            var ends: [Int: ElectionEnd] = [:]
            for await (number, end) in group { ends[number] = end }
            return ends
        }
        let wasLost = if case .lost = ends[1] { true } else { false }
        #expect(wasLost)
        #expect(ends[2] == .released)
        let seen = epochs.all
        #expect(seen.count == 2)
        #expect(seen == seen.sorted())

        let lease = try await clients.1.get(
            Lease.self, name: "esddns-leader", namespace: "esddns", timeout: .seconds(10))
        #expect(lease.holderIdentity == "")
        #expect(lease.leaseTransitions == 1)
        await clients.0.shutdown()
        await clients.1.shutdown()
        await cluster.stop()
    }
}
