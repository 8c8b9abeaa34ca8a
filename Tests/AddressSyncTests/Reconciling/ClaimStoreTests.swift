import ClusterSimulator
import NetworkPrimitives
import OperatorCore
import Synchronization
import Testing

@testable import AddressSync

@Suite struct ClaimStoreTests {
    /// A node's view of the claims: what it puts replaces what it read last.
    private final class View: Sendable {
        let claims: ConfigMapClaims
        private let version = Mutex<ClaimVersion?>(nil)

        init(_ claims: ConfigMapClaims) { self.claims = claims }

        func read(_ key: String) async throws(ClaimsUnreachable) -> RecordClaim? {
            let reading = try await claims.read(key)
            version.withLock { $0 = reading.version }
            return reading.claim
        }

        func put(_ claim: RecordClaim, under key: String) async throws(ClaimsUnreachable) -> Bool {
            switch try await claims.put(claim, under: key, over: version.withLock { $0 }) {
            case .done(let new):
                version.withLock { $0 = new }
                return true
            case .lost: return false
            }
        }
    }

    private func claim(_ node: String, _ address: AddressSet = addressA) -> RecordClaim {
        RecordClaim(
            addresses: address, phase: .claimed, node: node, generation: generation(1, 1), holdSeconds: 30,
            provider: "fake", time: wallTime())
    }

    /// Runs with stores of several nodes, each with a client of its own.
    private func withStores(
        _ count: Int, _ work: @escaping @Sendable (Site, [View]) async throws -> Void
    ) async throws {
        try await Site.run { site in
            var clients: [KubernetesClient] = []
            for node in 1...count {
                let name = "updater-\(node)"
                try site.makeAccount(name, .updater)
                let environment = site.environment(of: name, [:])
                clients.append(
                    try KubernetesClient.inCluster(
                        environment: environment, fieldManager: "esddns-updater",
                        serviceAccountDirectory: environment["ESDDNS_SERVICE_ACCOUNT_DIRECTORY"] ?? ""))
            }
            try await work(
                site,
                clients.map { View(ConfigMapClaims(api: $0, namespace: Site.namespace, name: "esddns-records")) })
            for client in clients { await client.shutdown() }
        }
    }

    private func expectRead(
        _ store: View, _ key: String, _ expected: RecordClaim?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let found = try await store.read(key)
        #expect(found == expected, sourceLocation: sourceLocation)
    }

    private func expectPut(
        _ store: View, _ claim: RecordClaim, under key: String, _ expected: Bool = true,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let won = try await store.put(claim, under: key)
        #expect(won == expected, sourceLocation: sourceLocation)
    }

    @Test func whatWasReadIsReplacedOnlyOnce() async throws {
        try await withStores(2) { site, stores in
            for store in stores { try await expectRead(store, "a_A", nil) }
            try await expectPut(stores[0], claim("one"), under: "a_A")
            try await expectPut(stores[1], claim("two"), under: "a_A", false)
            try await expectRead(stores[1], "a_A", claim("one"))
            try await expectPut(stores[1], claim("two"), under: "a_A")
            try await expectRead(stores[0], "a_A", claim("two"))
        }
    }

    @Test func anotherRecordsEntryIsNoConflict() async throws {
        try await withStores(2) { site, stores in
            for store in stores { try await expectRead(store, "a_A", nil) }
            try await expectPut(stores[0], claim("one"), under: "b_A")
            try await expectPut(stores[1], claim("two"), under: "a_A")
            #expect(site.cluster.api.count { $0.status == 409 } == 1)
            #expect(site.cluster.api.configMapData("esddns-records", namespace: Site.namespace)?.count == 2)
        }
    }

