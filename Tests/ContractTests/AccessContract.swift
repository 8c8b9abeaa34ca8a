import CurlHTTP
import HTTPTypes
import OperatorCore
import Testing

extension Contracts {
    struct Access {
        private let contract: Contract

        init() throws { contract = try Contract.current }

        private func failures(_ api: KubernetesClient) async -> [KubernetesError?] {
            let name = contract.name("hidden")
            let namespace = contract.namespace
            return [
                await #expect(throws: KubernetesError.self) {
                    _ = try await api.get(ConfigMap.self, name: name, namespace: namespace, timeout: Contract.timeout)
                },
                await #expect(throws: KubernetesError.self) {
                    _ = try await api.create(Lease(name: name), namespace: namespace, timeout: Contract.timeout)
                },
                await #expect(throws: KubernetesError.self) {
                    let options = WatchOptions(
                        fieldSelector: nil, resourceVersion: "0", timeoutSeconds: 5, idleTimeout: .seconds(30))
                    let stream: WatchStream<ConfigMap> = try await api.watch(
                        ConfigMap.self, namespace: namespace, options: options)
                    for try await event in stream { Issue.record("an event: \(event)") }
                },
            ]
        }

        @Test func anUnknownTokenIsUnauthorized() async throws {
            try await contract.withClient(token: "nobody-knows-this-token") { client in
                for error in await failures(client) {
                    #expect(error?.failure == .status(401, reason: "Unauthorized"))
                }
            }
        }

        @Test func aUserWithoutRightsIsForbidden() async throws {
            let token = try await contract.makeAccount(
                "contract-outsider",
                probe: RawRequest(.get, "/api/v1/namespaces/\(contract.namespace)/configmaps"))
            try await contract.withClient(token: token) { client in
                for error in await failures(client) {
                    #expect(error?.failure == .status(403, reason: "Forbidden"))
                    #expect(error?.message.contains("contract-outsider") == true)
                }
            }
        }

        /// What docs/cluster.md asks for the leader is enough to be elected, to be stopped, and to follow the Lease.
        @Test func aRoleOfResourceNamesIsEnoughToLead() async throws {
            let (lease, api) = (contract.name("role"), "coordination.k8s.io")
            let token = try await contract.makeAccount(
                "contract-leader",
                rules: [
                    [
                        "apiGroups": [.string(api)], "resources": ["leases"], "resourceNames": [.string(lease)],
                        "verbs": ["get", "list", "watch", "update"],
                    ],
                    ["apiGroups": [.string(api)], "resources": ["leases"], "verbs": ["create"]],
                ],
                probe: RawRequest(
                    .get,
                    "/apis/\(api)/v1/namespaces/\(contract.namespace)/leases?fieldSelector=metadata.name%3D\(lease)"))
            try await contract.withClient(token: token) { client in
                let election = Election(api: client, namespace: contract.namespace, name: lease)
                _ = try await election.lead(as: "a")
            }
        }

        /// What `esddns check` asks before anybody relies on it.
        @Test func everybodyMayAskWhatTheyMayDo() async throws {
            let map = contract.name("asked")
            let namespace = contract.namespace
            _ = try await contract.admin.create(ConfigMap(name: map), namespace: namespace, timeout: Contract.timeout)
            let token = try await contract.makeAccount(
                "contract-asker",
                rules: [
                    ["apiGroups": [""], "resources": ["configmaps"], "resourceNames": [.string(map)], "verbs": ["get"]]
                ],
                probe: RawRequest(.get, "/api/v1/namespaces/\(namespace)/configmaps/\(map)"))
            try await contract.withClient(token: token) { client in
                func isAllowed(_ verb: String, _ name: String?) async throws -> Bool? {
                    var attributes: JSONValue = [
                        "namespace": .string(namespace), "verb": .string(verb), "resource": "configmaps",
                    ]
                    attributes["name"] = name.map(JSONValue.string)
                    let review: JSONValue = [
                        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                        "spec": ["resourceAttributes": attributes],
                    ]
                    let response = try await client.raw(
                        RawRequest(.post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", json: review),
                        timeout: Contract.timeout)
                    #expect(response.status.code == 201)
                    let answer = try JSONValue(parsing: response.body)
                    let isAllowed = answer[["status", "allowed"]]?.bool
                    #expect(
                        (answer[["status", "reason"]]?.string?.hasPrefix("RBAC: allowed by RoleBinding ") ?? false)
                            == isAllowed)
                    return isAllowed
                }
                let answers = [
                    try await isAllowed("get", map), try await isAllowed("patch", map), try await isAllowed("get", nil),
                    try await isAllowed("get", contract.name("other")),
                ]
                #expect(answers == [true, false, false, false])
            }
        }

        @Test func aNamespaceThatIsNotThereCannotBeWrittenTo() async throws {
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await contract.admin.create(
                    ConfigMap(name: "x"), namespace: contract.name(contract.namespace), timeout: Contract.timeout)
            }
            #expect(error?.failure == .status(404, reason: "NotFound"))
        }
    }
}
