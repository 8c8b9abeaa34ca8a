import CurlHTTP
import HTTPTypes
import OperatorCore
import Synchronization
import Testing

/// Where the exchanges of one recorded file take place: objects of names of their own, and what is remembered of them.
final class Scene: Sendable {
    let contract: Contract
    let file: String
    /// Of the object that most exchanges are about.
    let name: String
    private let memory = Mutex((title: "", notes: [String: String]()))

    init(_ file: RecordedFile, _ contract: Contract) {
        self.contract = contract
        self.file = file.name
        name = contract.name("recorded")
    }

    var title: String {
        get { memory.withLock { $0.title } }
        set { memory.withLock { $0.title = newValue } }
    }

    /// What a later exchange needs to know, such as a version.
    subscript(note: String) -> String {
        get { memory.withLock { $0.notes[note] ?? "" } }
        set { memory.withLock { $0.notes[note] = newValue } }
    }

    var configMaps: String { "/api/v1/namespaces/\(contract.namespace)/configmaps" }
    var configMap: String { "\(configMaps)/\(name)" }
    var leases: String { "/apis/coordination.k8s.io/v1/namespaces/\(contract.namespace)/leases" }
    var lease: String { "\(leases)/\(name)" }
    var named: String { "fieldSelector=metadata.name%3D\(name)" }

    func configMapBody(_ data: JSONValue, _ metadata: JSONValue = [:]) -> JSONValue {
        var metadata = metadata
        metadata["name"] = .string(name)
        return ["apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data]
    }

    // MARK: Asking

    func send(
        _ method: HTTPRequest.Method, _ target: String, _ json: JSONValue? = nil, type: String? = nil,
        as client: KubernetesClient? = nil
    ) async throws -> HTTPClientResponse {
        try await send(method, target, body: json?.serialized(), type: type, as: client)
    }

    func send(
        _ method: HTTPRequest.Method, _ target: String, body: [UInt8]?, type: String? = nil, accept: String? = nil,
        as client: KubernetesClient? = nil
    ) async throws -> HTTPClientResponse {
        var headers: HTTPFields = [:]
        headers[.contentType] = type
        headers[.accept] = accept
        return try await (client ?? contract.admin).raw(
            RawRequest(method, target, headers: headers, body: body), timeout: Contract.timeout)
    }

    func get(_ target: String, as client: KubernetesClient? = nil) async throws -> HTTPClientResponse {
        try await send(.get, target, as: client)
    }

    func mergePatch(
        _ target: String, _ patch: JSONValue, as client: KubernetesClient? = nil
    ) async throws -> HTTPClientResponse {
        try await send(.patch, target, patch, type: "application/merge-patch+json", as: client)
    }

    // MARK: Judging

    /// A success in JSON.
    @discardableResult
    func accepted(
        _ answer: HTTPClientResponse, _ code: Int = 200, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> JSONValue {
        try #require(answer.status.code == code, "\(place): \(answer.text)", sourceLocation: sourceLocation)
        #expect(answer.headers[.contentType] == "application/json", "\(place)", sourceLocation: sourceLocation)
        return try answer.json
    }

    /// A Status object that tells of a failure.
    ///
    /// - Parameters:
    ///   - words: are to be in the message.
    ///   - fields: those that `details.causes` name.
    func refused(
        _ answer: HTTPClientResponse, _ code: Int, _ reason: String?, _ words: String..., fields: Set<String> = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(answer.status.code == code, "\(place): \(answer.text)", sourceLocation: sourceLocation)
        let status = try answer.json
        #expect(status["kind"] == "Status", "\(place): \(answer.text)", sourceLocation: sourceLocation)
        #expect(status["status"] == "Failure", "\(place): \(answer.text)", sourceLocation: sourceLocation)
        #expect(status["code"] == .integer(Int64(code)), "\(place): \(answer.text)", sourceLocation: sourceLocation)
        #expect(status["reason"]?.string == reason, "\(place): \(answer.text)", sourceLocation: sourceLocation)
        let message = status["message"]?.string ?? ""
        for words in words {
            #expect(message.contains(words), "\(place)", sourceLocation: sourceLocation)
        }
        let causes = status[["details", "causes"]]?.array ?? []
        #expect(
            fields.isSubset(of: causes.compactMap { $0["field"]?.string }), "\(place): \(answer.text)",
            sourceLocation: sourceLocation)
    }

    /// The answer to a watch: its events without bookmarks, as their types.
    func types(_ answer: HTTPClientResponse) throws -> [String] {
        try answer.events.compactMap { $0["type"]?.string }.filter { $0 != "BOOKMARK" }
    }

    private var place: Comment { "\(file), \(title)" }

    func version(_ object: JSONValue) throws -> String {
        try #require(object[["metadata", "resourceVersion"]]?.string, place)
    }
}
