import CurlHTTP
import HTTPTypes
import OperatorCore
import Testing

extension RecordedFile {
    static let access = RecordedFile(name: "04-auth.txt", exchanges: strangers + allowed + forbidden)

    private static let account = "contract-reader"

    private static func asAccount(
        _ scene: Scene, _ body: (KubernetesClient) async throws -> Void
    ) async throws {
        try await scene.contract.withClient(token: scene["token"], body)
    }

    private static func forbids(
        _ scene: Scene, _ verb: String, _ resource: String = "configmaps", namespace: String? = nil
    ) -> String {
        let user = "system:serviceaccount:\(scene.contract.namespace):\(account)"
        return "User \"\(user)\" cannot \(verb) resource \"\(resource)\" in API group \"\" in the namespace "
            + "\"\(namespace ?? scene.contract.namespace)\""
    }

    private static let strangers = [
        RecordedExchange("anonymous") { scene in
            try await scene.contract.withClient(token: nil) { client in
                let answer = try await scene.get(scene.configMaps, as: client)
                // Where anonymous requests are switched off, they are not even known.
                guard answer.status.code != 401 || scene.contract.kind == .own else { return }
                try scene.refused(
                    answer, 403, "Forbidden", "User \"system:anonymous\" cannot list resource \"configmaps\"")
            }
        },
        RecordedExchange("malformed token") { scene in
            try await scene.contract.withClient(token: "abc") { client in
                try scene.refused(
                    try await scene.get(scene.configMaps, as: client), 401, "Unauthorized", "Unauthorized")
            }
        },
        RecordedExchange("a bound token (shortened here)") { scene in
            try scene.accepted(
                try await scene.send(.post, scene.configMaps, scene.configMapBody(["ipv4": "198.51.100.3"])), 201)
            scene["token"] = try await scene.contract.makeAccount(
                account,
                rules: [
                    [
                        "apiGroups": [""], "resources": ["configmaps"], "resourceNames": [.string(scene.name)],
                        "verbs": ["get", "list", "watch", "patch"],
                    ]
                ], probe: RawRequest(.get, scene.configMap))
        },
    ]

    private static let allowed = [
        RecordedExchange("allowed by resourceNames") { scene in
            try await asAccount(scene) { client in
                let object = try scene.accepted(try await scene.get(scene.configMap, as: client))
                #expect(object["data"] == ["ipv4": "198.51.100.3"])
            }
        },
        RecordedExchange("other name") { scene in
            try await asAccount(scene) { client in
                let answer = try await scene.get("\(scene.configMaps)/other", as: client)
                try scene.refused(answer, 403, "Forbidden", forbids(scene, "get"))
            }
        },
        RecordedExchange("list without a field selector") { scene in
            try await asAccount(scene) { client in
                try scene.refused(
                    try await scene.get(scene.configMaps, as: client), 403, "Forbidden", forbids(scene, "list"))
            }
        },
        RecordedExchange("list with metadata.name selector: allowed by resourceNames") { scene in
            try await asAccount(scene) { client in
                let list = try scene.accepted(try await scene.get("\(scene.configMaps)?\(scene.named)", as: client))
                #expect(list["items"]?.array?.count == 1)
            }
        },
        RecordedExchange("watch with metadata.name selector") { scene in
            try await asAccount(scene) { client in
                let answer = try await scene.get(
                    "\(scene.configMaps)?watch=true&\(scene.named)&timeoutSeconds=1", as: client)
                #expect(answer.status.code == 200)
                #expect(try scene.types(answer) == ["ADDED"])
            }
        },
        RecordedExchange("patch allowed") { scene in
            try await asAccount(scene) { client in
                let object = try scene.accepted(
                    try await scene.mergePatch(scene.configMap, ["data": ["a": "b"]], as: client))
                #expect(object["data"] == ["a": "b", "ipv4": "198.51.100.3"])
            }
        },
    ]

    private static let forbidden = [
        RecordedExchange("update not allowed") { scene in
            try await asAccount(scene) { client in
                let answer = try await scene.send(
                    .put, scene.configMap, scene.configMapBody(["a": "b"]), as: client)
                try scene.refused(answer, 403, "Forbidden", forbids(scene, "update"))
            }
        },
        RecordedExchange("create not allowed") { scene in
            try await asAccount(scene) { client in
                let answer = try await scene.send(
                    .post, scene.configMaps, scene.configMapBody(["a": "b"]), as: client)
                try scene.refused(answer, 403, "Forbidden", forbids(scene, "create"))
            }
        },
        RecordedExchange("another resource") { scene in
            try await asAccount(scene) { client in
                let answer = try await scene.get(
                    "/api/v1/namespaces/\(scene.contract.namespace)/secrets", as: client)
                try scene.refused(answer, 403, "Forbidden", forbids(scene, "list", "secrets"))
            }
        },
        RecordedExchange("another namespace") { scene in
            try await asAccount(scene) { client in
                let absent = "\(scene.contract.namespace)-absent"
                let answer = try await scene.get("/api/v1/namespaces/\(absent)/configmaps/x", as: client)
                try scene.refused(answer, 403, "Forbidden", forbids(scene, "get", namespace: absent))
            }
        },
        RecordedExchange("create in a namespace that does not exist") { scene in
            let absent = "\(scene.contract.namespace)-absent"
            let answer = try await scene.send(
                .post, "/api/v1/namespaces/\(absent)/configmaps", scene.configMapBody(["a": "b"]))
            try scene.refused(answer, 404, "NotFound", "namespaces \"\(absent)\" not found")
        },
    ]
}
