import HTTPTypes
import OperatorCore
import Testing

extension RecordedFile {
    static let configMaps = RecordedFile(
        name: "01-configmap-crud.txt", exchanges: creating + patching + updating + malformed + applying + deleting)

    private static let stale = "the object has been modified; please apply your changes to the latest version"

    private static let creating = [
        RecordedExchange("absent") { scene in
            try scene.refused(
                try await scene.get(scene.configMap), 404, "NotFound", "configmaps \"\(scene.name)\" not found")
        },
        RecordedExchange("merge patch of an absent object") { scene in
            let answer = try await scene.mergePatch(scene.configMap, ["data": ["ipv4": "198.51.100.1"]])
            try scene.refused(answer, 404, "NotFound", "configmaps \"\(scene.name)\" not found")
        },
        RecordedExchange("create") { scene in
            let object = try scene.accepted(
                try await scene.send(
                    .post, "\(scene.configMaps)?fieldManager=esddns-leader",
                    scene.configMapBody(["ipv4": "198.51.100.1"])), 201)
            #expect(object["data"] == ["ipv4": "198.51.100.1"])
            #expect(object[["metadata", "namespace"]] == .string(scene.contract.namespace))
            #expect(object[["metadata", "uid"]]?.string?.isEmpty == false)
            let manager = try #require(object[["metadata", "managedFields"]]?.array?.first)
            #expect(manager["manager"] == "esddns-leader")
            #expect(manager["operation"] == "Update")
            #expect(manager["fieldsV1"] == ["f:data": [".": [:], "f:ipv4": [:]]])
            scene["first"] = try scene.version(object)
        },
        RecordedExchange("create again") { scene in
            let answer = try await scene.send(.post, scene.configMaps, scene.configMapBody(["ipv4": "198.51.100.2"]))
            try scene.refused(answer, 409, "AlreadyExists", "configmaps \"\(scene.name)\" already exists")
        },
        RecordedExchange("GET /api/v1/namespaces/NS/configmaps/esddns-wan-address") { scene in
            let object = try scene.accepted(try await scene.get(scene.configMap))
            #expect(try scene.version(object) == scene["first"])
            #expect(object["data"] == ["ipv4": "198.51.100.1"])
        },
    ]

    private static let patching = [
        RecordedExchange("merge patch, current resourceVersion") { scene in
            let object = try scene.accepted(
                try await scene.mergePatch(
                    "\(scene.configMap)?fieldManager=esddns-leader",
                    [
                        "metadata": ["resourceVersion": .string(scene["first"])],
                        "data": ["ipv4": "198.51.100.3", "heartbeat": "2"],
                    ]))
            #expect(object["data"] == ["ipv4": "198.51.100.3", "heartbeat": "2"])
            #expect(try scene.version(object) != scene["first"])
        },
        RecordedExchange("merge patch, stale resourceVersion") { scene in
            let answer = try await scene.mergePatch(
                scene.configMap,
                ["metadata": ["resourceVersion": .string(scene["first"])], "data": ["ipv4": "198.51.100.4"]])
            try scene.refused(answer, 409, "Conflict", stale)
        },
        RecordedExchange("merge patch removing a key") { scene in
            let object = try scene.accepted(try await scene.mergePatch(scene.configMap, ["data": ["heartbeat": .null]]))
            #expect(object["data"] == ["ipv4": "198.51.100.3"])
        },
        RecordedExchange("merge patch with another uid") { scene in
            let answer = try await scene.mergePatch(
                scene.configMap,
                ["metadata": ["uid": "00000000-0000-0000-0000-000000000000"], "data": ["ipv4": "198.51.100.4"]])
            try scene.refused(answer, 422, "Invalid", "field is immutable", fields: ["metadata.uid"])
        },
    ]

