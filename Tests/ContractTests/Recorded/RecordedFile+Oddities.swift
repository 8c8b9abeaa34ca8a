import CurlHTTP
import HTTPTypes
import OperatorCore
import Testing

extension RecordedFile {
    static let oddities = RecordedFile(
        name: "06-misc.txt",
        exchanges: [
            RecordedExchange("GET /apis/absent.example.com/v1/things") { scene in
                let answer = try await scene.get("/apis/absent.example.com/v1/things")
                #expect(answer.status.code == 404)
                #expect(answer.text == "404 page not found\n")
                #expect(answer.headers[.contentType]?.hasPrefix("text/plain") == true)
            },
            RecordedExchange("GET /api/v1/namespaces/NS/absentthings") { scene in
                let answer = try await scene.get("/api/v1/namespaces/\(scene.contract.namespace)/absentthings")
                try scene.refused(answer, 404, "NotFound", "the server could not find the requested resource")
            },
            RecordedExchange("method not allowed") { scene in
                try scene.accepted(try await scene.send(.post, scene.configMaps, scene.configMapBody([:])), 201)
                let answer = try await scene.send(.post, scene.configMap, [:])
                try scene.refused(answer, 405, "MethodNotAllowed", "does not allow this method")
            },
            RecordedExchange("unacceptable media type") { scene in
                let answer = try await scene.send(.get, scene.configMap, body: nil, accept: "application/xml")
                try scene.refused(answer, 406, "NotAcceptable", "Available representations: application/json")
            },
            RecordedExchange("unsupported body type") { scene in
                let answer = try await scene.send(
                    .post, scene.configMaps, body: Array("a: b".utf8), type: "text/plain")
                try scene.refused(
                    answer, 415, "UnsupportedMediaType", "the body of the request was in an unknown format")
            },
            RecordedExchange("ConfigMap over 1 MiB (request body shortened here)") { scene in
                let answer = try await scene.send(
                    .post, scene.configMaps,
                    [
                        "metadata": ["name": .string("\(scene.name)-big")],
                        "data": ["big": .string(String(repeating: "x", count: 1_048_577))],
                    ])
                try scene.refused(answer, 422, "Invalid", "may not be more than 1048576 bytes")
            },
        ])
}
