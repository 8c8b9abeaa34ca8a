import CurlHTTP
import HTTPTypes

/// Asks until the servers of a control plane are ready.
struct ReadinessProbe {
    private let server: ControlPlane.Server
    private let patience: Duration
    private let client: HTTPClient

    init(_ server: ControlPlane.Server, patience: Duration) throws {
        self.server = server
        self.patience = patience
        var configuration = HTTPClient.Configuration()
        configuration.trustRoots = .pem(Array(server.authorityPEM.utf8))
        client = try HTTPClient(configuration: configuration)
    }

    func use(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    /// Lets etcd count some revisions and forget them, through its JSON gateway.
    func forgetHistory(ofEtcdAt url: String) async throws {
        func post(_ path: String, _ body: String) async throws -> HTTPClientResponse {
            try await ask(
                HTTPClientRequest(method: .post, url: "\(url)/v3/\(path)", body: Array(body.utf8)), until: [200, 404])
        }
        // "a" as key and value, in Base64. Each writes one revision; the first is 2.
        for _ in 0...ControlPlane.expiredResourceVersion {
            guard try await post("kv/put", #"{"key": "YQ==", "value": "YQ=="}"#).status == .ok else {
                throw ControlPlane.Failure(description: "this etcd has no JSON gateway, which is needed to compact it")
            }
        }
        _ = try await post("kv/deleterange", #"{"key": "YQ=="}"#)
        let revision = ControlPlane.expiredResourceVersion + 2
        let answer = try await post("kv/compaction", #"{"revision": "\#(revision)", "physical": true}"#)
        guard answer.status == .ok else {
            throw ControlPlane.Failure(description: "etcd has not compacted its history: \(answer.status)")
        }
    }

    func waitForAPI() async throws {
        var request = HTTPClientRequest(url: "\(server.url)/readyz")
        request.headers[.authorization] = "Bearer \(server.adminToken)"
        _ = try await ask(request, until: [200])
        // Objects need a namespace; the server makes this one itself.
        request.url = "\(server.url)/api/v1/namespaces/default"
        _ = try await ask(request, until: [200])
    }

    private func ask(_ request: HTTPClientRequest, until statuses: Set<Int>) async throws -> HTTPClientResponse {
        var request = request
        request.timeout = .seconds(5)
        let end = ContinuousClock.now + patience
        var last = ""
        while ContinuousClock.now < end {
            do throws(HTTPClientError) {
                let response = try await client.send(request)
                if statuses.contains(response.status.code) { return response }
                last = "\(response.status): \(String(decoding: response.body.suffix(500), as: UTF8.self))"
            } catch {
                last = error.description
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ControlPlane.Failure(description: "\(request.url) has not become ready within \(patience): \(last)")
    }
}
