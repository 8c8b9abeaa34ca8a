import Testing

@testable import ClusterSimulator

/// Writing objects, where the recordings say nothing.
struct WriteTests {
    private let server: SimulatedAPIServer
    private let maps = "/api/v1/namespaces/default/configmaps"
    private let leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases"

    init() throws { server = try SimulatedAPIServer() }

    private func failure(_ body: () throws -> OrderedJSON) -> SimulatedRequestError? {
        #expect(throws: SimulatedRequestError.self) { _ = try body() }
    }

    @Test func updateOfAnAbsentLeaseWithItsOldUIDFails() throws {
        let error = failure {
            try server.perform(
                "PUT", leases + "/l", body: ["metadata": ["name": "l", "uid": "1-2", "resourceVersion": "9"]])
        }
        #expect(error?.status == 409)
        #expect(error?.message.hasSuffix("UID in precondition: 1-2, UID in object meta: ") == true)
    }

    @Test func updateOfAnAbsentConfigMapDoesNotCreateIt() throws {
        #expect(failure { try server.perform("PUT", maps + "/c", body: ["metadata": ["name": "c"]]) }?.status == 404)
    }

    @Test func nameAndNamespaceHaveToAgreeWithThePath() throws {
        try server.put(["metadata": ["name": "c"]], as: .configMaps, namespace: "default")
        let wrongName = failure { try server.perform("PUT", maps + "/c", body: ["metadata": ["name": "d"]]) }
        #expect(wrongName?.status == 400)
        #expect(wrongName?.message == "the name of the object (d) does not match the name on the URL (c)")
        let wrongNamespace = failure {
            try server.perform("POST", maps, body: ["metadata": ["name": "d", "namespace": "kube-system"]])
        }
        #expect(wrongNamespace?.status == 400)
    }

    @Test func nothingIsStoredInADryRun() throws {
        let created = try server.perform("POST", maps + "?dryRun=All", body: ["metadata": ["name": "c"]])
        #expect(created.metadataName == "c")
        #expect(created.metadataResourceVersion == nil)
        #expect(server.object(.configMaps, "c", namespace: "default") == nil)
        try server.put(["metadata": ["name": "c"]], as: .configMaps, namespace: "default")
        try server.perform("DELETE", maps + "/c?dryRun=All")
        #expect(server.object(.configMaps, "c", namespace: "default") != nil)
        let wrong = failure { try server.perform("POST", maps + "?dryRun=Some", body: ["metadata": ["name": "d"]]) }
        #expect(wrong?.status == 422)
    }

    @Test func aWriteThatChangesNothingKeepsTheVersion() throws {
        let first = try server.put(
            ["metadata": ["name": "c"], "data": ["a": "b"]], as: .configMaps, namespace: "default")
        let again = try server.patch(.configMaps, "c", namespace: "default", with: ["data": ["a": "b"]])
        #expect(again.metadataResourceVersion == first.metadataResourceVersion)
        let other = try server.patch(.configMaps, "c", namespace: "default", with: ["data": ["a": "c"]])
        #expect(other.metadataResourceVersion != first.metadataResourceVersion)
    }

    @Test func unknownFieldsOfBuiltInTypesAreDropped() throws {
        let object = try server.perform("POST", maps, body: ["metadata": ["name": "c", "x": 1], "spec": ["y": 1]])
        #expect(object["spec"] == nil)
        #expect(object[path: "metadata", "x"] == nil)
    }

