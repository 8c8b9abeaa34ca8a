import CurlHTTP
import HTTPTypes
import OperatorCore
import Testing

/// Every recorded exchange, replayed: the client has to send what was sent then, and to understand what came back.
@Suite struct RecordedExchangeTests {
    @Test func allRecordingsAreRead() {
        #expect(Recording.all.count > 80)
        #expect(Recording.all.filter { $0.status == 0 || $0.headers.isEmpty }.isEmpty)
    }

    @Test(arguments: Recording.all)
    func replay(recording: Recording) async throws {
        switch recording.path.split(separator: "/").first(where: { ["configmaps", "leases"].contains($0) }) {
        case "leases": try await replay(recording, Lease.self)
        case "configmaps": try await replay(recording, ConfigMap.self)
        default: try await replay(recording, Event.self)
        }
    }

    private func replay<Resource: KubernetesResource>(_ recording: Recording, _ type: Resource.Type) async throws {
        let transport = ScriptedTransport(recording.reply)
        let client = try KubernetesClient(
            server: "https://api.test:6443", transport: transport, fieldManager: "esddns-leader")
        let segments = recording.path.split(separator: "/").map(String.init)
        let namespace = segments.firstIndex(of: "namespaces").map { segments[$0 + 1] } ?? "default"
        let place = segments.firstIndex(of: Resource.type.plural)
        let name = place.flatMap { $0 + 1 < segments.count ? segments[$0 + 1] : nil }
        let isOurs = recording.path.hasPrefix(Resource.type.path(namespace: namespace))
        let body = try? JSONValue(parsing: recording.requestBody)
        let type = recording.requestHeaders[.contentType]

        var answer: Result<JSONValue?, KubernetesError>
        var mayDiffer = false
        switch (recording.method, name) {
        case ("GET", nil) where recording.query["watch"] != nil && isOurs:
            try await replayWatch(recording, client, Resource.self, namespace: namespace, transport)
            return
        case ("GET", let name?) where isOurs:
            answer = await result { () async throws(KubernetesError) in
                try await client.get(Resource.self, name: name, namespace: namespace, timeout: .seconds(5)).json
            }
        case ("POST", nil) where isOurs && body != nil && type == "application/json":
            let object = Resource(json: try #require(body))
            answer = await result { () async throws(KubernetesError) in
                try await client.create(object, namespace: namespace, timeout: .seconds(5)).json
            }
        case ("PUT", .some) where isOurs && body != nil:
            let object = Resource(json: try #require(body))
            answer = await result { () async throws(KubernetesError) in
                try await client.update(object, namespace: namespace, timeout: .seconds(5)).json
            }
            if object.resourceVersion == nil {
                // The real server once overwrote whatever was there.
                #expect(answer.failure?.failure == .configuration)
                #expect(transport.requests.isEmpty)
                return
            }
        case ("PATCH", let name?) where isOurs && type == "application/merge-patch+json":
            let patch = try #require(body)
            mayDiffer = recording.query["dryRun"] != nil
            answer = await result { () async throws(KubernetesError) in
                try await client.mergePatch(
                    Resource.self, name: name, namespace: namespace, patch: patch, timeout: .seconds(5)
                ).json
            }
        case ("DELETE", let name?) where isOurs && body == nil:
            answer = await result { () async throws(KubernetesError) in
                try await client.delete(Resource.self, name: name, namespace: namespace, timeout: .seconds(5))
                return nil
            }
        default:
            // A collection, or a request that this client does not make: its answer has to be understood all the same.
            let selector = recording.query["fieldSelector"]
            mayDiffer = !isOurs || recording.method != "GET" || recording.query.keys.contains { $0 != "fieldSelector" }
            if mayDiffer, recording.status < 300, !recording.body.contains("List\"") { return }
            answer = await result { () async throws(KubernetesError) in
                let list = try await client.list(
                    Resource.self, namespace: namespace, fieldSelector: selector, timeout: .seconds(5))
                return ["metadata": ["resourceVersion": .string(list.resourceVersion)]]
            }
        }

        let sent = try #require(transport.requests.first)
        #expect(transport.requests.count == 1)
        if !mayDiffer { try expect(sent, toBe: recording) }
        try expect(answer, toSay: recording)
    }

    private func replayWatch<Resource: KubernetesResource>(
        _ recording: Recording, _ client: KubernetesClient, _ type: Resource.Type, namespace: String,
        _ transport: ScriptedTransport
    ) async throws {
        let query = recording.query
        let options = WatchOptions(
            fieldSelector: query["fieldSelector"], resourceVersion: query["resourceVersion"] ?? "0",
            timeoutSeconds: try #require(query["timeoutSeconds"].flatMap { Int($0) }), idleTimeout: .seconds(80))
        let answer = await result { () async throws(KubernetesError) in
            try await client.watch(Resource.self, namespace: namespace, options: options)
        }
        let sent = try #require(transport.requests.first)
        #expect(sent.timeout == nil)
        #expect(sent.idleTimeout == .seconds(80))
        if query.count == 5, query["allowWatchBookmarks"] != nil { try expect(sent, toBe: recording) }
        guard case .success(let stream) = answer else {
            try expect(answer.map { _ in nil }, toSay: recording)
            return
        }
        #expect(recording.status == 200)
        var events: [WatchEvent<Resource>] = []
        for try await event in stream { events.append(event) }
        let expected = try recording.body.split(separator: "\n").map {
            (line: Substring) throws -> WatchEvent<Resource> in
            let json = try JSONValue(parsing: line)
            let object = try #require(json["object"])
            return switch json["type"]?.string {
            case "ADDED": WatchEvent.added(Resource(json: object))
            case "MODIFIED": .modified(Resource(json: object))
            case "DELETED": .deleted(Resource(json: object))
            case "BOOKMARK": .bookmark(resourceVersion: Resource(json: object).resourceVersion ?? "")
            default:
                .error(
                    KubernetesError(
                        .status(410, reason: "Expired"), message: object["message"]?.string ?? "",
                        request: "watch configmaps rec-74754/esddns-wan-address"))
            }
        }
        #expect(events == expected)
    }

    private func expect(_ sent: HTTPClientRequest, toBe recording: Recording) throws {
        #expect(sent.method.rawValue == recording.method)
        let url = sent.url.replacing("https://api.test:6443", with: "")
        // Nobody needs a name to write; we always give one.
        let withManager =
            recording.query["fieldManager"] != nil || ["GET", "DELETE"].contains(recording.method)
            ? recording.target : "\(recording.target)?fieldManager=esddns-leader"
        #expect(url == withManager)
        #expect(sent.headers[.accept] == "application/json")
        #expect(sent.headers[.contentType] == recording.requestHeaders[.contentType])
        let sentBody = try sent.body.map { bytes throws in try JSONValue(parsing: bytes) }
        #expect(sentBody == (try? JSONValue(parsing: recording.requestBody)))
    }

    private func expect(_ answer: Result<JSONValue?, KubernetesError>, toSay recording: Recording) throws {
        let body = try? JSONValue(parsing: recording.body)
        switch answer {
        case .success(let json):
            #expect((200..<300).contains(recording.status))
            guard let json else { return }
            let version = try #require(body?[["metadata", "resourceVersion"]])
            #expect(json[["metadata", "resourceVersion"]] == version)
            if json["kind"] != nil { #expect(json == body) }
        case .failure(let error):
            guard let body else {
                // "404 page not found", as plain text: not a statement about any object.
                #expect(error.failure == .unexpectedAnswer)
                return
            }
            #expect(error.failure == .status(recording.status, reason: body["reason"]?.string ?? ""))
            let message = try #require(body["message"]?.string)
            #expect(
                error.message.prefix(60)
                    == message.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(60))
            #expect(error.message.utf8.count <= 520)
            #expect(error.retryAfter == body[["details", "retryAfterSeconds"]]?.integer.map { .seconds($0) })
            #expect(!error.request.isEmpty)
        }
    }

    private func result<Value: Sendable>(
        _ body: () async throws(KubernetesError) -> Value
    ) async -> Result<Value, KubernetesError> {
        do throws(KubernetesError) { return .success(try await body()) } catch { return .failure(error) }
    }
}

extension Result {
    var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