    private static let updating = [
        RecordedExchange("update, stale resourceVersion") { scene in
            let answer = try await scene.send(
                .put, scene.configMap,
                scene.configMapBody(["ipv4": "198.51.100.5"], ["resourceVersion": .string(scene["first"])]))
            try scene.refused(answer, 409, "Conflict", stale)
        },
        RecordedExchange("update without resourceVersion: unconditional!") { scene in
            let object = try scene.accepted(
                try await scene.send(.put, scene.configMap, scene.configMapBody(["ipv4": "198.51.100.6"])))
            #expect(object["data"] == ["ipv4": "198.51.100.6"])
        },
    ]

    private static let malformed = [
        RecordedExchange("wrong patch content type") { scene in
            let answer = try await scene.send(
                .patch, scene.configMap, ["data": ["ipv4": "x"]], type: "application/json")
            try scene.refused(answer, 415, "UnsupportedMediaType")
        },
        RecordedExchange("truncated JSON") { scene in
            let answer = try await scene.send(.put, scene.configMap, body: Array(#"{"apiVersion":"v1","#.utf8))
            try scene.refused(answer, 400, "BadRequest", "unexpected end of JSON input")
        },
        RecordedExchange("invalid name") { scene in
            let answer = try await scene.send(.post, scene.configMaps, ["metadata": ["name": "Bad_Name"]])
            try scene.refused(answer, 422, "Invalid", "RFC 1123 subdomain", fields: ["metadata.name"])
        },
        RecordedExchange("invalid data key") { scene in
            let answer = try await scene.mergePatch(scene.configMap, ["data": ["bad key!": "x"]])
            try scene.refused(answer, 422, "Invalid", "a valid config key", fields: ["data[bad key!]"])
        },
        RecordedExchange("data value of the wrong type") { scene in
            let answer = try await scene.mergePatch(scene.configMap, ["data": ["n": 7]])
            try scene.refused(answer, 422, "Invalid", fields: ["patch"])
        },
    ]

    private static let applying = [
        RecordedExchange("server-side apply, conflict with another manager") { scene in
            let answer = try await scene.send(
                .patch, "\(scene.configMap)?fieldManager=esddns-apply&force=false",
                scene.configMapBody(["ipv4": "198.51.100.9"]), type: "application/apply-patch+yaml")
            try scene.refused(answer, 409, "Conflict", "Apply failed with 1 conflict", fields: [".data.ipv4"])
        },
        RecordedExchange("server-side apply, forced") { scene in
            let object = try scene.accepted(
                try await scene.send(
                    .patch, "\(scene.configMap)?fieldManager=esddns-apply&force=true",
                    scene.configMapBody(["ipv4": "198.51.100.9"]), type: "application/apply-patch+yaml"))
            #expect(object["data"] == ["ipv4": "198.51.100.9"])
            let managers = object[["metadata", "managedFields"]]?.array ?? []
            #expect(
                managers.contains {
                    $0["manager"] == "esddns-apply" && $0["operation"] == "Apply"
                        && $0["fieldsV1"] == ["f:data": ["f:ipv4": [:]]]
                })
            scene["applied"] = try scene.version(object)
        },
        RecordedExchange("dry run") { scene in
            let object = try scene.accepted(
                try await scene.mergePatch("\(scene.configMap)?dryRun=All", ["data": ["ipv4": "dry"]]))
            #expect(object["data"] == ["ipv4": "dry"])
            #expect(try scene.version(object) == scene["applied"])
            let kept = try scene.accepted(try await scene.get(scene.configMap))
            #expect(kept["data"] == ["ipv4": "198.51.100.9"])
        },
    ]

    private static let deleting = [
        RecordedExchange("delete with a stale precondition") { scene in
            let answer = try await scene.send(
                .delete, scene.configMap, ["preconditions": ["resourceVersion": .string(scene["first"])]])
            try scene.refused(answer, 409, "Conflict", "ResourceVersion in the precondition")
        },
        RecordedExchange("delete") { scene in
            let status = try scene.accepted(try await scene.send(.delete, scene.configMap))
            #expect(status["status"] == "Success")
            #expect(status[["details", "name"]] == .string(scene.name))
        },
        RecordedExchange("delete again") { scene in
            try scene.refused(
                try await scene.send(.delete, scene.configMap), 404, "NotFound",
                "configmaps \"\(scene.name)\" not found")
        },
    ]
}
