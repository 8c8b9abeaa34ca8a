import OperatorCore
import Testing

extension Contracts {
    struct Leases {
        private let contract: Contract
        private var api: KubernetesClient { contract.admin }
        private var namespace: String { contract.namespace }

        init() throws { contract = try Contract.current }

        private func create() async throws -> Lease {
            var lease = Lease(name: contract.name("lease"))
            lease.holderIdentity = "node-a"
            lease.leaseDurationSeconds = 15
            lease.acquireTime = MicroTime("2026-01-02T03:04:05.000006Z")
            lease.renewTime = MicroTime("2026-01-02T03:04:05.000006Z")
            lease.leaseTransitions = 0
            return try await api.create(lease, namespace: namespace, timeout: Contract.timeout)
        }

        private func update(_ lease: Lease) async throws(KubernetesError) -> Lease {
            try await api.update(lease, namespace: namespace, timeout: Contract.timeout)
        }

        private func refusal(_ lease: Lease) async throws -> KubernetesError {
            try #require(await #expect(throws: KubernetesError.self) { _ = try await update(lease) })
        }

        @Test func timesAreKeptToTheMicrosecond() async throws {
            let lease = try await create()
            #expect(lease.renewTime?.description == "2026-01-02T03:04:05.000006Z")
            var renewed = lease
            renewed.json[["spec", "renewTime"]] = "2026-01-02T04:04:05.999999+01:00"
            #expect(try await update(renewed).renewTime?.description == "2026-01-02T03:04:05.999999Z")
        }

        @Test(arguments: ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.006Z", "2026-01-02T03:04:05.0000060Z"])
        func timesOfAnotherFormAreRefused(_ text: String) async throws {
            var lease = try await create()
            lease.json[["spec", "renewTime"]] = .string(text)
            #expect(try await refusal(lease).failure == .status(400, reason: "BadRequest"))
        }

        @Test func durationAndTransitionsAreValidated() async throws {
            let lease = try await create()
            var bad = lease
            bad.leaseDurationSeconds = 0
            #expect(try await refusal(bad).failure == .status(422, reason: "Invalid"))
            bad = lease
            bad.leaseTransitions = -1
            #expect(try await refusal(bad).failure == .status(422, reason: "Invalid"))
        }

        @Test func aLeaseIsGivenBackWithAnEmptyHolderForOneSecond() async throws {
            var lease = try await create()
            lease.holderIdentity = ""
            lease.leaseDurationSeconds = 1
            let released = try await update(lease)
            #expect(released.holderIdentity ?? "" == "")
            #expect(released.leaseDurationSeconds == 1)
            lease = released
            lease.holderIdentity = nil
            #expect(try await update(lease).holderIdentity == nil)
        }

        @Test func aStaleVersionAndAnotherUIDAreConflicts() async throws {
            let lease = try await create()
            var next = lease
            next.leaseTransitions = 1
            let updated = try await update(next)
            #expect(try await refusal(next).isConflict)
            var other = updated
            other.json[["metadata", "uid"]] = "00000000-0000-0000-0000-000000000000"
            #expect(try await refusal(other).isConflict)
        }

        @Test func theClientSendsNoUpdateWithoutAVersion() async throws {
            var lease = try await create()
            lease.resourceVersion = nil
            #expect(try await refusal(lease).failure == .configuration)
        }
    }
}
