import ControlPlaneKit
import CurlHTTP
import HTTPTypes
import KubernetesConfiguration
import OperatorCore
import Testing

/// The server that the suite runs against, and a namespace for this run.
struct Contract: Sendable {
    /// What the server is, and with it what can be provoked.
    enum Kind: Sendable {
        /// A cluster that this run shares with others: `TEST_KUBECONFIG`.
        case shared
        /// A control plane or a simulator of this run's own.
        case own
    }

    let kind: Kind
    /// May do everything.
    let admin: KubernetesClient
    /// How ``admin`` gets in.
    let access: KubernetesAccess
    let namespace: String

    /// Of one request. Generous: a server that is shared with others may be slow.
    static let timeout: Duration = .seconds(60)

    @TaskLocal private static var running: Contract?

    /// The one of the suite around the present test.
    static var current: Contract {
        get throws { try #require(running, "contract tests run inside of the suite Contracts") }
    }

    static func with(_ contract: Contract, perform: () async throws -> Void) async throws {
        try await $running.withValue(contract) { try await perform() }
    }

    /// A name that nothing else has.
    func name(_ what: String) -> String { "\(what)-\(UInt32.random(in: .min ... .max))" }

    // MARK: Expiry

    /// A version that has expired: on a server of this run's own for certain, on a shared one if it is some minutes old.
    var expiredVersion: Int { kind == .own ? ControlPlane.expiredResourceVersion : 1 }

    /// Ends the test as one that could not be run where no version has expired, which cannot always be brought about on a
    /// server of others.
    func requireExpiredVersion() async throws {
        guard kind == .shared else { return }
        let collection = "/api/v1/namespaces/\(namespace)/configmaps"
        let list = "\(collection)?resourceVersion=\(expiredVersion)&resourceVersionMatch=Exact"
        guard try await admin.raw(RawRequest(.get, list), timeout: Self.timeout).status.code == 410 else {
            try Test.cancel(
                """
                NOT PROVED: the cluster of TEST_KUBECONFIG still serves resource version \(expiredVersion), so that nothing \
                shows how an expired one is answered. A cluster forgets its first versions some minutes after its start.
                """)
        }
        if try await isTooOldToWatch(collection) { return }
        // A watch is served from the server's memory of the last changes, of which it keeps some hundred.
        let name = name("news")
        try await apply(collection, ["metadata": ["name": .string(name)]])
        for number in 0..<300 {
            _ = try await admin.mergePatch(
                ConfigMap.self, name: name, namespace: namespace, patch: ["data": ["n": .string("\(number)")]],
                timeout: Self.timeout)
        }
        guard try await isTooOldToWatch(collection) else {
            try Test.cancel(
                """
                NOT PROVED: the cluster of TEST_KUBECONFIG still has all changes since resource version \(expiredVersion) in \
                its memory, so that nothing shows how a watch from an expired one is answered.
                """)
        }
    }

    private func isTooOldToWatch(_ collection: String) async throws -> Bool {
        let target = "\(collection)?watch=true&resourceVersion=\(expiredVersion)&timeoutSeconds=1"
        return try await admin.raw(RawRequest(.get, target), timeout: Self.timeout).events.first?["type"] == "ERROR"
    }

    // MARK: Users

    /// A client that shows this token, and no certificate; `nil` is anonymous.
    func withClient<Result>(token: String?, _ body: (KubernetesClient) async throws -> Result) async throws -> Result {
        var access = access
        access.authentication = try token.map { .token(try #require(BearerToken($0))) } ?? .none
        access.http.clientCertificate = nil
        access.impersonation = .init()
        let client = try await access.client(fieldManager: "esddns-contract", environment: [:])
        do {
            let result = try await body(client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// A new service account's token, by TokenRequest; it may do what `rules` of a Role say, and no more.
    ///
    /// - Parameter probe: is awaited to be allowed: a server takes a moment to notice a new binding.
    func makeAccount(_ name: String, rules: JSONValue? = nil, probe: RawRequest) async throws -> String {
        let collection = "/api/v1/namespaces/\(namespace)/serviceaccounts"
        try await apply(collection, ["metadata": ["name": .string(name)]])
        if let rules {
            let rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/\(namespace)"
            let metadata: JSONValue = ["name": .string(name)]
            try await apply("\(rbac)/roles", ["metadata": metadata, "rules": rules])
            try await apply(
                "\(rbac)/rolebindings",
                [
                    "metadata": metadata,
                    "roleRef": [
                        "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": .string(name),
                    ],
                    "subjects": [
                        ["kind": "ServiceAccount", "name": .string(name), "namespace": .string(namespace)]
                    ],
                ])
        }
        let answer = try await admin.raw(
            RawRequest(
                .post, "\(collection)/\(name)/token",
                json: [
                    "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                    "spec": ["expirationSeconds": 600],
                ]), timeout: Self.timeout)
        let token = try #require(try answer.json[["status", "token"]]?.string, "no token: \(answer.text)")
        try await withClient(token: token) { client in
            try await eventually("\(name) is known, and may do what it may") {
                let status = try await client.raw(probe, timeout: Self.timeout).status.code
                return rules == nil ? status == 403 : status == 200
            }
        }
        return token
    }

    private func apply(_ path: String, _ object: JSONValue) async throws {
        let answer = try await admin.raw(RawRequest(.post, path, json: object), timeout: Self.timeout)
        try #require(answer.status == .created, "\(path): \(answer.text)")
    }
}

/// Asks until a condition holds; a generous deadline tells a hang from a slow machine.
func eventually(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("has not come about: \(what)", sourceLocation: sourceLocation)
}

extension HTTPClientResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { get throws { try JSONValue(parsing: body) } }
    /// Of a watch: its lines.
    var events: [JSONValue] {
        get throws { try body.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: $0) } }
    }
}
