import OperatorCore
import Testing

extension Contracts {
    struct Watches {
        private let contract: Contract
        private var api: KubernetesClient { contract.admin }
        private var namespace: String { contract.namespace }

        init() throws { contract = try Contract.current }

        private func create(_ name: String) async throws -> ConfigMap {
            try await api.create(ConfigMap(name: name), namespace: namespace, timeout: Contract.timeout)
        }

        private func watch(
            _ name: String, from version: String
        ) async throws -> WatchStream<ConfigMap> {
            try await api.watch(
                ConfigMap.self, namespace: namespace,
                options: WatchOptions(
                    fieldSelector: "metadata.name=\(name)", resourceVersion: version, timeoutSeconds: 60,
                    idleTimeout: .seconds(90)))
        }

        @Test func aWatchGoesOnFromTheListAndShowsOneObject() async throws {
            let name = contract.name("watched")
            let list = try await api.list(
                ConfigMap.self, namespace: namespace, fieldSelector: "metadata.name=\(name)", timeout: Contract.timeout)
            #expect(list.items.isEmpty)
            let created = try await create(name)
            let stream = try await watch(name, from: list.resourceVersion)
            _ = try await create(contract.name("another"))
            let patched = try await api.mergePatch(
                ConfigMap.self, name: name, namespace: namespace, patch: ["data": ["a": "1"]],
                timeout: Contract.timeout)
            try await api.delete(ConfigMap.self, name: name, namespace: namespace, timeout: Contract.timeout)

            var events: [WatchEvent<ConfigMap>] = []
            for try await event in stream {
                // Bookmarks may come at any time.
                if case .bookmark = event { continue }
                events.append(event)
                if events.count == 3 { break }
            }
            #expect(events.prefix(2) == [.added(created), .modified(patched)])
            guard case .deleted(let last)? = events.last else {
                Issue.record("no deletion: \(events)")
                return
            }
            #expect(last.data == ["a": "1"])
            let versions = try [created, patched, last].map { try #require(Epoch($0.resourceVersion ?? "")) }
            #expect(versions[0] < versions[1] && versions[1] < versions[2], "a deletion has a version of its own")
        }

        @Test func aVersionThatIsTooOldHasExpired() async throws {
            try await contract.requireExpiredVersion()
            let name = contract.name("old")
            var events: [WatchEvent<ConfigMap>] = []
            for try await event in try await watch(name, from: String(contract.expiredVersion)) { events.append(event) }
            guard case .error(let error)? = events.first, events.count == 1 else {
                Issue.record("not an error: \(events)")
                return
            }
            #expect(error.isExpired)
            #expect(error.status == 410)
        }

        @Test func anObjectWatcherFollowsItsObject() async throws {
            let name = contract.name("followed")
            let watcher = ObjectWatcher<ConfigMap>(api: api, namespace: namespace, name: name)
            var seen: [String] = []
            await withTaskGroup { group in
                let (steps, continuation) = AsyncStream.makeStream(of: String.self)
                group.addTask {
                    await watcher.run { update in
                        switch update {
                        case .present(let map): continuation.yield("present \(map.data["a"] ?? "")")
                        case .absent: continuation.yield("absent")
                        case .connected: continuation.yield("connected")
                        case .disconnected(let error, _): continuation.yield("disconnected \(error)")
                        }
                    }
                }
                do {
                    for await step in steps {
                        seen.append(step)
                        switch step {
                        case "connected": _ = try await create(name)
                        case "present ":
                            _ = try await api.mergePatch(
                                ConfigMap.self, name: name, namespace: namespace, patch: ["data": ["a": "1"]],
                                timeout: Contract.timeout)
                        case "present 1":
                            try await api.delete(
                                ConfigMap.self, name: name, namespace: namespace, timeout: Contract.timeout)
                        default: break
                        }
                        if seen.count == 5 || step.hasPrefix("disconnected") { break }
                    }
                } catch {
                    Issue.record(error)
                }
                group.cancelAll()
            }
            #expect(seen == ["absent", "connected", "present ", "present 1", "absent"])
        }
    }
}
