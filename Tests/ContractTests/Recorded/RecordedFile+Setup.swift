import CurlHTTP
import HTTPTypes
import OperatorCore
import Testing

extension RecordedFile {
    static let setup = RecordedFile(
        name: "00-setup.txt",
        exchanges: [
            RecordedExchange("POST /api/v1/namespaces") { scene in
                let name = scene.contract.name(scene.contract.namespace)
                let namespace = try scene.accepted(
                    try await scene.send(.post, "/api/v1/namespaces", ["metadata": ["name": .string(name)]]), 201)
                #expect(namespace[["status", "phase"]] == "Active")
                #expect(namespace[["metadata", "labels", "kubernetes.io/metadata.name"]] == .string(name))
                let deletion = try await scene.send(.delete, "/api/v1/namespaces/\(name)")
                #expect(deletion.status.code == 200)
            },
            RecordedExchange("GET /version") { scene in
                let version = try scene.accepted(try await scene.get("/version"))
                #expect(version["major"] == "1")
                #expect(version["gitVersion"]?.string?.hasPrefix("v1.") == true)
            },
            RecordedExchange("GET /readyz") { scene in
                let answer = try await scene.get("/readyz")
                #expect(answer.status.code == 200)
                #expect(answer.text == "ok")
                #expect(answer.headers[.contentType]?.hasPrefix("text/plain") == true)
            },
            RecordedExchange("GET /readyz?verbose") { scene in
                let answer = try await scene.get("/readyz?verbose")
                #expect(answer.status.code == 200)
                #expect(answer.text.hasPrefix("[+]ping ok\n"))
                #expect(answer.text.hasSuffix("readyz check passed\n"))
            },
        ])
}