    @Test func fieldsOfTheWrongTypeAreRefused() throws {
        let error = failure {
            try server.perform(
                "POST", leases, body: ["metadata": ["name": "l"], "spec": ["leaseDurationSeconds": "15"]])
        }
        #expect(error?.status == 400)
        #expect(
            error?.message
                == "Lease in version \"v1\" cannot be handled as a Lease: json: cannot unmarshal string into Go struct "
                + "field LeaseSpec.spec.leaseDurationSeconds of type int32")
    }

    @Test(arguments: [
        #"{"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "c"}}"#,
        #"{"kind": "ConfigMap", "apiVersion": "v2", "metadata": {"name": "c"}}"#,
        "[]", "7", "", #"{"metadata": {"name": 7}}"#,
    ])
    func otherObjectsAreRefused(body: String) {
        var request = SimulatedRequest(method: "POST", target: maps, body: Array(body.utf8))
        request.headers = [.init("Authorization", "Bearer \(server.adminToken)")]
        let response = server.respond(to: request)
        #expect(response.status == 400)
        #expect(response.json?["reason"]?.string == "BadRequest")
    }

    @Test func immutableConfigMapsStayAsTheyAre() throws {
        let object: OrderedJSON = ["metadata": ["name": "c"], "immutable": true, "data": ["a": "b"]]
        try server.put(object, as: .configMaps, namespace: "default")
        let error = failure { try server.patch(.configMaps, "c", namespace: "default", with: ["data": ["a": "c"]]) }
        #expect(error?.status == 422)
        #expect(error?.message.contains("data: Forbidden: field is immutable when `immutable` is set") == true)
    }

    @Test func plainStrategicPatchesWork() throws {
        try server.put(["metadata": ["name": "c"]], as: .configMaps, namespace: "default")
        let type = "application/strategic-merge-patch+json"
        let object = try server.perform("PATCH", maps + "/c", body: ["data": ["a": "b"]], contentType: type)
        #expect(object["data"] == ["a": "b"])
        let error = failure {
            try server.perform("PATCH", maps + "/c", body: ["data": ["$patch": "delete"]], contentType: type)
        }
        #expect(error?.status == 415)
    }

    @Test func deletingANamespaceDeletesWhatIsInIt() throws {
        server.createNamespace("n")
        try server.put(["metadata": ["name": "c"]], as: .configMaps, namespace: "n")
        try server.delete(.namespaces, "n")
        #expect(server.objects(.configMaps, namespace: "n").isEmpty)
        #expect(failure { try server.put(["metadata": ["name": "c"]], as: .configMaps, namespace: "n") }?.status == 404)
    }

    @Test func customResourcesKeepTheirFieldsAndCountGenerations() throws {
        let type = SimulatedResource.custom(
            group: "externaldns.k8s.io", version: "v1alpha1", kind: "DNSEndpoint", plural: "dnsendpoints")
        server.register(type)
        let created = try server.put(
            ["metadata": ["name": "e"], "spec": ["z": [1, 2], "a": ["b": .null]]], as: type, namespace: "default")
        #expect(created[path: "spec", "z"] == [1, 2])
        #expect(created[path: "metadata", "generation"] == 1)
        let changed = try server.patch(type, "e", namespace: "default", with: ["spec": ["z": [3]]])
        #expect(changed[path: "metadata", "generation"] == 2)
        let labelled = try server.patch(type, "e", namespace: "default", with: ["metadata": ["labels": ["a": "b"]]])
        #expect(labelled[path: "metadata", "generation"] == 2)
    }

    @Test func bothGroupsShowTheSameEvents() throws {
        let path = "/apis/events.k8s.io/v1/namespaces/default/events"
        let created = try server.perform(
            "POST", path,
            body: [
                "metadata": ["generateName": "esddns-"],
                "regarding": ["kind": "Lease", "name": "l", "namespace": "default"],
                "reason": "LeaderElection", "note": "a became leader", "type": "Normal", "action": "Acquire",
                "eventTime": "2026-01-02T03:04:05.000006Z", "reportingController": "esddns.io/leader",
                "reportingInstance": "a",
            ])
        let name = try #require(created.metadataName)
        #expect(created["note"] == "a became leader")
        let core = try #require(server.object(.events, name, namespace: "default"))
        #expect(core["message"] == "a became leader")
        #expect(core[path: "involvedObject", "name"] == "l")
        let found = try server.perform(
            "GET", "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dl,reason!%3DOther")
        #expect(found["items"]?.array?.count == 1)
    }
}
