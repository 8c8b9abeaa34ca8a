import OperatorCore
import Testing

extension Contracts {
    struct Elections {
        private let contract: Contract
        private var api: KubernetesClient { contract.admin }
        private var namespace: String { contract.namespace }

        init() throws { contract = try Contract.current }

        private func lease(_ name: String) async throws(KubernetesError) -> Lease {
            try await api.get(Lease.self, name: name, namespace: namespace, timeout: Contract.timeout)
        }

        @Test func leadersTakeTurnsWithGrowingEpochs() async throws {
            let name = contract.name("election")
            let election = Election(api: api, namespace: namespace, name: name)
            let first = try await election.lead(as: "a")
            let released = try await lease(name)
            #expect(released.holderIdentity ?? "" == "")
            #expect(released.leaseDurationSeconds == 1)
            let second = try await election.lead(as: "b")
            #expect(first < second)
            #expect(try await lease(name).leaseTransitions.map { $0 >= 1 } == true)
        }

        @Test func aLeaderWhoseSuccessorHasWrittenIsRefused() async throws {
            let name = contract.name("fenced")
            func writer(_ epoch: UInt64) -> FencedConfigMap {
                let term = LeadershipTerm(epoch: Epoch(rawValue: epoch), identity: "leader-\(epoch)") { .seconds(600) }
                return FencedConfigMap(
                    api: api, namespace: namespace, name: name, term: term, confirmLease: { true })
            }
            let (old, new) = (writer(7), writer(8))
            #expect(try await old.claim { _ in ["address": "192.0.2.1"] } == ["address": "192.0.2.1", "epoch": "7"])
            #expect(try await old.write { _ in ["address": "192.0.2.2"] }["address"] == "192.0.2.2")
            #expect(try await new.claim() == ["address": "192.0.2.2", "epoch": "8"])
            let error = await #expect(throws: FencedWriteError.self) {
                try await old.write { _ in ["address": "192.0.2.3"] }
            }
            #expect(error == .superseded(by: Epoch(rawValue: 8)))
            let map = try await api.get(
                ConfigMap.self, name: name, namespace: namespace, timeout: Contract.timeout)
            #expect(map.data == ["address": "192.0.2.2", "epoch": "8"])
        }
    }
}
