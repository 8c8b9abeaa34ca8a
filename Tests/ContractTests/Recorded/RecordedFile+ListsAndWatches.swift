import CurlHTTP
import HTTPTypes
import OperatorCore
import Testing

extension RecordedFile {
    static let listsAndWatches = RecordedFile(
        name: "03-list-watch.txt", exchanges: lists + badLists + watching + starts + badWatches + endings)

    private static let lists = [
        RecordedExchange("list, object absent") { scene in
            let list = try scene.accepted(try await scene.get("\(scene.configMaps)?\(scene.named)"))
            #expect(list["kind"] == "ConfigMapList")
            #expect(list["items"] == [])
            scene["absent"] = try scene.version(list)
        },
        RecordedExchange("POST /api/v1/namespaces/NS/configmaps") { scene in
            let object = try scene.accepted(
                try await scene.send(.post, scene.configMaps, scene.configMapBody(["ipv4": "198.51.100.1"])), 201)
            scene["created"] = try scene.version(object)
        },
        RecordedExchange("list, object present") { scene in
            let list = try scene.accepted(try await scene.get("\(scene.configMaps)?\(scene.named)"))
            let items = try #require(list["items"]?.array)
            #expect(try items.map { try scene.version($0) } == [scene["created"]])
            #expect(items.first?["kind"] == nil, "items of built-in types come without their type")
            scene["listed"] = try scene.version(list)
            let (created, listed) = (Epoch(scene["created"]), Epoch(scene["listed"]))
            #expect(try #require(created) <= #require(listed))
        },
        RecordedExchange("list with limit") { scene in
            let list = try scene.accepted(try await scene.get("\(scene.configMaps)?limit=1"))
            #expect(list["items"]?.array?.count == 1)
        },
    ]

    private static let badLists = [
        RecordedExchange("unsupported field selector") { scene in
            let answer = try await scene.get("\(scene.configMaps)?fieldSelector=data.x%3D1")
            try scene.refused(answer, 400, "BadRequest", "data.x")
        },
        RecordedExchange("malformed label selector") { scene in
            let answer = try await scene.get("\(scene.configMaps)?labelSelector=%3D%3D%3D")
            try scene.refused(answer, 400, "BadRequest", "found '=='")
        },
        RecordedExchange("list at a resourceVersion from the future") { scene in
            let future = try #require(Epoch(scene["listed"])).rawValue + 1_000_000_000
            let answer = try await scene.get("\(scene.configMaps)?resourceVersion=\(future)")
            try scene.refused(answer, 504, "Timeout", "Too large resource version: \(future)")
            #expect(answer.retryAfter != nil)
        },
        // The oldest version that is known to be served still.
        RecordedExchange(
            "list at a compacted or ancient resourceVersion (may still be served while etcd has not compacted)"
        ) { scene in
            let list = try scene.accepted(
                try await scene.get(
                    "\(scene.configMaps)?\(scene.named)&resourceVersion=\(scene["absent"])&resourceVersionMatch=Exact"
                ))
            #expect(list["items"] == [])
            #expect(try scene.version(list) == scene["absent"])
        },
        RecordedExchange("malformed resourceVersion") { scene in
            let answer = try await scene.get("\(scene.configMaps)?resourceVersion=abc")
            try scene.refused(answer, 400, "BadRequest", "invalid resource version")
        },
        RecordedExchange("list from cache") { scene in
            // A cache may lag behind.
            try await eventually("the cache has the object") {
                let list = try scene.accepted(try await scene.get("\(scene.configMaps)?resourceVersion=0"))
                return (list["items"]?.array ?? []).contains { $0[["metadata", "name"]] == .string(scene.name) }
            }
        },
    ]

