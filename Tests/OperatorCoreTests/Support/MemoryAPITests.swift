import CurlHTTP
import OperatorCore
import Testing

@Suite struct MemoryAPITests {
    private let second = Duration.seconds(1)

    @Test func writesAreComparedAndSwapped() async throws {
        let api = MemoryAPI()
        let created = try await api.create(Lease(name: "l"), namespace: "n", timeout: second)
        var changed = created
        changed.holderIdentity = "a"
        let updated = try await api.update(changed, namespace: "n", timeout: second)
        #expect(updated.resourceVersion != created.resourceVersion)
        // Nothing changes, so the version stays.
        let again = try await api.update(updated, namespace: "n", timeout: second)
        #expect(again.resourceVersion == updated.resourceVersion)
        let error = await #expect(throws: KubernetesError.self) {
            try await api.update(created, namespace: "n", timeout: second)
        }
        #expect(error?.isConflict == true)
        #expect(api.verbs == ["create", "update", "update", "update"])
    }

    @Test func aWatchSeesWhatHappensToItsObjectOnly() async throws {
        let api = MemoryAPI()
        let list = try await api.list(
            ConfigMap.self, namespace: "n", fieldSelector: "metadata.name=a", timeout: second)
        let stream = try await api.watch(
            ConfigMap.self, namespace: "n",
            options: WatchOptions(
                fieldSelector: "metadata.name=a", resourceVersion: list.resourceVersion, timeoutSeconds: 300,
                idleTimeout: second))
        api.put(ConfigMap(name: "b"), namespace: "n")
        let stored = api.put(ConfigMap(name: "a"), namespace: "n")
        api.remove(ConfigMap.self, "a", namespace: "n")
        api.endWatches()
        var events: [WatchEvent<ConfigMap>] = []
        for try await event in stream { events.append(event) }
        #expect(events.count == 2)
        #expect(events.first == .added(stored))
    }

    @Test func aLostAnswerIsAWriteAllTheSame() async throws {
        let api = MemoryAPI { request in
            request.verb == "create" ? .loseAnswer(KubernetesError(.transport(.timedOut), message: "lost")) : .none
        }
        let error = await #expect(throws: KubernetesError.self) {
            try await api.create(ConfigMap(name: "a"), namespace: "n", timeout: second)
        }
        #expect(error?.mayHaveBeenApplied == true)
        #expect(api.stored(ConfigMap.self, "a", namespace: "n") != nil)
    }
}
