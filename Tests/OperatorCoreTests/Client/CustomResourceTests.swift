import ClusterSimulator
import CurlHTTP
import OperatorCore
import Testing

/// What a user of the library writes for a resource of their own.
struct Certificate: KubernetesResource {
    static let type = ResourceType(
        group: "cert-manager.io", version: "v1", kind: "Certificate", plural: "certificates")
    var json: JSONValue

    var secretName: String? {
        get { json[["spec", "secretName"]]?.string }
        set { json[["spec", "secretName"]] = newValue.map(JSONValue.string) }
    }
    var phase: String? {
        get { json[["status", "phase"]]?.string }
        set { json[["status", "phase"]] = newValue.map(JSONValue.string) }
    }
}

struct ClusterIssuer: KubernetesResource {
    static let type = ResourceType(
        group: "cert-manager.io", version: "v1", kind: "ClusterIssuer", plural: "clusterissuers", scope: .cluster)
    var json: JSONValue
}

/// Every verb, over TLS, against the simulated API server.
@Suite(.timeLimit(.minutes(1))) struct CustomResourceTests {
    private func run(_ body: (SimulatedAPIServer, KubernetesClient) async throws -> Void) async throws {
        try await run { server, client, _ in try await body(server, client) }
    }

    private func run(
        _ body: (SimulatedAPIServer, KubernetesClient, _ somebodyElse: KubernetesClient) async throws -> Void
    ) async throws {
        let server = try SimulatedAPIServer()
        server.register(
            .custom(
                group: "cert-manager.io", version: "v1", kind: "Certificate", plural: "certificates",
                hasStatusSubresource: true))
        server.register(
            .custom(
                group: "cert-manager.io", version: "v1", kind: "ClusterIssuer", plural: "clusterissuers",
                isNamespaced: false))
        server.createNamespace("web")
        try await server.start()
        var configuration = HTTPClient.Configuration()
        configuration.trustRoots = .pem(Array(server.authority.certificatePEM.utf8))
        let http = try HTTPClient(configuration: configuration)
        let token = try #require(BearerToken(server.adminToken))
        let clients = try ["tests", "somebody-else"].map { name in
            try KubernetesClient(
                server: server.url, transport: http, credentials: StaticToken(token), fieldManager: name)
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body(server, clients[0], clients[1])) } catch { result = .failure(error) }
        await http.shutdown()
        await server.stop()
        try result.get()
    }

    private func certificate(_ name: String, secret: String = "tls", labels: [String: String] = [:]) -> Certificate {
        var certificate = Certificate(name: name)
        certificate.secretName = secret
        certificate.labels = labels
        return certificate
    }

    @Test func allVerbs() async throws {
        try await run { _, client in
            let certificates = client.resources(Certificate.self, namespace: "web")
            #expect(try await certificates.find("site") == nil)
            var site = try await certificates.create(certificate("site"))
            #expect(site.namespace == "web" && site.resourceVersion != nil)
            let start = try await certificates.list()
            #expect(start.items == [site])

            let events = try await certificates.watch(
                WatchOptions(resourceVersion: start.resourceVersion, timeoutSeconds: 60))
            site.secretName = "other"
            site = try await certificates.update(site)
            #expect(site.secretName == "other")
            let merged = try await certificates.patch("site", .merge(["metadata": ["labels": ["app": "web"]]]))
            #expect(merged.labels == ["app": "web"])
            // What was read before the patch is out of date.
            let conflict = await #expect(throws: KubernetesError.self) { try await certificates.update(site) }
            #expect(conflict?.isConflict == true)
            #expect(conflict?.request == "update certificates web/site")
            #expect(try await certificates.get("site") == merged)
            try await certificates.delete("site")
            #expect(try await certificates.find("site") == nil)

            var seen: [String] = []
            for try await event in events {
                switch event {
                case .modified(let object): seen.append("modified \(object.secretName ?? "")")
                case .deleted: seen.append("deleted")
                default: seen.append("\(event)")
                }
                if seen.count == 3 { break }
            }
            #expect(seen == ["modified other", "modified other", "deleted"])
        }
    }

    @Test func theStatusIsWrittenByItself() async throws {
        try await run { _, client in
            let certificates = client.resources(Certificate.self, namespace: "web")
            var site = certificate("site")
            site.phase = "ignored"
            site = try await certificates.create(site)
            #expect(site.phase == nil)
            site.phase = "Ready"
            site.secretName = "not by way of the status"
            site = try await certificates.updateStatus(site)
            #expect(site.phase == "Ready" && site.secretName == "tls")
            site.phase = "not by way of the object"
            site.secretName = "new"
            site = try await certificates.update(site)
            #expect(site.phase == "Ready" && site.secretName == "new")
            let patched = try await certificates.patch(
                "site", .merge(["status": ["phase": "Expired"]]), options: .status)
            #expect(patched.phase == "Expired" && patched.secretName == "new")
            let refused = await #expect(throws: KubernetesError.self) {
                try await certificates.patch("site", .merge([:]), options: WriteOptions(subresource: "scale"))
            }
            #expect(refused?.request == "patch certificates/scale web/site")
        }
    }

    @Test func aDeletionCanBeMeantForOneObjectOnly() async throws {
        try await run { _, client in
            let certificates = client.resources(Certificate.self, namespace: "web")
            let first = try await certificates.create(certificate("site"))
            try await certificates.delete("site", options: DeleteOptions(exactly: first))
            let second = try await certificates.create(certificate("site"))
            for options in [
                DeleteOptions(uid: first.uid), DeleteOptions(resourceVersion: first.resourceVersion),
            ] {
                let conflict = await #expect(throws: KubernetesError.self) {
                    try await certificates.delete("site", options: options)
                }
                #expect(conflict?.isConflict == true)
            }
            #expect(try await certificates.find("site")?.uid == second.uid)
            try await certificates.delete(
                "site", options: DeleteOptions(uid: second.uid, propagation: .foreground, gracePeriodSeconds: 0))
            #expect(try await certificates.find("site") == nil)
        }
    }

    @Test func applyingOwnsWhatItNames() async throws {
        try await run { _, client, somebodyElse in
            let certificates = client.resources(Certificate.self, namespace: "web")
            var site = try await certificates.apply(certificate("site"))
            #expect(site.secretName == "tls")
            let other = somebodyElse.resources(Certificate.self, namespace: "web")
            let conflict = await #expect(throws: KubernetesError.self) {
                try await other.apply(certificate("site", secret: "mine"))
            }
            #expect(conflict?.status == 409)
            site = try await other.apply(certificate("site", secret: "mine"), force: true)
            #expect(site.secretName == "mine")
        }
    }

    @Test func listsCanBeChosenAndCut() async throws {
        try await run { server, client in
            let certificates = client.resources(Certificate.self, namespace: "web")
            for number in 0..<7 {
                _ = try await certificates.create(
                    certificate("c\(number)", labels: ["odd": number % 2 == 1 ? "yes" : "no"]))
            }
            let odd = try await certificates.list(ListQuery(labelSelector: "odd in (yes)"))
            #expect(odd.items.map(\.name) == ["c1", "c3", "c5"])
            server.clearCalls()
            let paged = try await certificates.list(ListQuery(limit: 3))
            #expect(paged.items.map(\.name) == (0..<7).map { "c\($0)" })
            #expect(paged.items.allSatisfy { $0.json["kind"] == "Certificate" })
            #expect(server.count { $0.verb == "list" } == 3)
            let everywhere = try await client.resources(Certificate.self).list(
                ListQuery(labelSelector: "odd=yes", limit: 2))
            #expect(everywhere.items.count == 3)
            let page = try await client.list(
                Certificate.self, namespace: "web", query: ListQuery(limit: 2), timeout: .seconds(5))
            #expect(page.items.count == 2 && page.continueToken != nil)
        }
    }

    @Test func objectsOfTheClusterLieInNoNamespace() async throws {
        try await run { server, client in
            let issuers = client.resources(ClusterIssuer.self)
            _ = try await issuers.create(ClusterIssuer(name: "acme"))
            #expect(try await issuers.list().items.map(\.name) == ["acme"])
            #expect(try await issuers.get("acme").namespace == nil)
            server.clearCalls()
            let wrong = client.resources(ClusterIssuer.self, namespace: "web")
            let refused = await #expect(throws: KubernetesError.self) { try await wrong.get("acme") }
            #expect(refused?.failure == .configuration)
            #expect(refused?.request == "get clusterissuers web/acme" || refused?.request == "get clusterissuers acme")
            // A collection of all namespaces is only for reading.
            let all = await #expect(throws: KubernetesError.self) {
                try await client.resources(Certificate.self).create(Certificate(name: "c"))
            }
            #expect(all?.failure == .configuration)
            #expect(server.calls.isEmpty)
        }
    }
}