    private static let watching = [
        RecordedExchange("watch from the list; meanwhile: patch, unrelated create, label patch, delete, create") {
            scene in
            let api = scene.contract.admin
            let stream: WatchStream<ConfigMap> = try await api.watch(
                ConfigMap.self, namespace: scene.contract.namespace,
                options: WatchOptions(
                    fieldSelector: "metadata.name=\(scene.name)", resourceVersion: scene["listed"],
                    timeoutSeconds: 300, idleTimeout: .seconds(120)))
            try scene.accepted(try await scene.mergePatch(scene.configMap, ["data": ["ipv4": "198.51.100.2"]]))
            try scene.accepted(
                try await scene.send(
                    .post, scene.configMaps, ["metadata": ["name": .string("\(scene.name)-unrelated")]]), 201)
            try scene.accepted(try await scene.mergePatch(scene.configMap, ["metadata": ["labels": ["a": "b"]]]))
            try scene.accepted(try await scene.send(.delete, scene.configMap))
            let last = try scene.accepted(
                try await scene.send(.post, scene.configMaps, scene.configMapBody(["ipv4": "198.51.100.3"])), 201)

            var seen: [String] = []
            for try await event in stream {
                switch event {
                // They may come at any time.
                case .bookmark: continue
                case .added(let map): seen.append("added \(map.data)")
                case .modified(let map): seen.append("modified \(map.data) \(map.json[["metadata", "labels"]] ?? [:])")
                case .deleted(let map): seen.append("deleted \(map.data)")
                case .error(let error): seen.append("error \(error)")
                }
                if seen.count == 4 { break }
            }
            #expect(
                seen == [
                    #"modified ["ipv4": "198.51.100.2"] {}"#, #"modified ["ipv4": "198.51.100.2"] {"a":"b"}"#,
                    #"deleted ["ipv4": "198.51.100.2"]"#, #"added ["ipv4": "198.51.100.3"]"#,
                ])
            scene["last"] = try scene.version(last)
        }
    ]

    /// A watch that the server ends by itself soon.
    private static func watch(_ scene: Scene, _ query: String, seconds: Int = 1) async throws -> HTTPClientResponse {
        try await scene.get("\(scene.configMaps)?watch=true&\(scene.named)&timeoutSeconds=\(seconds)\(query)")
    }

    private static let starts = [
        RecordedExchange("watch from 0: synthetic ADDED") { scene in
            let answer = try await watch(scene, "&resourceVersion=0")
            let objects = try answer.events.compactMap { $0["object"] }
            #expect(try scene.types(answer).first == "ADDED")
            // What the cache had then; it may lag behind, and catch up.
            #expect(try objects.last.map { try scene.version($0) } == scene["last"])
        },
        RecordedExchange("watch without resourceVersion") { scene in
            let answer = try await watch(scene, "")
            #expect(try scene.types(answer) == ["ADDED"])
            let object = try #require(try answer.events.first?["object"])
            #expect(try scene.version(object) == scene["last"])
        },
        // The oldest version that is known to be served still.
        RecordedExchange("watch from an ancient resourceVersion") { scene in
            let answer = try await watch(scene, "&resourceVersion=\(scene["absent"])")
            #expect(try scene.types(answer) == ["ADDED", "MODIFIED", "MODIFIED", "DELETED", "ADDED"])
        },
        RecordedExchange("watch from the future") { scene in
            let future = try #require(Epoch(scene["listed"])).rawValue + 1_000_000_000
            let answer = try await watch(scene, "&resourceVersion=\(future)")
            #expect(answer.status.code == 200)
            #expect(try scene.types(answer) == [])
        },
    ]

    private static let badWatches = [
        RecordedExchange("watch, malformed resourceVersion") { scene in
            try scene.refused(try await watch(scene, "&resourceVersion=abc"), 500, nil, "Invalid value: \"abc\"")
        },
        RecordedExchange("streaming list") { scene in
            let answer = try await watch(
                scene, "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true")
            #expect(try scene.types(answer) == ["ADDED"])
            let bookmark = try answer.events.first { $0["type"] == "BOOKMARK" }
            #expect(bookmark?[["object", "metadata", "annotations", "k8s.io/initial-events-end"]] == "true")
        },
        RecordedExchange("streaming list without resourceVersionMatch") { scene in
            let answer = try await watch(scene, "&sendInitialEvents=true")
            try scene.refused(
                answer, 422, "Invalid", "sendInitialEvents requires setting resourceVersionMatch",
                fields: ["resourceVersionMatch"])
        },
        RecordedExchange("resourceVersionMatch on a plain watch") { scene in
            let answer = try await watch(scene, "&resourceVersion=\(scene["listed"])&resourceVersionMatch=Exact")
            try scene.refused(
                answer, 422, "Invalid", "resourceVersionMatch is forbidden for watch", fields: ["resourceVersionMatch"]
            )
        },
    ]

    private static let endings = [
        // One comes every minute, and one shortly before the end, however soon that is; but none as long as there is nothing
        // to tell, in the collection as a whole.
        RecordedExchange("a silent watch: when bookmarks come") { scene in
            let stream: WatchStream<ConfigMap> = try await scene.contract.admin.watch(
                ConfigMap.self, namespace: scene.contract.namespace,
                options: WatchOptions(
                    fieldSelector: "metadata.name=\(scene.name)", resourceVersion: scene["last"], timeoutSeconds: 4,
                    idleTimeout: .seconds(120)))
            let news = try scene.accepted(
                try await scene.send(
                    .post, scene.configMaps, ["metadata": ["name": .string("\(scene.name)-news")]]), 201)
            var bookmark: Epoch?
            for try await event in stream {
                guard case .bookmark(let version) = event else {
                    Issue.record("not a bookmark: \(event)")
                    continue
                }
                bookmark = Epoch(version)
            }
            #expect(try #require(Epoch(try scene.version(news))) <= #require(bookmark))
        }
    ]
}
