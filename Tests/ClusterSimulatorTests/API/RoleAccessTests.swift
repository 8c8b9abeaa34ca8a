import ClusterSimulator
import Testing

/// Service accounts, their tokens, and what Roles let them do.
@Suite struct RoleAccessTests {
    private let maps = "/api/v1/namespaces/default/configmaps"
    private let rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"

    private func status(_ server: SimulatedAPIServer, _ target: String, token: String) -> Int {
        var request = SimulatedRequest(method: "GET", target: target)
        request.headers = [.init("Authorization", "Bearer \(token)")]
        return server.respond(to: request).status
    }

    private func account(_ server: SimulatedAPIServer, _ name: String) throws -> String {
        try server.put(["metadata": ["name": .string(name)]], as: .serviceAccounts, namespace: "default")
        return try token(server, name)
    }

    private func token(_ server: SimulatedAPIServer, _ name: String, seconds: Int64 = 600) throws -> String {
        let answer = try server.perform(
            "POST", "/api/v1/namespaces/default/serviceaccounts/\(name)/token",
            body: ["spec": ["expirationSeconds": .integer(seconds)]])
        return try #require(answer[path: "status", "token"]?.string)
    }

    private func bind(_ server: SimulatedAPIServer, _ subject: OrderedJSON, rules: OrderedJSON) throws {
        try server.put(["metadata": ["name": "r"], "rules": rules], as: .roles, namespace: "default")
        try server.put(
            [
                "metadata": ["name": "b"],
                "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"],
                "subjects": [subject],
            ], as: .roleBindings, namespace: "default")
    }

    private let readOne: OrderedJSON = [
        ["apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["c"], "verbs": ["get", "list"]]
    ]

    @Test func aRoleAllowsWhatItNamesAndNoMore() throws {
        let server = try SimulatedAPIServer()
        try server.put(["metadata": ["name": "c"]], as: .configMaps, namespace: "default")
        let (reader, other) = (try account(server, "reader"), try account(server, "other"))
        #expect(status(server, "\(maps)/c", token: reader) == 403)
        try bind(server, ["kind": "ServiceAccount", "name": "reader", "namespace": "default"], rules: readOne)
        #expect(status(server, "\(maps)/c", token: reader) == 200)
        #expect(status(server, "\(maps)?fieldSelector=metadata.name%3Dc", token: reader) == 200)
        #expect(status(server, maps, token: reader) == 403)
        #expect(status(server, "\(maps)/d", token: reader) == 403)
        #expect(status(server, "/api/v1/namespaces/kube-system/configmaps/c", token: reader) == 403)
        #expect(status(server, "\(maps)/c", token: other) == 403)
        try server.delete(.roles, "r", namespace: "default")
        #expect(status(server, "\(maps)/c", token: reader) == 403)
    }

    @Test(
        arguments: [
            ["kind": "Group", "name": "system:serviceaccounts:default"],
            ["kind": "User", "name": "system:serviceaccount:default:reader"],
        ] as [OrderedJSON])
    func groupsAndUsersAreBoundToo(subject: OrderedJSON) throws {
        let server = try SimulatedAPIServer()
        try server.put(["metadata": ["name": "c"]], as: .configMaps, namespace: "default")
        let token = try account(server, "reader")
        try bind(server, subject, rules: readOne)
        #expect(status(server, "\(maps)/c", token: token) == 200)
    }

    @Test func tokensNeedAnAccountAndEndWithIt() throws {
        let server = try SimulatedAPIServer()
        let absent = #expect(throws: SimulatedRequestError.self) { try token(server, "absent") }
        #expect(absent?.status == 404)
        let issued = try account(server, "reader")
        #expect(status(server, "/apis", token: issued) == 200)
        let short = #expect(throws: SimulatedRequestError.self) { try token(server, "reader", seconds: 599) }
        #expect(short?.status == 422)
        try server.delete(.serviceAccounts, "reader", namespace: "default")
        #expect(status(server, "/apis", token: issued) == 401)
    }
}
