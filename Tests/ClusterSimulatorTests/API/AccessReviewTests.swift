import Testing

@testable import ClusterSimulator

/// Reviews of one's own rights, in the words of kube-apiserver 1.36.2.
@Suite(.timeLimit(.minutes(1)))
struct AccessReviewTests {
    private static let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

    private struct Fixture {
        let server: SimulatedAPIServer
        let token: String

        init() throws {
            server = try SimulatedAPIServer()
            server.createNamespace("esddns")
            token = server.issueToken(for: SimulatedUser(name: "jane"))
            let rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/esddns"
            try server.perform(
                "POST", "\(rbac)/roles",
                body: [
                    "metadata": ["name": "r"],
                    "rules": [
                        ["apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["a"], "verbs": ["get"]]
                    ],
                ])
            try server.perform(
                "POST", "\(rbac)/rolebindings",
                body: [
                    "metadata": ["name": "rb"],
                    "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"],
                    "subjects": [["kind": "User", "name": "jane", "apiGroup": "rbac.authorization.k8s.io"]],
                ])
        }

        func send(
            _ body: String, _ method: String = "POST", path: String = AccessReviewTests.path, token: String? = nil
        ) -> SimulatedResponse {
            var request = SimulatedRequest(method: method, target: path)
            request.headers = [
                .init("Content-Type", "application/json"), .init("User-Agent", "test"),
                .init("Authorization", "Bearer \(token ?? self.token)"),
            ]
            request.body = Array(body.utf8)
            return server.respond(to: request)
        }
    }

    @Test(arguments: [
        (#"{"namespace":"esddns","verb":"get","resource":"configmaps","name":"a"}"#, true),
        (#"{"namespace":"esddns","verb":"get","group":"","version":"v1","resource":"configmaps","name":"b"}"#, false),
        (#"{"namespace":"esddns","verb":"get","resource":"configmaps"}"#, false),
        (#"{"namespace":"esddns","verb":"get","resource":"configmaps","subresource":"status","name":"a"}"#, false),
        (#"{"namespace":"other","verb":"get","resource":"configmaps","name":"a"}"#, false),
        (#"{"verb":"get","resource":"configmaps","name":"a"}"#, false),
        (#"{"verb":"*","group":"*","resource":"*"}"#, false), ("{}", false),
        (#"{"verb":"create","group":"authorization.k8s.io","resource":"selfsubjectaccessreviews"}"#, true),
    ])
    func saysWhetherOneMay(attributes: String, isAllowed: Bool) throws {
        let response = try Fixture().send(#"{"spec":{"resourceAttributes":\#(attributes)}}"#)
        #expect(response.status == 201)
        #expect(response.json?[path: "status", "allowed"] == .bool(isAllowed))
        #expect((response.json?[path: "status", "reason"] != nil) == isAllowed)
    }

    @Test func isAnsweredAsTheServerDoes() throws {
        let fixture = try Fixture()
        var answer = try #require(
            fixture.send(
                """
                {"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":\
                {"namespace":"esddns","verb":"get","group":"","resource":"configmaps","name":"a"}}}
                """
            ).json)
        #expect(answer[path: "metadata", "managedFields"]?.array?.count == 1)
        let fields = answer[path: "metadata", "managedFields"]?.array?.first
        #expect(fields?["manager"]?.string == "test")
        #expect(
            fields?["fieldsV1"]?.description
                == #"{"f:spec":{"f:resourceAttributes":{".":{},"f:name":{},"f:namespace":{},"f:resource":{},"f:verb":{}}}}"#
        )
        answer["metadata"] = .object([])
        #expect(
            answer.description == """
                {"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","metadata":{},"spec":\
                {"resourceAttributes":{"namespace":"esddns","verb":"get","resource":"configmaps","name":"a"}},"status":\
                {"allowed":true,"reason":"RBAC: allowed by RoleBinding \\"rb/esddns\\" of Role \\"r\\" to User \\"jane\\""}}
                """)
    }

    @Test func pathsAndAdministratorsAsWell() throws {
        let fixture = try Fixture()
        let version = fixture.send(#"{"spec":{"nonResourceAttributes":{"path":"/version","verb":"get"}}}"#)
        #expect(version.json?[path: "status", "allowed"] == .bool(true))
        #expect(
            version.json?[path: "status", "reason"]?.string == """
                RBAC: allowed by ClusterRoleBinding "system:public-info-viewer" of ClusterRole \
                "system:public-info-viewer" to Group "system:authenticated"
                """)
        let admin = fixture.send(
            #"{"spec":{"resourceAttributes":{"verb":"delete","resource":"nodes"}}}"#, token: fixture.server.adminToken)
        #expect(admin.json?["status"]?.description == #"{"allowed":true}"#)
    }

    @Test(arguments: [
        (
            "{}", 422,
            #".authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified"#
        ),
        (
            #"{"spec":{"resourceAttributes":{"verb":"get"},"nonResourceAttributes":{"path":"/version","verb":"get"}}}"#,
            422,
            #".authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value: {"Path":"/version","Verb":"get"}: cannot be specified in combination with resourceAttributes"#
        ),
        (
            #"{"spec":{"resourceAttributes":{"verb":3}}}"#, 400,
            "SelfSubjectAccessReview in version \"v1\" cannot be handled as a SelfSubjectAccessReview: json: cannot unmarshal number into Go struct field ResourceAttributes.spec.resourceAttributes.verb of type string"
        ),
    ])
    func badReviewsAreRefused(body: String, status: Int, message: String) throws {
        let response = try Fixture().send(body)
        #expect(response.status == status)
        #expect(response.json?["message"]?.string == message)
    }

    @Test func aNameIsRefusedAndANamespaceIgnored() throws {
        let fixture = try Fixture()
        let spec = #""spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}"#
        let named = fixture.send(#"{"metadata":{"name":"x"},\#(spec)}"#)
        #expect(named.status == 422)
        #expect(
            named.json?["message"]?.string?.hasPrefix(
                #".authorization.k8s.io "" is invalid: metadata: Invalid value: {"name":"x","managedFields":[{"manager":"test","#
            )
                == true)
        #expect(named.json?["message"]?.string?.hasSuffix("]}: must be empty") == true)
        #expect(fixture.send(#"{"metadata":{"namespace":"esddns"},\#(spec)}"#).status == 201)
    }

    @Test func nothingButAskingIsPossible() throws {
        let fixture = try Fixture()
        #expect(fixture.send("", "GET").status == 403)
        #expect(fixture.send("", "GET", token: fixture.server.adminToken).status == 405)
        #expect(fixture.send("{}", "PUT", path: Self.path + "/x", token: fixture.server.adminToken).status == 405)
        let namespaced = "/apis/authorization.k8s.io/v1/namespaces/esddns/selfsubjectaccessreviews"
        #expect(fixture.send("{}", path: namespaced).status == 404)
        var anonymous = SimulatedRequest(method: "POST", target: Self.path)
        anonymous.body = Array("{}".utf8)
        #expect(fixture.server.respond(to: anonymous).status == 403)
        let list = fixture.send("", "GET", path: "/apis/authorization.k8s.io/v1")
        #expect(list.json?["resources"]?.array?.first?["verbs"]?.description == #"["create"]"#)
    }
}