    @Test func ofManyAtOnceOneWins() async throws {
        try await withStores(8) { site, stores in
            for store in stores { try await expectRead(store, "a_A", nil) }
            let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                for (number, store) in stores.enumerated() {
                    group.addTask { try await store.put(claim("node-\(number)"), under: "a_A") }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(winners == 1)
        }
    }

    @Test func aLostAnswerIsNotTakenForAWin() async throws {
        try await withStores(1) { site, stores in
            try await expectRead(stores[0], "a_A", nil)
            site.cluster.api.faults.inject(.commitThenDrop, .once, method: "PATCH")
            try await expectPut(stores[0], claim("one"), under: "a_A", false)
            try await expectRead(stores[0], "a_A", claim("one"))
        }
    }

    @Test func anUnreachableServerIsSaidToBe() async throws {
        try await withStores(1) { site, stores in
            await site.cluster.api.stop()
            await #expect(throws: ClaimsUnreachable.self) { try await stores[0].read("a_A") }
            try await site.cluster.api.start()
            try await expectRead(stores[0], "a_A", nil)
        }
    }

    @Test func garbageInAnEntryIsReplaced() async throws {
        try await withStores(1) { site, stores in
            try site.cluster.api.patch(
                .configMaps, "esddns-records", namespace: Site.namespace, with: ["data": ["a_A": "{nonsense"]])
            try await expectRead(stores[0], "a_A", nil)
            try await expectPut(stores[0], claim("one"), under: "a_A")
            try await expectRead(stores[0], "a_A", claim("one"))
        }
    }

    /// Restored from another cluster's backup: it must not look later than everything that this cluster's leader says.
    @Test func aGenerationOfAnotherClusterIsTheEarliest() async throws {
        try await withStores(1) { site, stores in
            var foreign = claim("elsewhere")
            foreign.generation = generation(999_999_999, 5)
            try site.cluster.api.patch(
                .configMaps, "esddns-records", namespace: Site.namespace,
                with: ["data": ["r": .string(foreign.json)]])
            let read = try #require(try await stores[0].read("r"))
            #expect(read.generation == .none)
            #expect(read.addresses == addressA)
            // And it can be written over.
            #expect(try await stores[0].put(claim("updater-1"), under: "r"))
        }
    }

    /// What a follower hears, without the versions.
    private enum Heard: Equatable {
        case entry(RecordClaim?, isAnew: Bool)
        case hidden
    }

    @Test func followersHearOfTheirEntriesOverOneWatch() async throws {
        try await withStores(2) { site, stores in
            let (mine, feed) = AsyncStream.makeStream(of: Heard.self)
            let (others, otherFeed) = AsyncStream.makeStream(of: Heard.self)
            func hear(_ feed: AsyncStream<Heard>.Continuation) -> @Sendable (ClaimSight) -> Void {
                { sight in
                    switch sight {
                    case .entry(let reading, let isAnew): feed.yield(.entry(reading.claim, isAnew: isAnew))
                    case .hidden: feed.yield(.hidden)
                    }
                }
            }
            let (tellMine, tellOthers) = (hear(feed), hear(otherFeed))
            await withDiscardingTaskGroup { group in
                group.addTask { await stores[0].claims.follow("a_A", tellMine) }
                var heard = mine.makeAsyncIterator()
                #expect(await heard.next() == .entry(nil, isAnew: true))
                // Joins later, and hears of its own entry only.
                group.addTask { await stores[0].claims.follow("b_A", tellOthers) }
                var heardToo = others.makeAsyncIterator()
                #expect(await heardToo.next() == .entry(nil, isAnew: false))
                _ = try? await stores[1].read("a_A")
                _ = try? await stores[1].put(claim("two"), under: "a_A")
                #expect(await heard.next() == .entry(claim("two"), isAnew: false))
                #expect(await heardToo.next() == .entry(nil, isAnew: false))
                group.cancelAll()
            }
            #expect(site.cluster.api.calls.filter { $0.verb == "watch" }.count == 1)
        }
    }

    @Test func followersAreToldWhenTheyHearNothing() async throws {
        try await withStores(1) { site, stores in
            let (sights, feed) = AsyncStream.makeStream(of: ClaimSight.self)
            await withDiscardingTaskGroup { group in
                group.addTask { await stores[0].claims.follow("a_A") { feed.yield($0) } }
                var heard = sights.makeAsyncIterator()
                #expect(await heard.next() != .hidden)
                await site.cluster.api.stop()
                #expect(await heard.next() == .hidden)
                try? await site.cluster.api.start()
                // The same entry as before counts again, as what is there now.
                while let sight = await heard.next() {
                    guard case .entry(_, let isAnew) = sight else { continue }
                    #expect(isAnew)
                    break
                }
                group.cancelAll()
            }
        }
    }
}
