import ElectorTrials
import Foundation
import KubernetesConfiguration
import OperatorCore

/// Looks at the Lease of a trial from outside, as a candidate does.
struct LeaseWatch {
    private let client: KubernetesClient
    private let trial: ElectorTrial

    init(_ trial: ElectorTrial) async throws {
        self.trial = trial
        client = try await KubernetesClient.configured(
            kubeconfig: trial.kubeconfig, environment: ProcessInfo.processInfo.environment, fieldManager: "esddns-tests"
        )
    }

    /// Waits until the holder has renewed twice, so that a candidate that was started before has had the time to see it lead.
    func untilRenewedTwice(by holder: String, within limit: Duration) async throws {
        let start = ContinuousClock.now
        var renewals: [MicroTime] = []
        while start.duration(to: .now) < limit {
            let lease = try await client.get(
                Lease.self, name: trial.lease, namespace: trial.namespace, timeout: .seconds(10))
            guard lease.holderIdentity == holder else {
                throw TestProgram.Failure(
                    description: "\(holder) should lead, but the Lease names \(lease.holderIdentity ?? "nobody")")
            }
            if let time = lease.renewTime, renewals.last != time { renewals.append(time) }
            // The first is what was there before.
            if renewals.count > 2 { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw TestProgram.Failure(description: "\(holder) did not renew the Lease twice within \(limit)")
    }

    func end() async { await client.shutdown() }
}
