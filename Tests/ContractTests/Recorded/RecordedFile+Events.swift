import HTTPTypes
import OperatorCore
import Testing

extension RecordedFile {
    private static func lease(_ scene: Scene) -> JSONValue {
        [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "name": .string(scene.name),
            "namespace": .string(scene.contract.namespace),
        ]
    }

    /// Ends in a full stop, which the newer API does not take for a prefix.
    private static func metadata(_ scene: Scene) -> JSONValue { ["generateName": .string("\(scene.name).")] }

    static let events = RecordedFile(
        name: "05-events.txt",
        exchanges: [
            RecordedExchange("POST /api/v1/namespaces/NS/events") { scene in
                let event = try scene.accepted(
                    try await scene.send(
                        .post, "/api/v1/namespaces/\(scene.contract.namespace)/events",
                        [
                            "apiVersion": "v1", "kind": "Event", "metadata": metadata(scene),
                            "involvedObject": lease(scene), "reason": "LeaderElection",
                            "message": "a became leader", "type": "Normal", "source": ["component": "esddns-leader"],
                            "firstTimestamp": "2026-01-02T03:04:05Z", "lastTimestamp": "2026-01-02T03:04:05Z",
                            "count": 1,
                        ]), 201)
                #expect(event[["metadata", "name"]]?.string?.hasPrefix("\(scene.name).") == true)
                #expect(event["involvedObject"] == lease(scene))
                #expect(event["count"] == 1)
                #expect(event["lastTimestamp"] == "2026-01-02T03:04:05Z")
            },
            RecordedExchange("POST /apis/events.k8s.io/v1/namespaces/NS/events") { scene in
                let answer = try await scene.send(
                    .post, "/apis/events.k8s.io/v1/namespaces/\(scene.contract.namespace)/events",
                    [
                        "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": metadata(scene),
                        "regarding": lease(scene), "reason": "LeaderElection", "note": "a became leader",
                        "type": "Normal", "action": "Acquire", "eventTime": "2026-01-02T03:04:05.000006Z",
                        "reportingController": "esddns.io/leader", "reportingInstance": "a",
                    ])
                try scene.refused(answer, 422, "Invalid", "RFC 1123", fields: ["metadata.generateName"])
            },
            RecordedExchange("required fields missing") { scene in
                let answer = try await scene.send(
                    .post, "/apis/events.k8s.io/v1/namespaces/\(scene.contract.namespace)/events",
                    [
                        "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": metadata(scene),
                        "regarding": lease(scene), "reason": "LeaderElection", "note": "x", "type": "Normal",
                    ])
                try scene.refused(
                    answer, 422, "Invalid", "eventTime: Required value", fields: ["metadata.generateName", "eventTime"])
            },
        ])
}
