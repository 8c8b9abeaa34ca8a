import OperatorCore
import Testing

extension Contracts {
    struct ConfigMaps {
        private let contract: Contract
        private var api: KubernetesClient { contract.admin }
        private var namespace: String { contract.namespace }

        init() throws { contract = try Contract.current }

        private func create(_ data: [String: String] = ["a": "1"], labels: JSONValue? = nil) async throws -> ConfigMap {
            var map = ConfigMap(name: contract.name("map"))
            map.data = data
            if let labels { map.json[["metadata", "labels"]] = labels }
            return try await api.create(map, namespace: namespace, timeout: Contract.timeout)
        }

        private func patch(_ map: ConfigMap, _ patch: JSONValue) async throws(KubernetesError) -> ConfigMap {
            try await api.mergePatch(
                ConfigMap.self, name: map.name ?? "", namespace: namespace, patch: patch, timeout: Contract.timeout)
        }

        private func get(_ name: String?) async throws(KubernetesError) -> ConfigMap {
            try await api.get(ConfigMap.self, name: name ?? "", namespace: namespace, timeout: Contract.timeout)
        }

        private func failure(_ body: () async throws -> Void) async throws -> KubernetesError {
            try #require(await #expect(throws: KubernetesError.self) { try await body() })
        }

        @Test func aMapLivesFromCreationToDeletion() async throws {
            let created = try await create()
            #expect(created.namespace == namespace)
            #expect(created.uid?.isEmpty == false)
            #expect(try await get(created.name) == created)
            let listed = try await api.list(
                ConfigMap.self, namespace: namespace, fieldSelector: "metadata.name=\(created.name ?? "")",
                timeout: Contract.timeout)
            #expect(listed.items == [created])

            var changed = created
            changed.data["b"] = "2"
            let updated = try await api.update(changed, namespace: namespace, timeout: Contract.timeout)
            #expect(updated.data == ["a": "1", "b": "2"])
            #expect(updated.uid == created.uid)
            let (old, new) = (Epoch(created.resourceVersion ?? ""), Epoch(updated.resourceVersion ?? ""))
            #expect(try #require(old) < #require(new))

            let patched = try await patch(updated, ["data": ["a": .null, "c": "3"]])
            #expect(patched.data == ["b": "2", "c": "3"])

            try await api.delete(
                ConfigMap.self, name: created.name ?? "", namespace: namespace, timeout: Contract.timeout)
            #expect(try await failure { _ = try await get(created.name) }.isNotFound)
            #expect(
                try await failure {
                    try await api.delete(
                        ConfigMap.self, name: created.name ?? "", namespace: namespace, timeout: Contract.timeout)
                }.isNotFound)
        }

        @Test func aWriteThatChangesNothingKeepsTheVersion() async throws {
            let map = try await create()
            #expect(try await patch(map, ["data": ["a": "1"]]).resourceVersion == map.resourceVersion)
        }

        @Test func whatIsAbsentIsNotFound() async throws {
            let absent = ConfigMap(name: contract.name("absent"))
            let error = try await failure { _ = try await get(absent.name) }
            #expect(error.failure == .status(404, reason: "NotFound"))
            #expect(try await failure { _ = try await patch(absent, ["data": ["a": "1"]]) }.isNotFound)
            let listed = try await api.list(
                ConfigMap.self, namespace: namespace, fieldSelector: "metadata.name=\(absent.name ?? "")",
                timeout: Contract.timeout)
            #expect(listed.items.isEmpty)
            #expect(Epoch(listed.resourceVersion) != nil)
        }

        @Test func twoOfTheSameNameCannotBe() async throws {
            let map = try await create()
            let error = try await failure {
                _ = try await api.create(
                    ConfigMap(name: map.name ?? ""), namespace: namespace, timeout: Contract.timeout)
            }
            #expect(error.isAlreadyExists)
            #expect(!error.isConflict)
        }

        @Test func aStaleVersionIsAConflict() async throws {
            let stale = try await create()
            _ = try await patch(stale, ["data": ["a": "2"]])
            var change = stale
            change.data["a"] = "3"
            let update = try await failure {
                _ = try await api.update(change, namespace: namespace, timeout: Contract.timeout)
            }
            #expect(update.isConflict)
            let version = try #require(stale.resourceVersion)
            let conditional = try await failure {
                _ = try await patch(
                    stale, ["metadata": ["resourceVersion": .string(version)], "data": ["a": "3"]])
            }
            #expect(conditional.isConflict)
            #expect(try await get(stale.name).data == ["a": "2"])
        }

        @Test(
            arguments: [
                ["data": ["no spaces": "x"]], ["data": ["a": 7]],
                ["metadata": ["uid": "00000000-0000-0000-0000-000000000000"]],
            ] as [JSONValue])
        func aBadPatchIsRefused(_ bad: JSONValue) async throws {
            let map = try await create()
            let error = try await failure { _ = try await patch(map, bad) }
            #expect(error.failure == .status(422, reason: "Invalid"))
            #expect(try await get(map.name) == map)
        }

        @Test(arguments: ["Upper", "_score", "-", "."])
        func aBadNameIsRefused(_ name: String) async throws {
            let error = try await failure {
                _ = try await api.create(
                    ConfigMap(name: contract.namespace + name), namespace: namespace,
                    timeout: Contract.timeout)
            }
            #expect(error.failure == .status(422, reason: "Invalid"))
        }

        @Test func fieldsThatTheLibraryDoesNotKnowSurvive() async throws {
            var map = try await create(labels: ["team": "edge"])
            map.json["binaryData"] = ["blob": "AAEC"]
            map.json[["metadata", "annotations"]] = ["example.com/note": "kept\nas it is"]
            map = try await api.update(map, namespace: namespace, timeout: Contract.timeout)
            map.data["b"] = "2"
            let updated = try await api.update(map, namespace: namespace, timeout: Contract.timeout)
            #expect(updated.json["binaryData"] == ["blob": "AAEC"])
            #expect(updated.json[["metadata", "labels", "team"]] == "edge")
            #expect(updated.json[["metadata", "annotations", "example.com/note"]] == "kept\nas it is")
            #expect(updated.json[["metadata", "managedFields"]]?.array?.isEmpty == false)
        }

        @Test func fieldsThatTheServerDoesNotKnowAreDropped() async throws {
            var map = ConfigMap(name: contract.name("odd"))
            map.json["spoon"] = 1
            let created = try await api.create(map, namespace: namespace, timeout: Contract.timeout)
            #expect(created.json["spoon"] == nil)
        }

        @Test func anEventIsKeptBesideItsObject() async throws {
            let map = try await create()
            let event = try await api.create(
                Event(
                    about: map, namespace: namespace, reason: "ContractTested", message: "by a test",
                    severity: .warning, component: "esddns-contract", instance: "one", time: .now()),
                namespace: namespace, timeout: Contract.timeout)
            #expect(event.name?.hasPrefix("\(map.name ?? "").") == true)
            #expect(event.reason == "ContractTested")
            #expect(event.severity == .warning)
            #expect(event.json[["involvedObject", "uid"]]?.string == map.uid)
        }
    }
}
