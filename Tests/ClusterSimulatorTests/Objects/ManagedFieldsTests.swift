import Testing

@testable import ClusterSimulator

struct ManagedFieldsTests {
    private let server: SimulatedAPIServer
    private let path = "/api/v1/namespaces/default/configmaps"

    init() throws { server = try SimulatedAPIServer() }

    private func fields(_ object: OrderedJSON) -> [String: String] {
        var result: [String: String] = [:]
        for entry in object[path: "metadata", "managedFields"]?.array ?? [] {
            let key = "\(entry["manager"]?.string ?? "")/\(entry["operation"]?.string ?? "")"
            result[key] = entry["fieldsV1"]?.description
        }
        return result
    }

    private func apply(_ manager: String, _ data: OrderedJSON, force: Bool = false) throws -> OrderedJSON {
        try server.perform(
            "PATCH", "\(path)/c?fieldManager=\(manager)&force=\(force)",
            body: ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "c"], "data": data],
            contentType: "application/apply-patch+yaml")
    }

    @Test func whatSomebodyChangesIsTheirs() throws {
        try server.perform(
            "POST", path + "?fieldManager=a", body: ["metadata": ["name": "c"], "data": ["x": "1", "y": "1"]])
        let object = try server.perform(
            "PATCH", path + "/c?fieldManager=b", body: ["data": ["y": "2", "z": "1"]],
            contentType: "application/merge-patch+json")
        #expect(
            fields(object) == [
                "a/Update": #"{"f:data":{".":{},"f:x":{}}}"#, "b/Update": #"{"f:data":{"f:y":{},"f:z":{}}}"#,
            ])
        let removed = try server.perform(
            "PATCH", path + "/c?fieldManager=b", body: ["data": ["y": .null, "z": .null]],
            contentType: "application/merge-patch+json")
        #expect(fields(removed) == ["a/Update": #"{"f:data":{".":{},"f:x":{}}}"#])
    }

    @Test func applyCreatesAndTakesBackWhatItLeavesOut() throws {
        let created = try apply("gitops", ["x": "1", "y": "1"])
        #expect(fields(created) == ["gitops/Apply": #"{"f:data":{"f:x":{},"f:y":{}}}"#])
        let changed = try apply("gitops", ["x": "1"])
        #expect(changed["data"] == ["x": "1"])
        let version = changed.metadataResourceVersion
        #expect(try apply("gitops", ["x": "1"]).metadataResourceVersion == version, "applying again changes nothing")
    }

    @Test func applyTakesFromOthersOnlyByForce() throws {
        try server.perform("POST", path + "?fieldManager=a", body: ["metadata": ["name": "c"], "data": ["x": "1"]])
        let error = #expect(throws: SimulatedRequestError.self) { try apply("b", ["x": "2"]) }
        #expect(error?.status == 409)
        #expect(error?.message == #"Apply failed with 1 conflict: conflict with "a" using v1: .data.x"#)
        #expect(try apply("b", ["x": "2"], force: true)["data"] == ["x": "2"])
    }
}
