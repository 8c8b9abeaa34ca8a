import HTTPTypes
import OperatorCore
import Testing

extension RecordedFile {
    static let leases = RecordedFile(name: "02-lease.txt", exchanges: creating + times + updating + recreating)

    private static let time = "2026-01-02T03:04:05.000006Z"

    /// A Lease with one field of its spec and its metadata changed.
    private static func body(
        _ scene: Scene, _ field: String? = nil, _ value: JSONValue = .null, metadata: JSONValue = [:],
        version: String? = nil
    ) -> JSONValue {
        var spec: JSONValue = [
            "holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": .string(time),
            "renewTime": .string(time), "leaseTransitions": 0,
        ]
        // A null is sent as such.
        if let field, case .object(var members) = spec {
            members[field] = value
            spec = .object(members)
        }
        var metadata = metadata
        if metadata["name"] == nil { metadata["name"] = .string(scene.name) }
        if let version { metadata["resourceVersion"] = .string(version) }
        return ["apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec]
    }

    private static func notFound(_ scene: Scene) -> String { "leases.coordination.k8s.io \"\(scene.name)\" not found" }

    private static let creating = [
        RecordedExchange("absent") { scene in
            try scene.refused(try await scene.get(scene.lease), 404, "NotFound", notFound(scene))
        },
        RecordedExchange("create, six fractional digits") { scene in
            let lease = try scene.accepted(try await scene.send(.post, scene.leases, body(scene)), 201)
            #expect(lease[["spec", "renewTime"]] == .string(time))
            scene["first"] = try scene.version(lease)
        },
        RecordedExchange("create again (a lost race)") { scene in
            try scene.refused(
                try await scene.send(.post, scene.leases, body(scene)), 409, "AlreadyExists",
                "leases.coordination.k8s.io \"\(scene.name)\" already exists")
        },
    ]

    private static func refusedTime(_ text: String, called name: String) -> RecordedExchange {
        RecordedExchange("renewTime \(name): \(text)") { scene in
            let answer = try await scene.send(
                .put, scene.lease, body(scene, "renewTime", .string(text), version: scene["first"]))
            try scene.refused(
                answer, 400, "BadRequest",
                "Lease in version \"v1\" cannot be handled as a Lease: parsing time \"\(text)\"")
        }
    }

    private static let times = [
        refusedTime("2026-01-02T03:04:05Z", called: "with no fraction"),
        refusedTime("2026-01-02T03:04:05.006Z", called: "with three digits"),
        RecordedExchange("renewTime with numeric offset: 2026-01-02T03:04:05.000006+00:00") { scene in
            let lease = try scene.accepted(
                try await scene.send(
                    .put, scene.lease,
                    body(scene, "renewTime", "2026-01-02T03:04:05.000006+00:00", version: scene["first"])))
            #expect(lease[["spec", "renewTime"]] == .string(time))
            #expect(try scene.version(lease) == scene["first"], "the same time in other words is no change")
        },
        refusedTime("2026-01-02T03:04:05.0000060Z", called: "with seven digits"),
        RecordedExchange("as stored") { scene in
            let lease = try scene.accepted(try await scene.get(scene.lease))
            #expect(
                lease["spec"] == [
                    "holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": .string(time),
                    "renewTime": .string(time), "leaseTransitions": 0,
                ])
            scene["uid"] = lease[["metadata", "uid"]]?.string ?? ""
        },
    ]

    private static let updating = [
        RecordedExchange("update without resourceVersion") { scene in
            let answer = try await scene.send(.put, scene.lease, body(scene))
            try scene.refused(
                answer, 422, "Invalid", "must be specified for an update", fields: ["metadata.resourceVersion"])
        },
        RecordedExchange("update with a stale resourceVersion") { scene in
            let answer = try await scene.send(.put, scene.lease, body(scene, version: "1"))
            try scene.refused(answer, 409, "Conflict", "the object has been modified")
        },
        RecordedExchange("update with another uid") { scene in
            let answer = try await scene.send(
                .put, scene.lease,
                body(
                    scene, metadata: ["uid": "00000000-0000-0000-0000-000000000000"], version: scene["first"]))
            try scene.refused(
                answer, 409, "Conflict",
                "Precondition failed: UID in precondition: 00000000-0000-0000-0000-000000000000")
        },
        RecordedExchange("duration 0") { scene in
            let answer = try await scene.send(
                .put, scene.lease, body(scene, "leaseDurationSeconds", 0, version: scene["first"]))
            try scene.refused(
                answer, 422, "Invalid", "must be greater than 0", fields: ["spec.leaseDurationSeconds"])
        },
        RecordedExchange("transitions -1") { scene in
            let answer = try await scene.send(
                .put, scene.lease, body(scene, "leaseTransitions", -1, version: scene["first"]))
            try scene.refused(
                answer, 422, "Invalid", "must be greater than or equal to 0", fields: ["spec.leaseTransitions"])
        },
        RecordedExchange("release: empty holder, duration 1") { scene in
            var release = body(
                scene, "holderIdentity", "", metadata: ["uid": .string(scene["uid"])], version: scene["first"])
            release[["spec", "leaseDurationSeconds"]] = 1
            let lease = try scene.accepted(try await scene.send(.put, scene.lease, release))
            #expect(lease[["spec", "holderIdentity"]] == "")
            #expect(lease[["spec", "leaseDurationSeconds"]] == 1)
            scene["released"] = try scene.version(lease)
        },
        RecordedExchange("null holder") { scene in
            let lease = try scene.accepted(
                try await scene.send(
                    .put, scene.lease, body(scene, "holderIdentity", .null, version: scene["released"])))
            #expect(lease[["spec", "holderIdentity"]] == nil)
        },
    ]

    private static let recreating = [
        RecordedExchange("DELETE /apis/coordination.k8s.io/v1/namespaces/NS/leases/esddns-leader") { scene in
            let status = try scene.accepted(try await scene.send(.delete, scene.lease))
            #expect(status["status"] == "Success")
            #expect(status[["details", "group"]] == "coordination.k8s.io")
        },
        RecordedExchange("PUT of an absent Lease creates it") { scene in
            let lease = try scene.accepted(try await scene.send(.put, scene.lease, body(scene)), 201)
            #expect(lease[["metadata", "uid"]]?.string != scene["uid"])
            let (before, after) = (Epoch(scene["released"]), Epoch(try scene.version(lease)))
            #expect(try #require(before) < #require(after), "versions go on growing over a deletion")
        },
        RecordedExchange("PUT of an absent Lease with a resourceVersion") { scene in
            let other = "\(scene.name)-2"
            try scene.accepted(
                try await scene.send(
                    .put, "\(scene.leases)/\(other)",
                    body(scene, metadata: ["name": .string(other)], version: "5")), 201)
        },
    ]
}
