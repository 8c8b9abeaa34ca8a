import OperatorCore
import Synchronization
import Testing

/// Electors on one Lease.
struct Election: Sendable {
    let api: KubernetesClient
    let namespace: String
    let name: String

    /// Leads until the Lease has been renewed once, releases it, and returns the term's epoch.
    func lead(as identity: String) async throws -> Epoch {
        let settings = try ElectionSettings(
            leaseName: name, namespace: namespace, identity: identity, retryPeriod: .milliseconds(200))
        let epoch = Mutex<Epoch?>(nil)
        let elector = LeaderElector(settings: settings, api: api)
        let watcher = ObjectWatcher<Lease>(api: api, namespace: namespace, name: name)
        let end = await elector.run { term in
            epoch.withLock { $0 = term.epoch }
            await withTaskGroup { group in
                let (renewals, continuation) = AsyncStream.makeStream(of: Void.self)
                group.addTask {
                    await watcher.run { update in
                        guard case .present(let lease) = update, lease.holderIdentity == identity,
                            let acquired = lease.acquireTime, let renewed = lease.renewTime, acquired < renewed
                        else { return }
                        continuation.finish()
                    }
                }
                for await _ in renewals {}
                group.cancelAll()
            }
        }
        #expect(end == .released)
        return try #require(epoch.withLock { $0 })
    }
}
